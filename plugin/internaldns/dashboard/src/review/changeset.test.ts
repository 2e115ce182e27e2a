import { describe, expect, it } from "vitest";

import type { Call, Fault } from "../api/types";
import { buildsOn, collectable, editOf, idOf, made, moved, needs, newKey, planOf, shifted, told, type Edit } from "./changeset";

const zone = editOf("aaaaaaaa", { title: "Create zone a.example", revision: 3, calls: [{ method: "POST", path: "/zones", body: { name: "a.example" } }] });
const view = editOf("bbbbbbbb", {
  title: "Create view v",
  revision: 3,
  calls: [{ method: "POST", path: "/accounts/x/dns_settings/views", body: { name: "v", zones: [idOf("aaaaaaaa", 0)] } }],
});
const two = editOf("cccccccc", {
  title: "A zone with a record",
  revision: 4,
  calls: [
    { method: "POST", path: "/zones", body: { name: "c.example" } },
    { method: "POST", path: "/zones/${0.id}/dns_records", body: { name: "@", content: 'a "quoted" ${0.id}' } },
  ],
});
const plain = editOf("dddddddd", { title: "Delete zone d", revision: 5, calls: [{ method: "DELETE", path: "/zones/d" }] });

describe("collectable", () => {
  const of = (path: string, body?: unknown): Call => ({ method: "POST", path, body });
  it("takes what may be one of several", () => expect(collectable([of("/zones"), of("/zones/tokens.example/dns_records")])).toBe(true));
  it.each(["/user/tokens", "/accounts/a/tokens/1/value", "/zones/1/dns_records/import", "/accounts/a/internal_dns/restore", "/accounts/a/internal_dns/changes/3/revert?force=true"])(
    "does not take %s",
    (path) => expect(collectable([of("/zones"), of(path)])).toBe(false),
  );
  it("takes no file", () => expect(collectable([of("/zones", new FormData())])).toBe(false));
});

describe("planOf", () => {
  it("numbers references by the place of the call in the change", () => {
    expect(planOf([plain, two, zone, view]).calls.map((c) => [c.path, c.body])).toEqual([
      ["/zones/d", undefined],
      ["/zones", { name: "c.example" }],
      ["/zones/${1.id}/dns_records", { name: "@", content: 'a "quoted" ${1.id}' }],
      ["/zones", { name: "a.example" }],
      ["/accounts/x/dns_settings/views", { name: "v", zones: ["${3.id}"] }],
    ]);
  });
  it("says which edit each call is of", () => expect(planOf([two, zone]).of).toEqual(["cccccccc", "cccccccc", "aaaaaaaa"]));
  it("numbers anew when an edit before was taken out", () => expect(planOf([zone, view]).calls[1]?.body).toEqual({ name: "v", zones: ["${0.id}"] }));
  it("leaves out what needs an edit that is gone", () => {
    const plan = planOf([plain, view]);
    expect(plan.calls).toHaveLength(1);
    expect(plan.broken.get("bbbbbbbb")).toContain("taken out");
  });
  it("leaves out what comes before the edit that it needs", () => {
    expect(planOf([view, zone]).broken.get("bbbbbbbb")).toContain("“Create zone a.example”, which now comes after it");
  });
  it("leaves out what needs an edit that is left out", () => {
    const last = editOf("eeeeeeee", { title: "Rename v", revision: 3, calls: [{ method: "PATCH", path: `/views/${idOf("bbbbbbbb", 0)}`, body: { name: "w" } }] });
    expect([...planOf([view, last]).broken.keys()]).toEqual(["bbbbbbbb", "eeeeeeee"]);
    expect(planOf([view, last]).broken.get("eeeeeeee")).toContain("not possible any more");
  });
  it("forces those that are to be forced", () => expect(planOf([{ ...plain, force: true }, zone]).calls.map((c) => c.path)).toEqual(["/zones/d?force=true", "/zones"]));
  it("leaves a reference of a call to a later one of its edit as wrong as it was", () => {
    const odd = editOf("ffffffff", { title: "odd", revision: 1, calls: [{ method: "POST", path: "/zones", body: { name: "${0.id}" } }] });
    expect(planOf([plain, odd]).calls[1]?.body).toEqual({ name: "${1.id}" });
  });
});

describe("buildsOn", () => {
  it("finds what calls need, and what that needs, in order", () => {
    const calls: Call[] = [{ method: "PATCH", path: `/views/${idOf("bbbbbbbb", 0)}`, body: {} }];
    expect(buildsOn(calls, [zone, plain, view]).map((e) => e.key)).toEqual(["aaaaaaaa", "bbbbbbbb"]);
  });
  it("finds nothing for what stands alone", () => expect(buildsOn(plain.calls, [zone, view])).toEqual([]));
  it("does not take an edit for its own need", () => expect(needs(two.calls, two.key)).toEqual([]));
});

describe("moved", () => {
  const names = (edits: Edit[]) => edits.map((e) => e.key[0]).join("");
  it("moves up and down", () => {
    expect(names(moved([zone, view, two], 0, 1))).toBe("bac");
    expect(names(moved([zone, view, two], 2, 0))).toBe("cab");
  });
  it("stays within", () => expect(names(moved([zone, view], 0, -1))).toBe("ab"));
});

describe("told", () => {
  const fault = (pointer?: string) => ({ code: 1, message: "m", source: pointer ? { pointer } : null }) as Fault;
  it("gives each edit what is wrong with it", () => {
    const found = told([fault("/calls/1/body/name"), fault("/calls/2"), fault(), fault("/calls/9")], planOf([two, zone]).of);
    expect([...found].map(([key, list]) => [key, list.length])).toEqual([["cccccccc", 1], ["aaaaaaaa", 1], ["", 2]]);
  });
});

describe("shifted", () => {
  const pointed = (pointer: string) => shifted([{ code: 1, message: "m", source: { pointer } } as Fault], 2)[0]?.source;
  it("points to the calls that follow as if they were alone", () => expect(pointed("/calls/2/body/name")).toEqual({ pointer: "/calls/0/body/name" }));
  it("points nowhere for those before", () => expect(pointed("/calls/1/body/name")).toBe(null));
});

describe("made", () => {
  it("names what edits make", () => expect(made([zone, plain, two], /^\/zones$/)).toEqual([{ id: "${aaaaaaaa:0.id}", name: "a.example" }, { id: "${cccccccc:0.id}", name: "c.example" }]));
});

describe("newKey", () => {
  it("is a key that references are found by", () => expect(needs([{ method: "DELETE", path: idOf(newKey(), 0) }])).toHaveLength(1));
});
