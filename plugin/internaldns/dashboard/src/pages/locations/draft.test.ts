import { describe, expect, it } from "vitest";

import type { Location } from "../../api/types";
import { draftOf, formOf, newLocation, ttlWords } from "./draft";

const location = {
  ...{ id: "1", name: "Paris", client_default: true, ecs_support: true, doh_subdomain: "paris" },
  networks: [{ network: "192.0.2.0/24" }, { network: "2001:db8::/32" }],
  endpoints: {
    doh: { enabled: true, networks: [{ network: "198.51.100.0/24" }], require_token: true },
    dot: { enabled: false, networks: [] },
    ipv4: { enabled: true, networks: [] },
    ipv6: { enabled: false, networks: [{ network: "2001:db8::/48" }] },
  },
  max_ttl: { mode: "override", ttl_secs: 300 },
} as unknown as Location;

describe("formOf", () => {
  it("tells all of a location, also what it has no field for", () => {
    expect(formOf(draftOf(location), location)).toEqual({
      ...{ name: "Paris", client_default: true, ecs_support: true, networks: location.networks, doh_subdomain: "paris" },
      ...{ endpoints: location.endpoints, max_ttl: location.max_ttl },
    });
  });
  it("has the server make a subdomain where none is given", () => {
    expect(formOf({ ...newLocation(), name: " Paris ", networks: "192.0.2.0/24, 10.0.0.0/8\n::1" })).toMatchObject({
      name: "Paris",
      networks: [{ network: "192.0.2.0/24" }, { network: "10.0.0.0/8" }, { network: "::1" }],
      max_ttl: { mode: "inherit" },
    });
    expect(formOf(newLocation())).not.toHaveProperty("doh_subdomain");
  });
  it("sends what is no number of seconds for the server to refuse", () => {
    expect(formOf({ ...newLocation(), ttl: "override", seconds: "soon" }).max_ttl).toEqual({ mode: "override", ttl_secs: 0 });
  });
});

describe("ttlWords", () => {
  it("says the seconds", () => expect(ttlWords(location)).toBe("300 s"));
});
