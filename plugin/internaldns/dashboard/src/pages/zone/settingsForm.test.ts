import { describe, expect, it } from "vitest";

import type { ZoneSettings } from "../../api/types";
import { draftOf, formOf } from "./settingsForm";

const base = {
  ns_ttl: 86400,
  internal_dns: { flatten: true, reference_zone_id: "z1" },
  soa: { mname: null, rname: "", refresh: 10000, retry: 2400, expire: 604800, min_ttl: 1800, ttl: 3600 },
} as ZoneSettings;

describe("settings in a form", () => {
  it("send nothing that is as it was", () => expect(formOf(draftOf(base), base)).toEqual({}));
  it("send what differs only", () => {
    const draft = { ...draftOf(base), reference: "z2", ttl: " 600 ", ns_ttl: "60" };
    expect(formOf(draft, base)).toEqual({ internal_dns: { reference_zone_id: "z2" }, soa: { ttl: 600 }, ns_ttl: 60 });
  });
  it("take away what was emptied", () => {
    expect(formOf({ ...draftOf(base), reference: "", mname: " " }, base)).toEqual({ internal_dns: { reference_zone_id: null }, soa: { mname: null } });
  });
  it("leave it to the API to refuse what is no number", () => {
    expect(formOf({ ...draftOf(base), negative_ttl: "soon" }, base)).toEqual({ internal_dns: { negative_ttl: "soon" } });
  });
});
