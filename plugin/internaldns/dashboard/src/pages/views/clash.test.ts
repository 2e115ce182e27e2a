import { describe, expect, it } from "vitest";

import type { Zone } from "../../api/types";
import { clashes, clashWith, sameSet } from "./clash";

const zone = (id: string, name: string) => ({ id, name }) as Zone;
const [a, b, c] = [zone("1", "corp.example"), zone("2", "corp.example"), zone("3", "local")];

describe("clashes", () => {
  it("are names of more than one zone", () => expect(clashes([a, b, c])).toEqual([{ name: "corp.example", zones: [a, b] }]));
  it("are none otherwise", () => expect(clashes([a, c])).toEqual([]));
});

describe("clashWith", () => {
  it("finds the other zone of the name", () => expect(clashWith(b, [a, c])).toBe(a));
  it("is not the zone itself", () => expect(clashWith(a, [a, c])).toBeUndefined());
});

describe("sameSet", () => {
  it("does not ask for the order", () => expect(sameSet(["1", "2"], ["2", "1"])).toBe(true));
  it("tells others apart", () => {
    expect(sameSet(["1"], ["1", "2"])).toBe(false);
    expect(sameSet(["1", "3"], ["1", "2"])).toBe(false);
  });
});
