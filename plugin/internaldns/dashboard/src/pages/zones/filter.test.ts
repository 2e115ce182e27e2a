import { describe, expect, it } from "vitest";

import type { View, Zone } from "../../api/types";
import { filterZones, viewsByZone, type ZoneFilter } from "./filter";

const zone = (name: string, records: number, more: Partial<Zone> = {}) => ({ id: "id-" + name, name, records, modified_on: "", ...more }) as Zone;
const zones = [
  zone("b.example", 2),
  zone("a.example", 9, { problem: { code: "x", text: "y" } }),
  zone("local", 5, { declared: { file: "Corefile", line: 3, id: "l" } }),
];
const views = [
  { id: "v1", name: "london", zones: ["id-local", "id-a.example"] },
  { id: "v2", name: "sf", zones: ["id-local"] },
] as View[];

const find = (filter: Partial<ZoneFilter>, by = "name", down = false) =>
  filterZones(zones, { text: "", view: "", only: "", ...filter }, { by, down }, viewsByZone(views)).map((z) => z.name);

describe("viewsByZone", () => {
  it("has all views of a zone", () => expect(viewsByZone(views).get("id-local")?.map((v) => v.name)).toEqual(["london", "sf"]));
});

describe("filterZones", () => {
  it("sorts by name, and by others either way", () => {
    expect(find({})).toEqual(["a.example", "b.example", "local"]);
    expect(find({}, "records", true)).toEqual(["a.example", "local", "b.example"]);
  });
  it("takes a part of the name, with or without final dot", () => {
    expect(find({ text: "EXAMPLE." })).toEqual(["a.example", "b.example"]);
    expect(find({ text: "." })).toEqual(["a.example", "b.example"]);
  });
  it("takes zones of a view, and of none", () => {
    expect(find({ view: "v2" })).toEqual(["local"]);
    expect(find({ view: "none" })).toEqual(["b.example"]);
  });
  it("takes those with problems, and those of the Corefile", () => {
    expect(find({ only: "problem" })).toEqual(["a.example"]);
    expect(find({ only: "declared" })).toEqual(["local"]);
  });
});
