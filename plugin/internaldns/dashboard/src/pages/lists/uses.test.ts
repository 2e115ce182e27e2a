import { describe, expect, it } from "vitest";

import type { List, Location, Rule } from "../../api/types";
import { asking, listsOf, naming } from "./uses";

const id = "0bfc50b5-9441-65d8-a9fd-4f65d186903f";
const rule = (traffic: string, more: Partial<Rule> = {}) => ({ id: traffic, traffic, identity: "", device_posture: "", ...more }) as Rule;
const list = (more: Partial<List> = {}) => ({ id, name: "Shops", ...more }) as List;

describe("listsOf", () => {
  it("finds what stands behind a $", () => {
    expect([...listsOf(rule("dns.fqdn in $a-b or any(dns.domains[*] in $c)", { identity: "identity.email in $D" }))]).toEqual(["ab", "c", "d"]);
  });
});

describe("naming", () => {
  it("takes an id with and without hyphens, in any case", () => {
    const rules = [rule(`dns.fqdn in $${id}`), rule(`dns.fqdn in $${id.replaceAll("-", "").toUpperCase()}`), rule("dns.fqdn in $other")];
    expect(naming(list(), rules)).toEqual(rules.slice(0, 2));
  });
  it("takes the name of the Corefile in policies of the Corefile alone", () => {
    const declared = { file: "Corefile", line: 1, id: "shops" };
    const rules = [rule("dns.fqdn in $shops", { declared }), rule("dns.fqdn in $shops")];
    expect(naming(list({ declared }), rules)).toEqual(rules.slice(0, 1));
  });
});

describe("asking", () => {
  const london = { id: "aa11", name: "London" } as Location;
  it("finds the name and the id", () => {
    const rules = [rule('dns.location == "London"'), rule("dns.location in {'aa11'}"), rule('dns.location == "Londonderry"')];
    expect(asking(london, rules)).toEqual(rules.slice(0, 2));
  });
  it("asks for the selector", () => expect(asking(london, [rule('identity.email == "London"')])).toEqual([]));
});
