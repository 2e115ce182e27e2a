import { describe, expect, it } from "vitest";

import type { DNSRecord, Zone } from "../api/types";
import { findObjects, foundRecords, zonesOf } from "./find";

const zone = (name: string) => ({ id: name, name, records: 3 }) as Zone;
const zones = [zone("."), zone("example"), zone("corp.example"), zone("example.corp")];

describe("findObjects", () => {
  it("puts names that begin with the text first", () => {
    expect(findObjects("CORP", { zones }).map((f) => f.title)).toEqual(["corp.example", "example.corp"]);
  });
  it("finds no more than a handful", () => {
    expect(findObjects("a", { zones: Array.from({ length: 50 }, (_, i) => zone(`a${i}`)) })).toHaveLength(8);
  });
});

describe("foundRecords", () => {
  const r = { id: "r", name: "*.corp.example", type: "A", content: "192.0.2.1", zone_id: "z", zone_name: "corp.example" } as DNSRecord;
  it("leads to the records of the name", () => expect(foundRecords("corp", [r], false).map((f) => f.href)).toEqual(["/zones/z/records?name=*.corp.example"]));
  it("leads to more, if there are", () => expect(foundRecords("a b", [r], true).at(-1)?.href).toBe("/zones?in=records&search=a%20b"));
});

describe("zonesOf", () => {
  it("returns the zones that hold a name, the deepest first", () => {
    expect(zonesOf("www.corp.example.", zones).map((z) => z.name)).toEqual(["corp.example", "example", "."]);
  });
  it("does not take a longer name for a part of a shorter one", () => {
    expect(zonesOf("mycorp.example", zones).map((z) => z.name)).toEqual(["example", "."]);
  });
});
