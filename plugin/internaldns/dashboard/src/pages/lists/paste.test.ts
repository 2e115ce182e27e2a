import { describe, expect, it } from "vitest";

import { canonical, fitting, isNetwork, keepLines, readLines } from "./paste";

const none = new Set<string>();

describe("readLines", () => {
  it("takes descriptions behind a comma or a #", () => {
    const { items } = readLines('a.example, the first\nb.example # the second\n"c.example","the third"\n\n# nothing\nd.example', "DOMAIN", none);
    expect(items).toEqual([
      { line: 1, value: "a.example", description: "the first" },
      { line: 2, value: "b.example", description: "the second" },
      { line: 3, value: "c.example", description: "the third" },
      { line: 6, value: "d.example", description: "" },
    ]);
  });
  it("leaves the commas and # of URLs", () => {
    const { items } = readLines("https://a.example/?x=1,2#top, a page", "URL", none);
    expect(items[0]).toEqual({ line: 1, value: "https://a.example/?x=1,2#top", description: "a page" });
  });
  it("tells of what stands there twice, or is in the list", () => {
    const { items, wrong } = readLines("a.example\nB.example.\nA.EXAMPLE.\nb.example", "DOMAIN", new Set(["b.example"]));
    expect(items.map((i) => i.line)).toEqual([1]);
    expect(wrong).toEqual([
      { line: 2, text: "“B.example.” is in the list already" },
      { line: 3, text: "“A.EXAMPLE.” stands on line 1 already" },
      { line: 4, text: "“b.example” stands on line 2 already" },
    ]);
  });
  it.each([
    ["DOMAIN", "*.example"],
    ["DOMAIN", "a..example"],
    ["DOMAIN", "ada@corp.example"],
    ["EMAIL", "ada"],
    ["IP", "192.0.2.256"],
    ["URL", "shop.example"],
    ["CATEGORY", "news"],
  ] as const)("refuses of %s: %s", (kind, text) => expect(readLines(text, kind, none).wrong).toHaveLength(1));
  it("takes any serial number", () => expect(readLines("C02 1", "SERIAL", none).items).toHaveLength(1));
});

describe("isNetwork", () => {
  it.each(["192.0.2.1", "10.0.0.0/8", "2001:db8::", "2001:db8::/32", "::ffff:1"])("takes %s", (text) => expect(isNetwork(text)).toBe(true));
  it.each(["10.0.0", "10.0.0.0/33", "10.0.0.0/8/1", "x", "::1/129", "1:2", ""])("refuses %s", (text) => expect(isNetwork(text)).toBe(false));
});

describe("canonical", () => {
  it("takes an address for the network that holds it alone", () => {
    expect(canonical("IP", "192.0.2.1/32")).toBe("192.0.2.1");
    expect(canonical("IP", "2001:DB8::1/128")).toBe("2001:db8::1");
    expect(canonical("IP", "10.0.0.0/8")).toBe("10.0.0.0/8");
  });
});

describe("fitting", () => {
  it("counts what one call can have", () => {
    expect(fitting(["a", "b"])).toBe(2);
    expect(fitting(Array.from({ length: 50_000 }, (_, i) => ({ value: `name-${i}.corp.example` })))).toBeLessThan(30_000);
  });
});

describe("keepLines", () => {
  it("keeps what was not added", () => expect(keepLines("a\nb\n\nc", [{ line: 2, value: "b", description: "" }])).toBe("a\nc"));
});
