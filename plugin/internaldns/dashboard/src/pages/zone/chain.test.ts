import { describe, expect, it } from "vitest";

import type { Zone } from "../../api/types";
import { chainOf, troubleOf } from "./chain";

const zone = (id: string, reference?: string) => ({ id, name: id, internal_dns: { reference_zone_id: reference } }) as Zone;
const all = (...zones: Zone[]) => new Map(zones.map((z) => [z.id, z]));
const ids = (chain: Zone[]) => chain.map((z) => z.id).join(" ");

describe("chainOf", () => {
  const a = zone("a", "b");
  it("follows references", () => expect(ids(chainOf(a, all(a, zone("b", "c"), zone("c"))))).toBe("a b c"));
  it("takes a reference that is chosen only", () => expect(ids(chainOf(zone("x"), all(a, zone("b")), "a"))).toBe("x a b"));
  it("has none if it is taken away", () => expect(ids(chainOf(a, all(a, zone("b")), ""))).toBe("a"));
  it("ends where a zone is gone", () => expect(ids(chainOf(a, all(a)))).toBe("a"));
});

describe("troubleOf", () => {
  it("sees a circle", () => {
    const [a, b] = [zone("a", "b"), zone("b", "a")];
    expect(troubleOf(chainOf(a, all(a, b)))).toMatch(/circle/);
    expect(troubleOf(chainOf(a, all(a, b), "a"))).toMatch(/circle/);
  });
  it("allows five references and no more", () => {
    const row = (n: number) => Array.from({ length: n }, (_, i) => zone(`z${i}`, i < n - 1 ? `z${i + 1}` : undefined));
    const [six, seven] = [row(6), row(7)];
    expect(troubleOf(chainOf(six[0]!, all(...six)))).toBeUndefined();
    expect(troubleOf(chainOf(seven[0]!, all(...seven)))).toMatch(/5/);
  });
});
