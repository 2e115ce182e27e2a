import { describe, expect, it } from "vitest";

import type { Logged } from "../../api/types";
import { filterOf, isFiltered, noFilter, paramsOf, queryOf, rcodeName, testerHref, timeWords, tookWords } from "./filter";

describe("the filter", () => {
  const filter = { ...noFilter, name: " Corp. ", rcode: "NXDOMAIN" };
  it("stands in the address", () => {
    expect(paramsOf(filter).toString()).toBe("name=Corp.&rcode=NXDOMAIN");
    expect(filterOf(paramsOf(filter))).toEqual({ ...filter, name: "Corp." });
  });
  it("asks the API for parts of names", () => expect(queryOf(filter)).toEqual({ "QueryName.contains": "Corp", rcode: "NXDOMAIN" }));
  it("is none without a text", () => {
    expect(isFiltered({ ...noFilter, view: " " })).toBe(false);
    expect(isFiltered(filter)).toBe(true);
  });
});

describe("testerHref", () => {
  const query = { QueryName: "wiki.test", QueryTypeName: "A", SrcIP: "192.0.2.1" } as Logged;
  it("asks the same again", () => expect(testerHref(query)).toBe("/tester?name=wiki.test&type=A&client=192.0.2.1"));
  it("tells where the query arrived", () => expect(testerHref({ ...query, DstIP: "2001:db8::53", DstPort: 853 })).toContain("server=%5B2001%3Adb8%3A%3A53%5D%3A853"));
  it("asks for the root", () => expect(testerHref({ ...query, QueryName: "" })).toContain("name=.&"));
});

describe("words", () => {
  it("name codes", () => expect([rcodeName(3), rcodeName(23)]).toEqual(["NXDOMAIN", "23"]));
  it("tell durations", () => expect([85, 1234, 250_000].map(tookWords)).toEqual(["85 µs", "1.2 ms", "250 ms"]));
  it("tell times", () => expect(timeWords("2030-01-02T03:04:05.006Z")).toMatch(/^\d\d:\d\d:05\.006$/));
});
