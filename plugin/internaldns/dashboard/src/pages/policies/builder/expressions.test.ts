import { describe, expect, it } from "vitest";

import { added, clean, newCondition, replaced, withOperator, withSelector, type Condition, type Form } from "./form";
import { print } from "./print";
import { read } from "./read";
import { allows, idOf, selectors, type Operator, type Selector } from "./selectors";

/** numbers returns the same numbers below a bound each time, so that what is printed is always the same. */
function numbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const operators: Operator[] = ["is", "in", "list", "contains", "wildcard", "matches"];
const samples = {
  address: ["192.0.2.1", "2001:db8::53", "fe80::1", "192.0.2.255"],
  number: ["0", "7", "32", "1000"],
  name: ["corp.example", "www.corp.example", "local", "_sip._tcp.corp.example", "xn--bcher-kva.example"],
  text: ["AAAA", 'with "quotes"', "back\\slash\\", "Füße & Co", "it's", "a,b", "x#\"#y", "[1"],
};
const sets = { ...samples, address: [...samples.address, "192.0.2.0/24", "2001:db8::/32", "192.0.2.1..192.0.2.9"], number: [...samples.number, "1..9"] };
const patterns = ["^build[0-9]+\\.", 'a"b', '["x]', "\\d+\\.corp", 'r"#', "a|b", "\\\\$", "[^\\]\"']"];
const wildcards = ["*.corp.example", "a*b", "a\\*b\\\\", 'x"*'];
const lists = ["f174e90a-fafe-4643-bbbc-4a0ed4fc8415", "f174e90afafe4643bbbc4a0ed4fc8415"];

function someCondition(s: Selector, operator: Operator, not: boolean, number: (bound: number) => number): Condition {
  const pick = (from: readonly string[]) => from[number(from.length)] ?? "";
  const several = () => [...new Set(Array.from({ length: 1 + number(4) }, () => pick(sets[s.kind])))];
  const of = { list: lists, matches: patterns, wildcard: wildcards, is: samples[s.kind], contains: samples[s.kind] };
  const values = operator === "in" ? several() : [pick(of[operator])];
  return { selector: idOf(s), ...(s.keyed && { key: pick(["department", 'a "b"']) }), operator, not, values };
}

function* forms(): Generator<Form> {
  const number = numbers(17);
  const all = selectors.flatMap((s) => operators.filter((o) => allows(s, o)).flatMap((o) => [false, true].map((not) => someCondition(s, o, not, number))));
  for (const c of all) yield [[c]];
  for (let n = 0; n < 300; n++) {
    yield Array.from({ length: 1 + number(3) }, () => Array.from({ length: 1 + number(3) }, () => all[number(all.length)] ?? newCondition("dns.fqdn")));
  }
}

describe("what the builder prints", () => {
  it("is read as the same rows", () => {
    for (const form of forms()) expect(read(print(form)), print(form)).toEqual(form);
  });
  // Package model compiles each line of the file, so that nothing is printed that a policy cannot have.
  it("is what the server can read", async () => {
    await expect([...forms()].map(print).join("\n") + "\n").toMatchFileSnapshot("./printed.txt");
  });
  it("tells what is missing by what it leaves out", () => {
    const half = (c: Partial<Condition>) => print([[{ ...newCondition("dns.src_ip"), ...c }]]);
    expect(half({})).toBe("dns.src_ip in {}");
    expect(half({ operator: "is" })).toBe("dns.src_ip ==");
    expect(half({ operator: "list", not: true })).toBe("not dns.src_ip in $");
  });
  it("lets no value be more than a value", () => {
    expect(print([[{ ...newCondition("dns.src_ip"), values: ["1 } or {"] }]])).toBe('dns.src_ip in {"1 } or {"}');
    expect(print([[{ ...newCondition("dns.src_ip"), operator: "list", values: ["a or b"] }]])).toBe("dns.src_ip in $");
  });
});

