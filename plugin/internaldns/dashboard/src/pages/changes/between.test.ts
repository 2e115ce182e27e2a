import { describe, expect, it } from "vitest";

import type { Call, Change, ObjectChange, Preview } from "../../api/types";
import { clashesOf, isStale, touches } from "./between";

const object = (kind: string, id: string, zone_id?: string) => ({ kind, id, ...(zone_id && { zone_id }), before: {}, after: {} }) as ObjectChange;
const of = (method: Call["method"], path: string, body?: unknown): Call => ({ method, path, body });

describe("touches", () => {
  it.each([
    ["a record", of("PATCH", "/zones/z/dns_records/r"), object("record", "r", "z"), true],
    ["another record of the zone", of("PATCH", "/zones/z/dns_records/r"), object("record", "s", "z"), false],
    ["the settings of a zone", of("PATCH", "/zones/z/dns_settings"), object("zone", "z"), true],
    ["the settings of the account", of("PATCH", "/accounts/a/dns_settings"), object("settings", ""), true],
    ["a zone and its records", of("DELETE", "/zones/z?force=true"), object("record", "r", "z"), true],
    ["records of a batch", of("POST", "/zones/z/dns_records/batch", { patches: [{ id: "r" }], deletes: [{ id: "s" }] }), object("record", "s", "z"), true],
    ["policies that are reordered", of("PUT", "/accounts/a/internal_dns/rules/order", { rules: ["p"] }), object("rule", "p"), true],
    ["a view that is made", of("POST", "/accounts/a/dns_settings/views", { name: "v", zones: ["z"] }), object("zone", "z"), false],
  ])("%s", (_, call, changed, is) => expect(touches([call])(changed)).toBe(is));
});

describe("clashesOf", () => {
  const change = (revision: number, ...objects: ObjectChange[]) => ({ revision, objects }) as Change;
  const edit = { key: "k", title: "t", revision: 7, calls: [of("PATCH", "/accounts/a/dns_settings/views/v", {})] };
  it("tells of later changes of the same object only", () => {
    const changes = [change(7, object("view", "v")), change(8, object("view", "w")), change(9, object("view", "w"), object("view", "v"))];
    expect(clashesOf(edit, { changes, unread: 0 }).map((c) => [c.change.revision, c.objects.length])).toEqual([[9, 1]]);
  });
});

describe("isStale", () => {
  const edit = { key: "k", title: "t", revision: 7, base: { id: "v", name: "old" }, calls: [] };
  const preview = (name: string) => ({ objects: [{ kind: "view", id: "v", before: { id: "v", name }, after: { id: "v", name: "new" } }] }) as unknown as Preview;
  it("is one whose object has changed", () => expect(isStale(edit, preview("theirs"))).toBe(true));
  it("is none whose object is as it was", () => expect(isStale(edit, preview("old"))).toBe(false));
  it("is none that began with nothing", () => expect(isStale({ ...edit, base: undefined }, preview("theirs"))).toBe(false));
});
