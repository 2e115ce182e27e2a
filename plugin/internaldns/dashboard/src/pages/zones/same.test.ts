import { describe, expect, it } from "vitest";

import type { View, Zone } from "../../api/types";
import { clashIn, sameNames } from "./same";

const zones = [
  { id: "1", name: "corp.example" },
  { id: "2", name: "corp.example" },
  { id: "3", name: "other.example" },
] as Zone[];
const views = [
  { id: "a", name: "london", zones: ["1", "3"] },
  { id: "b", name: "sf", zones: ["3"] },
] as View[];

describe("zones of one name", () => {
  const same = sameNames(["corp.example", "new.example"], zones, views);
  it("are told with the views that hold them", () => expect(same.map((s) => [s.zone.id, ...s.views.map((v) => v.name)])).toEqual([["1", "london"], ["2"]]));
  it("clash in a view that holds one", () => {
    expect(clashIn(views[0], same)?.id).toBe("1");
    expect(clashIn(views[1], same)).toBeUndefined();
    expect(clashIn(undefined, same)).toBeUndefined();
  });
});
