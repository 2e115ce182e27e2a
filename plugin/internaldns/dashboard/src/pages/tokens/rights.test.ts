import { describe, expect, it } from "vitest";

import type { PermissionGroup, TokenPolicy } from "../../api/types";
import { grantsOf, kindsFor, kindsOf, missing, narrowed, newGrant, policiesOf, wordsOf } from "./rights";

const zone = ["com.cloudflare.api.account.zone" as const];
const account = ["com.cloudflare.api.account" as const];
const groups: PermissionGroup[] = [
  { id: "dr", name: "DNS Read", scopes: zone },
  { id: "dw", name: "DNS Write", scopes: zone },
  { id: "lr", name: "Lists Read", scopes: account },
  { id: "lw", name: "Lists Write", scopes: account },
];
const kinds = kindsOf(groups);
const policy = (resources: unknown, ...ids: string[]) => ({ effect: "allow", permission_groups: ids.map((id) => ({ id, name: id })), resources }) as unknown as TokenPolicy;
const read = (resources: unknown, ...ids: string[]) => grantsOf([policy(resources, ...ids)], "acc", kinds)[0]!;

describe("kindsOf", () => {
  it("puts reading and writing side by side", () => {
    expect(kinds.map((k) => [k.name, k.read?.id, k.write?.id, k.zones])).toEqual([
      ["DNS", "dr", "dw", true],
      ["Lists", "lr", "lw", false],
    ]);
  });
  it("offers for a scope what can be granted on it", () => {
    expect(kindsFor("zone", kinds).map((k) => k.name)).toEqual(["DNS"]);
    expect(kindsFor("list", kinds).map((k) => k.name)).toEqual(["Lists"]);
    expect(kindsFor("account", kinds)).toHaveLength(2);
  });
});

describe("grantsOf", () => {
  it("takes writing before reading", () => expect(read({ "com.cloudflare.api.account.acc": "*" }, "dr", "dw", "lr").levels).toEqual({ DNS: "write", Lists: "read" }));
  it.each([
    [{ "com.cloudflare.api.account.acc": "*", "com.cloudflare.api.account.zone.*": "*" }, "account", []],
    [{ "com.cloudflare.api.account.zone.*": "*" }, "zones", []],
    [{ "com.cloudflare.api.account.acc": { "com.cloudflare.api.account.zone.*": "*" } }, "zones", []],
    [{ "com.cloudflare.api.account.zone.a": "*", "com.cloudflare.api.account.zone.b": "*" }, "zone", ["a", "b"]],
    [{ "internaldns.view.v": "*" }, "view", ["v"]],
    [{ "internaldns.list.*": "*" }, "other", []],
    [{ "internaldns.list.l": "*", "internaldns.rule.r": "*" }, "other", []],
    [{ "com.cloudflare.api.account.acc2": "*" }, "other", []],
    ['{"com.cloudflare.api.account.zone.*":"*"}', "other", []],
  ])("reads %j", (resources, scope, ids) => expect(read(resources, "dr")).toMatchObject({ scope, ids }));
  it("reads which records are meant", () => {
    const value = { "name ends_with": ".corp.example", type: ["A", "AAAA"] };
    expect(read({ "internaldns.view.v": value }, "dr")).toMatchObject({ scope: "view", suffix: ".corp.example", types: "A, AAAA" });
    expect(read({ "internaldns.view.v": { colour: "red" } }, "dr").scope).toBe("other");
  });
});

describe("policiesOf", () => {
  it("tells what nobody changed as it was", () => {
    const was = policy({ "internaldns.list.l": "*", "internaldns.rule.r": "*" }, "dr");
    expect(policiesOf(grantsOf([was], "acc", kinds), "acc", kinds)[0]?.resources).toEqual(was.resources);
  });
  it("tells what was chosen", () => {
    const grant = narrowed(newGrant(), { scope: "view", ids: ["v"], suffix: "corp.example", types: "a aaaa", levels: { DNS: "write", Lists: "write" } }, kinds);
    expect(policiesOf([grant], "acc", kinds)).toEqual([
      {
        effect: "allow",
        permission_groups: [{ id: "dw", name: "DNS Write" }],
        resources: { "internaldns.view.v": { "name ends_with": "corp.example", type: ["A", "AAAA"] } },
      },
    ]);
  });
});

describe("missing", () => {
  it("asks for rights, and what they are on", () => {
    expect(missing(newGrant())).toContain("read or write");
    expect(missing({ ...newGrant(), scope: "zone", levels: { DNS: "read" } })).toContain("about");
    expect(missing({ ...newGrant(), levels: { DNS: "read" } })).toBe("");
  });
});

describe("wordsOf", () => {
  const names = new Map([["v", "london"]]);
  it("says it short", () => expect(wordsOf(read({ "com.cloudflare.api.account.acc": "*" }, "dw", "lw"), kinds, names)).toEqual({ rights: "read and write everything", on: "the whole account" }));
  it("says what is limited", () => {
    const grant = { ...newGrant(), scope: "view" as const, ids: ["v"], types: "A", levels: { DNS: "write" as const } };
    expect(wordsOf(grant, kinds, names)).toEqual({ rights: "write DNS", on: "the zones of london (only types A)" });
  });
  it("says what is denied", () => expect(wordsOf({ ...newGrant(), deny: true, levels: { DNS: "read" } }, kinds, names).rights).toBe("never: read DNS"));
});
