import { describe, expect, it } from "vitest";

import type { DNSRecord } from "../../../api/types";
import { absolute, draftOf, formOf, newDraft, parseTTL, pointerOf, relative, reverseOf, ttlText } from "./draft";
import { partsOf, recordTypes } from "./types";

const record = (more: Partial<DNSRecord>): DNSRecord =>
  ({ id: "1", zone_id: "z", zone_name: "corp.example", name: "www.corp.example", ttl: 300, comment: null, tags: [], content: "", ...more }) as DNSRecord;

describe("records in forms", () => {
  it.each([
    record({ type: "A", content: "192.0.2.1" }),
    record({ type: "MX", content: "mail.corp.example", priority: 10, name: "corp.example" }),
    record({ type: "TXT", content: '"quoted; text"', ttl: 1, comment: "why", tags: ["a", "b:c"] }),
    record({ type: "NAPTR", content: '1 2 "s" "SIP+D2U" "" sip.corp.example' }),
  ])("$type comes back as it was", (r) => {
    const { type, name, content, ttl, tags } = r;
    expect(formOf(draftOf(r), "corp.example")).toEqual({ type, name, content, ttl, tags, comment: r.comment ?? "", ...(r.priority !== undefined && { priority: r.priority }) });
  });
  it("has the parts of an SRV record as numbers", () => {
    const data = { priority: 1, weight: 2, port: 5060, target: "sip.corp.example" };
    expect(formOf(draftOf(record({ type: "SRV", content: "2 5060 sip.corp.example", priority: 1, data })), "corp.example").data).toEqual(data);
  });
  it("leaves it to the API to refuse what is no number", () => {
    expect(formOf({ ...newDraft(), type: "MX", parts: { priority: "ten", content: "m" } }, "x").priority).toBe("ten");
  });
  it("points at the members of data", () => {
    expect(partsOf("CAA").map(pointerOf)).toEqual(["/data/flags", "/data/tag", "/data/value"]);
    expect(partsOf("MX").map(pointerOf)).toEqual(["/priority", "/content"]);
  });
  it("lists each type once", () => {
    const types = recordTypes.map((t) => t.type);
    expect(new Set(types).size).toBe(types.length);
  });
});

describe("names", () => {
  it.each([
    ["@", "corp.example"],
    ["", "corp.example"],
    ["www", "www.corp.example"],
    ["www.corp.example", "www.corp.example"],
    ["www.corp.example.", "www.corp.example"],
    ["other.example", "other.example.corp.example"],
    ["*.build", "*.build.corp.example"],
  ])("%s is %s", (typed, name) => expect(absolute(typed, "corp.example")).toBe(name));
  it("are full in the root", () => {
    expect(absolute("www.example", ".")).toBe("www.example");
    expect(relative("www.example", ".")).toBe("www.example");
  });
  it("are short within the zone", () => {
    expect(relative("corp.example", "corp.example")).toBe("@");
    expect(relative("a.b.corp.example", "corp.example")).toBe("a.b");
    expect(relative("mycorp.example", "corp.example")).toBe("mycorp.example");
  });
});

describe("TTLs", () => {
  it.each([["auto", 1], ["", 1], ["300", 300], ["5m", 300], ["1 h", 3600], ["2D", 172800], ["45s", 45]])("%s is %i", (text, ttl) => expect(parseTTL(text)).toBe(ttl));
  it.each(["1w", "-1", "1.5h", "x"])("%s is none", (text) => expect(parseTTL(text)).toBeUndefined());
  it.each([1, 45, 300, 3600, 5400, 86400])("%i is read as it is worded", (ttl) => expect(parseTTL(ttlText(ttl))).toBe(ttl));
});

describe("reverseOf", () => {
  it("turns addresses around", () => {
    expect(reverseOf("A", "192.0.2.10")).toBe("10.2.0.192.in-addr.arpa");
    expect(reverseOf("AAAA", "2001:db8::1")).toBe("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  });
  it.each([["A", "192.0.2"], ["A", "192.0.2.300"], ["AAAA", "1::2::3"], ["AAAA", "1:2"], ["TXT", "192.0.2.1"]])("%s %s has none", (type, address) =>
    expect(reverseOf(type, address)).toBeUndefined(),
  );
});
