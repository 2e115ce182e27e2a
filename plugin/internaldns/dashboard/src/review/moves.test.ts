import { describe, expect, it } from "vitest";

import type { Preview, PreviewQueries } from "../api/types";
import { decides } from "./decides";
import { lacking } from "./moves";

const some = (more: Partial<PreviewQueries>): PreviewQueries => ({ kept: 10, compared: 10, not_comparable: 0, moved: 0, since: "", changes: [], ...more });
const change = (kind: string) => ({ queries: null, objects: [{ kind, id: "1", before: null, after: {} }] }) as unknown as Preview;

describe("the last queries", () => {
  it("matter where policies, lists or locations change", () => {
    expect([decides(change("rule")), decides(change("list")), decides(change("record"))]).toEqual([true, true, false]);
    expect(decides({ ...change("record"), queries: some({}) })).toBe(true);
  });
  it("are told of as far as they are known", () => {
    expect(lacking(some({}))).toBe("");
    expect(lacking(some({ compared: 9, not_comparable: 1 }))).toMatch(/^1 more query depends on what is not kept/);
    expect(lacking(some({ compared: 5, not_comparable: 2 }))).toMatch(/3 older ones were left out/);
  });
});