// Each is written as somebody would; beside it what the builder makes of it. Package model
// compiles both and finds that they mean the same.
const written: [string, string][] = [
  ["dns.src_ip in {192.0.2.0/24   2001:db8::/32}", "dns.src_ip in {192.0.2.0/24 2001:db8::/32}"],
  ["any(dns.domains[*]=='corp.example')", 'any(dns.domains[*] == "corp.example")'],
  ["not(any(dns.domains[*] in $f174e90a-fafe-4643-bbbc-4a0ed4fc8415))", "not any(dns.domains[*] in $f174e90a-fafe-4643-bbbc-4a0ed4fc8415)"],
  ['dns.fqdn ne "a.example"', 'dns.fqdn != "a.example"'],
  ['not dns.fqdn contains "x" && !(dns.query_rtype eq "A")', 'not dns.fqdn contains "x" and dns.query_rtype != "A"'],
  ['(dns.fqdn == "a" || dns.fqdn == "b") and dns.src_ip == 192.0.2.1', '(dns.fqdn == "a" or dns.fqdn == "b") and dns.src_ip == 192.0.2.1'],
  ['any(identity.groups.name[*] in {"a b"})', 'any(identity.groups[*].name in {"a b"})'],
  ['dns.fqdn ~ r#"^a"#', 'dns.fqdn matches "^a"'],
  ['dns.fqdn == "\\x61\\142c"', 'dns.fqdn == "abc"'],
  ['(((dns.fqdn == "a")))', 'dns.fqdn == "a"'],
  ['identity.email in {"ada@corp.example"}', 'identity.email in {"ada@corp.example"}'],
  ["any(dns.content_category[*] in {1 3..9})", "any(dns.content_category[*] in {1 3..9})"],
];

describe("what somebody has written", () => {
  it.each(written)("%s", (text, printed) => expect(print(read(text) ?? [])).toBe(printed));
  it("means the same", async () => {
    await expect(written.map((pair) => pair.join("\t")).join("\n") + "\n").toMatchFileSnapshot("./written.txt");
  });
  it("is no row if it is empty", () => expect(read(" \n")).toEqual([]));
  it.each([
    ...['dns.fqdn == "a" xor dns.fqdn == "b"', 'dns.fqdn == "a" and dns.fqdn == "b" or dns.fqdn == "c"', 'any(dns.domains[*] != "a")'],
    ...['all(dns.domains[*] == "a")', 'dns.domains[0] == "a"', 'lower(dns.fqdn) == "a"', 'starts_with(dns.fqdn, "a")', "not (not dns.src_ip == 192.0.2.1)"],
    ...['not (dns.fqdn == "a" or dns.fqdn == "b")', 'dns.fqdn strict wildcard "*"', 'dns.fqdn > "a"', 'dns.fqdn == ""', 'dns.fqdn == "a" or', "dns.src_ip in {}"],
    ...['dns.fqdn == "\\xff"', "dns.src_ip == 192.0.2.0/24", "any(dns.content_category[*] == 010)", "http.host == 1", 'dns.fqdn == "a" orany(x)', "(", "constructor", "é"],
    ...['any(identity.saml_attributes[*] == "a")', 'any(dns.domains["a"][*] == "a")', 'any(dns.fqdn == "a")', 'dns.domains == "a"', "((".repeat(5000)],
    ...[`dns.fqdn in {${'"a" '.repeat(201)}}`, 'dns.fqdn == "a" and (dns.fqdn == "b" and dns.fqdn == "c")', 'dns.fqdn constructor "a"', 'dns.fqdn == "a\tb"'],
  ])("%s is more than the builder can show", (text) => expect(read(text)).toBeUndefined());
});

describe("rows", () => {
  const c = { ...newCondition("dns.fqdn"), values: ["a", "b"] };
  it("keep values that fit another selector", () => {
    expect(withSelector(c, "dns.domains")).toEqual({ ...c, selector: "dns.domains" });
    expect(withSelector(c, "dns.src_ip").values).toEqual([]);
    expect(withSelector({ ...c, operator: "matches", values: ["x"] }, "dns.src_ip").operator).toBe("in");
  });
  it("take no list for a value", () => {
    expect(withOperator(c, "list", true)).toEqual({ ...c, operator: "list", not: true, values: [] });
    expect(withOperator({ ...c, values: ["a"] }, "matches", false).values).toEqual(["a"]);
  });
  it("come and go", () => {
    const form = added(added([], c), c, 0);
    expect(form).toEqual([[c, c]]);
    expect(added(form, c)).toEqual([[c, c], [c]]);
    expect(replaced([[c], [c]], 0, 0)).toEqual([[c]]);
    expect(replaced([[c]], 0, 0, { ...c, not: true })).toEqual([[{ ...c, not: true }]]);
  });
  it("take apart what was pasted", () => {
    expect(clean("address", " 192.0.2.1, 192.0.2.2\n192.0.2.1")).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(clean("text", "IT staff\nSales")).toEqual(["IT staff", "Sales"]);
  });
});
