import { describe, expect, it } from "vitest";

import type { List, Location, Zone } from "../api/types";
import { findObjects, findPlaces, zonesOf } from "./find";

const zone = (name: string) => ({ id: name, name, records: 3 }) as Zone;
const zones = [zone("."), zone("example"), zone("corp.example"), zone("example.corp")];

describe("findObjects", () => {
  it("puts names that begin with the text first", () => {
    expect(findObjects("CORP", zones, [], []).map((f) => f.title)).toEqual(["corp.example", "example.corp"]);
  });
  it("finds no more than a handful", () => {
    expect(findObjects("a", Array.from({ length: 50 }, (_, i) => zone(`a${i}`)), [], [])).toHaveLength(8);
  });
});

describe("findPlaces", () => {
  it("finds lists and locations", () => {
    const list = { id: "l", name: "London shops", count: 3 } as List;
    const location = { id: "o", name: "london", doh_subdomain: "ldn" } as Location;
    expect(findPlaces("LONDON", [list], [location]).map((f) => f.href)).toEqual(["/lists/l", "/locations/o"]);
  });
});

describe("zonesOf", () => {
  it("returns the zones that hold a name, the deepest first", () => {
    expect(zonesOf("www.corp.example.", zones).map((z) => z.name)).toEqual(["corp.example", "example", "."]);
  });
  it("does not take a longer name for a part of a shorter one", () => {
    expect(zonesOf("mycorp.example", zones).map((z) => z.name)).toEqual(["example", "."]);
  });
});
