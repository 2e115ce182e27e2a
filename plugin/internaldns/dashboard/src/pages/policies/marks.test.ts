import { describe, expect, it } from "vitest";

import type { Analytics, Check, Rule } from "../../api/types";
import { marksOf } from "./marks";

const rule = (id: string, more: Partial<Rule> = {}) => ({ id, name: `name of ${id}`, enabled: true, created_at: "2026-01-01T10:00:00.000000Z", schedule: null, expiration: null, ...more }) as Rule;
const counts = (policies: Record<string, number>, queries: number) => ({ counted_since: "2026-01-01T12:00:00.000000Z", totals: { policies, queries } }) as unknown as Analytics;
const finding = (more: Partial<Check["findings"][number]>) => ({ code: "policy-never-matches", kind: "rule", id: "b", severity: "warning", text: "never", ...more });

describe("marks of policies", () => {
  const rules = [rule("a"), rule("b"), rule("c", { enabled: false }), rule("d", { expiration: { expires_at: "2020-01-01T00:00:00Z", expired: true } })];
  it("count queries, and tell of none since when", () => {
    const marks = marksOf(rules, counts({ "name of a": 7, "": 3 }, 10));
    expect(marks.get("a")).toEqual({ hits: 7 });
    expect(marks.get("b")).toEqual({ hits: 0, never: "2026-01-01T12:00:00.000000Z" });
  });
  it("are none of what is off or over", () => expect([...marksOf(rules, counts({}, 0)).keys()]).toEqual(["a", "b"]));
  it("begin with the policy", () => {
    const young = [rule("a", { created_at: "2026-01-01T13:00:00.000000Z" }), rule("b", { created_at: "0001-01-01T00:00:00.000000Z" })];
    const marks = marksOf(young, counts({}, 0));
    expect([marks.get("a")?.never, marks.get("b")?.never]).toEqual(["2026-01-01T13:00:00.000000Z", "2026-01-01T12:00:00.000000Z"]);
  });
  it("are none where the server does not tell queries apart", () => expect(marksOf(rules, counts({ "name of a": 7 }, 10)).get("b")).toEqual({}));
  it("are none for who may not", () => expect(marksOf(rules).get("a")).toEqual({}));
  it("name the policy that takes all queries before", () => {
    const marks = marksOf(rules, undefined, [finding({ by_kind: "rule", by_id: "a" }), finding({ id: "a", code: "view-unused" }), finding({ id: "c" })]);
    expect(marks.get("b")).toEqual({ shadow: { text: "never", by: { id: "a", name: "name of a" } } });
    expect(marks.get("a")).toEqual({});
    expect(marks.has("c")).toBe(false);
  });
  it("tell why none can match, even if nothing stands before", () => {
    expect(marksOf(rules, counts({}, 0), [finding({})]).get("b")).toEqual({ hits: 0, shadow: { text: "never", by: undefined } });
  });
});
