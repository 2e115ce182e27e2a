import { describe, expect, it } from "vitest";

import type { Token } from "../../api/types";
import { addressFaults, draftOf, formOf, inDays, localOf, newToken } from "./draft";

const token = {
  ...{ id: "1", name: "ci", status: "active", policies: [] },
  expires_on: "2030-01-02T03:04:05.678Z",
  condition: { request_ip: { in: ["192.0.2.0/24"], not_in: ["192.0.2.1"] } },
} as unknown as Token;

describe("formOf", () => {
  it("tells a token as it was", () => {
    const { name, status, expires_on, condition } = token;
    expect(formOf(draftOf(token, "acc", []), "acc", [], token)).toEqual({ name, status, policies: [], expires_on, condition });
  });
  it("leaves out what there is none of", () => {
    expect(formOf({ ...newToken(), name: " a ", grants: [] }, "acc", [])).toEqual({ name: "a", status: "active", policies: [] });
  });
  it("sends times with their zone", () => {
    const local = "2031-05-06T07:08";
    const sent = formOf({ ...newToken(), expires: local, enabled: false }, "acc", []);
    expect(sent.status).toBe("disabled");
    expect(sent.expires_on).toMatch(/^2031-05-0\dT\d\d:08:00Z$/);
    expect(localOf(sent.expires_on)).toBe(local);
  });
});

describe("inDays", () => {
  it("counts from now", () => expect(inDays(30, new Date(2030, 0, 15, 10, 20))).toBe("2030-02-14T10:20"));
});

describe("addressFaults", () => {
  it("tells at which field", () => {
    const faults = addressFaults({ ...newToken(), from: "192.0.2.0/24 foo", notFrom: "::1\n10.0.0.0/99" });
    expect(faults.map((f) => f.source?.pointer)).toEqual(["/condition/request_ip/in", "/condition/request_ip/not_in"]);
  });
});
