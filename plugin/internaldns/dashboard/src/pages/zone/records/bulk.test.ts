import { describe, expect, it } from "vitest";

import type { DNSRecord } from "../../../api/types";
import { batches, noEdit, patchesOf, tagged, wrongTTL } from "./bulk";

const record = (id: string, more: Partial<DNSRecord> = {}) => ({ id, ttl: 1, comment: null, tags: [], ...more }) as unknown as DNSRecord;

describe("patchesOf", () => {
  it("changes what is filled in only, and only where it differs", () => {
    expect(patchesOf([record("a"), record("b", { ttl: 300 })], { ...noEdit, ttl: "5m" })).toEqual([{ id: "a", ttl: 300 }]);
    expect(patchesOf([record("a", { comment: "x" }), record("b")], { ...noEdit, comment: " x " })).toEqual([{ id: "b", comment: "x" }]);
  });
  it("takes comments away", () => {
    expect(patchesOf([record("a", { comment: "x" }), record("b")], { ...noEdit, noComment: true, comment: "y" })).toEqual([{ id: "a", comment: "" }]);
  });
  it("does nothing for an empty form", () => expect(patchesOf([record("a")], noEdit)).toEqual([]));
});

describe("tagged", () => {
  it("adds behind the others, each once", () => expect(tagged(["a", "b:1"], ["c", "a"], [])).toEqual(["a", "b:1", "c"]));
  it("puts another value in place", () => expect(tagged(["a", "b:1"], ["B:2"], [])).toEqual(["a", "B:2"]));
  it("removes by name and by value", () => {
    expect(tagged(["a", "b:1", "c:1"], [], ["B", "c:2", "A"])).toEqual(["c:1"]);
    expect(tagged(["c:1"], [], ["C:1"])).toEqual([]);
  });
});

describe("batches", () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => ({ id: String(i).padStart(32, "0") }));
  it("parts many into several calls of one change", () => {
    const calls = batches("z", "deletes", many(3501));
    expect(calls?.map((c) => (c.body as { deletes: unknown[] }).deletes.length)).toEqual([3500, 1]);
  });
  it("refuses what is too much", () => {
    expect(batches("z", "deletes", many(14_001))).toBeUndefined();
    expect(batches("z", "patches", many(3000).map((p) => ({ ...p, comment: "x".repeat(500) })))).toBeUndefined();
  });
});

describe("wrongTTL", () => {
  it("knows none", () => expect([wrongTTL({ ...noEdit, ttl: "soon" }), wrongTTL({ ...noEdit, ttl: "1h" }), wrongTTL(noEdit)]).toEqual([true, false, false]));
});
