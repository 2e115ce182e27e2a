import { describe, expect, it } from "vitest";

import { diff, differing, doing, movedOn, titleOf } from "./diff";

const record = { id: "1", name: "www.corp.example", type: "A", content: "192.0.2.1", ttl: 300, tags: [], comment: null, modified_on: "x" };

describe("diff", () => {
  it("tells of members that differ and of no others", () => {
    expect(diff(record, { ...record, content: "192.0.2.2", modified_on: "y" })).toEqual([{ field: "content", before: "192.0.2.1", after: "192.0.2.2" }]);
  });
  it("has one side only of what is new", () => {
    expect(diff(null, { name: "a", comment: "why" })).toEqual([
      { field: "name", before: undefined, after: "a" },
      { field: "comment", before: undefined, after: "why" },
    ]);
  });
  it("goes into objects and joins lists", () => {
    const rule = (names: string[]) => ({ rule_settings: { resolve_dns_internally: { view_id: "v", private_names: names } } });
    expect(diff(rule(["a"]), rule(["a", "b"]))).toEqual([
      { field: "rule_settings.resolve_dns_internally.private_names", before: "a", after: "a\nb" },
    ]);
  });
  it("takes an empty member for none", () => {
    expect(diff({ ...record, comment: "" }, record)).toEqual([]);
  });
  it("tells the parts of a record by its content", () => {
    expect(diff({ content: "1 2 a", data: { port: 2 } }, { content: "1 3 a", data: { port: 3 } })).toEqual([{ field: "content", before: "1 2 a", after: "1 3 a" }]);
  });
  it("bears what is no object", () => {
    expect(diff(undefined, "text")).toEqual([]);
  });
});

describe("objects of a change", () => {
  const change = (before: unknown, after: unknown) => ({ kind: "record", id: "1", before, after });
  it("are added, removed or changed", () => {
    expect([doing(change(null, record)), doing(change(record, null)), doing(change(record, record))]).toEqual(["added", "removed", "changed"]);
  });
  it("are named by what is left of them", () => {
    expect(titleOf(change(record, null))).toBe("www.corp.example A");
    expect(titleOf({ kind: "view", id: "7", before: null, after: null })).toBe("7");
  });
});

describe("differing", () => {
  it("leaves out what both sides of a list have", () => {
    expect(differing({ field: "zones", before: "a\nb\nc", after: "a\nc\nd" })).toEqual({ field: "zones", before: "b", after: "d" });
    expect(differing({ field: "zones", before: "a", after: "a\nb" })).toEqual({ field: "zones", after: "b" });
  });
  it("shows an order that is another whole", () => {
    const line = { field: "rules", before: "a\nb", after: "b\na" };
    expect(differing(line)).toEqual(line);
  });
  it("leaves a value as it is", () => expect(differing({ field: "name", before: "a", after: "b" })).toEqual({ field: "name", before: "a", after: "b" }));
});

describe("movedOn", () => {
  it("sees another's edit", () => expect(movedOn(record, { ...record, ttl: 60 })).toBe(true));
  it("ignores what only time has changed", () => expect(movedOn(record, { ...record, modified_on: "z" })).toBe(false));
  it("has nothing to compare with without a base", () => expect(movedOn(undefined, record)).toBe(false));
});

describe("differing of long lists", () => {
  const diffs = (before: unknown, after: unknown) => diff(before, after).map(differing);
  const items = Array.from({ length: 8 }, (_, i) => ({ value: `v${i}`, created_at: String(i) }));
  it("leaves out what both have", () => {
    const after = [...items.slice(1), { value: "new", description: "why" }];
    expect(diffs({ items }, { items: after })).toEqual([{ field: "items", before: "v0", after: "new, why" }]);
    expect(diffs({ items }, { items: items.slice(1) })).toEqual([{ field: "items", before: "v0" }]);
  });
  it("shows all of those that differ in order alone", () => {
    expect(diffs({ items }, { items: items.toReversed() })[0]?.after?.split("\n")).toHaveLength(8);
  });
  it("words networks", () => expect(diff({}, { networks: [{ network: "10.0.0.0/8" }] })).toEqual([{ field: "networks", before: undefined, after: "10.0.0.0/8" }]));
});
