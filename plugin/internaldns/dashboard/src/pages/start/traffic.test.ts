import { describe, expect, it } from "vitest";

import type { Analytics, Change } from "../../api/types";
import { byHour, midnight, percent, rate, ratios, tableOf, total, trafficOf } from "./traffic";

const since = Date.parse("2026-01-31T12:00:00Z");
const line = (rcode: string, counts: number[], fallback = "") => ({ rcode, fallback, counts }) as Analytics["series"][number];
const analytics = (more: Partial<Analytics>): Analytics => ({ ...{ since: "2026-01-31T12:00:00Z", until: "2026-01-31T12:00:30Z", step_seconds: 10, counts: [10, 20, 3], series: [], fallbacks: [] }, ...more }) as Analytics;
const a = analytics({
  series: [line("NOERROR", [4, 10, 1]), line("NXDOMAIN", [3, 5, 1]), line("SERVFAIL", [1, 2, 0]), line("", [2, 3, 1])],
  fallbacks: [line("NOERROR", [1, 2, 0], "nxdomain"), line("SERVFAIL", [1, 0, 0], "nxdomain"), line("NOERROR", [0, 2, 0], "refused")],
});

describe("trafficOf", () => {
  const t = trafficOf(a, since + 25_000);
  it("leaves the step out that lasts", () => expect(t.queries).toEqual([10, 20]));
  it("counts what a view found, and what it was asked", () => expect([t.found, t.asked]).toEqual([[4, 10], [8, 17]]));
  it("counts as errors what ended as one: here or with public DNS", () => expect(t.errors).toEqual([2, 2]));
  it("sorts every query once", () => {
    expect([t.views, t.fallbacks, t.elsewhere]).toEqual([[5, 11], [1, 4], [2, 3]]);
    for (const i of [0, 1]) expect(total([t.views, t.fallbacks, t.elsewhere, t.errors].map((list) => list[i] ?? 0))).toBe(t.queries[i]);
  });
  it("has nothing before the first step has ended", () => expect(trafficOf(a, since + 5_000).queries).toEqual([]));
});

describe("words", () => {
  it("has no part of nothing", () => expect([percent(0, 0), percent(1, 3), percent(999, 1000), percent(3, 3)]).toEqual(["–", "33%", "99.9%", "100%"]));
  it("is as exact as small numbers need", () => expect([rate(0), rate(0.03), rate(2.25), rate(1234.5)]).toEqual(["0", "0.03", "2.3", "1,235"]));
  it("leaves gaps in ratios", () => expect(ratios([1, 0], [2, 0])).toEqual([0.5, undefined]));
});

describe("tableOf", () => {
  it("has few rows of many steps", () => {
    const long = trafficOf(analytics({ counts: new Array<number>(120).fill(2), series: [line("NOERROR", new Array<number>(120).fill(1))] }), since + 9_999_000);
    const rows = tableOf(long);
    expect(rows).toHaveLength(12);
    expect(rows[1]).toEqual({ at: since + 100_000, queries: 20, found: "100%", fallbacks: 0, errors: 0 });
  });
});

describe("byHour", () => {
  it("counts up to the current hour", () => {
    const now = new Date(2026, 0, 31, 2, 30);
    const at = (hour: number) => ({ time: new Date(2026, 0, 31, hour, 5).toISOString() }) as Change;
    expect(byHour([at(0), at(2), at(2)], now)).toEqual([1, 0, 2]);
    expect(midnight(now)).toEqual(new Date(2026, 0, 31));
  });
});
