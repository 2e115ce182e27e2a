import { describe, expect, it } from "vitest";

import type { ImportGroup, ImportPreview } from "../../../api/types";
import { added, firstKind, linesOf, sizeText } from "./file";

const group = (...lines: number[]) => ({ count: lines.length, records: lines.map((line) => ({ line })) }) as ImportGroup;
const preview = (more: Partial<ImportPreview>) => ({ added: group(), changed: group(), present: group(), refused: group(), ...more }) as ImportPreview;

describe("linesOf", () => {
  it("finds lines by their number, the last without an end too", () => {
    expect([...linesOf("one\r\n  two\nthree", group(2, 3))]).toEqual([
      [2, "two"],
      [3, "three"],
    ]);
  });
  it("has none of lines that there are not", () => expect(linesOf("one", group(2)).size).toBe(0));
  it("takes a line once", () => expect(linesOf("a\nb\n", group(1, 1)).size).toBe(1));
});

describe("firstKind", () => {
  it("shows what is refused first", () => expect(firstKind(preview({ added: group(1), refused: group(2) }))).toBe("refused"));
  it("else what is added", () => expect(firstKind(preview({ added: group(1), present: group(2) }))).toBe("added"));
  it("shows what there is", () => expect(firstKind(preview({ present: group(2) }))).toBe("present"));
});

describe("added", () => {
  it("counts those beside others", () => expect(added(preview({ added: group(1, 2), changed: group(3) }))).toBe(3));
});

describe("sizeText", () => {
  it("is short", () => expect([sizeText(10), sizeText(2_500_000)]).toEqual(["1 kB", "2.5 MB"]));
});
