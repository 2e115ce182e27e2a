import { describe, expect, it } from "vitest";

import type { Rule, View, Zone } from "../../api/types";
import { stepsOf } from "./steps";

const zone = (id: string, records: number, reference?: string) => ({ id, name: id, records, internal_dns: { reference_zone_id: reference } }) as Zone;
const view = (id: string, ...zones: string[]) => ({ id, name: id, zones }) as View;
const rule = (view: string, enabled = true) => ({ enabled, rule_settings: { resolve_dns_internally: { view_id: view } } }) as Rule;

describe("stepsOf", () => {
  it("begins with nothing done", () => expect(stepsOf([], [], []).map((s) => s.done)).toEqual([false, false, false]));
  it("is done with a record, a view that holds its zone, and a policy", () => {
    const steps = stepsOf([zone("a", 1)], [view("v", "a")], [rule("v")]);
    expect(steps.map((s) => [s.done, s.missing])).toEqual([[true, []], [true, []], [true, []]]);
  });
  it("names what is in no view and referenced by none", () => {
    expect(stepsOf([zone("a", 1, "b"), zone("b", 1), zone("c", 1)], [view("v", "a")], [])[1]?.missing).toEqual(["c: in no view"]);
  });
  it("does not count a policy that is off", () => {
    expect(stepsOf([], [view("v", "a")], [rule("v", false)])[2]).toMatchObject({ done: false, missing: ["v: that no policy leads to"] });
  });
  it("says nothing of what the token may not see", () => {
    const steps = stepsOf([zone("a", 1)], undefined, undefined);
    expect(steps.map((s) => [s.done, s.unseen ?? false, s.missing])).toEqual([[true, false, []], [false, true, []], [false, true, []]]);
    expect(stepsOf([zone("a", 1)], undefined, [rule("v")])[2]).toMatchObject({ done: true, missing: [] });
  });
  it("names no more than three", () => {
    const zones = ["a", "b", "c", "d", "e"].map((id) => zone(id, 0));
    expect(stepsOf(zones, [], [])[0]?.missing).toEqual(["a, b, c and 2 more: without records"]);
  });
});
