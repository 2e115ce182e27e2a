import { describe, expect, it } from "vitest";

import type { Rule } from "../../api/types";
import { always, isOver, localTime, office, timesForm, timesOf, wordsOf } from "./times";

type Timed = Pick<Rule, "schedule" | "expiration">;

const weekdays = { mon: "08:00-12:30,13:30-17:00", tue: "08:00-12:30,13:30-17:00", wed: "08:00-12:30,13:30-17:00", sun: "00:00-24:00" };

describe("times in forms", () => {
  it.each<Timed>([
    { schedule: null, expiration: null },
    { schedule: { ...weekdays, time_zone: "Europe/Berlin" }, expiration: null },
    { schedule: {}, expiration: null },
    { schedule: null, expiration: { expires_at: "2030-01-31T17:00:00.123456789Z", duration: 60, expired: false } },
  ])("%j comes back as it was", (timed) => {
    const { schedule, expiration } = timesForm(timesOf(timed));
    expect(schedule).toEqual(timed.schedule);
    expect(expiration && { ...(expiration as object), expired: false }).toEqual(timed.expiration);
  });
  it("are told in UTC, and keep how long a policy is renewed for", () => {
    const times = timesOf({ schedule: null, expiration: { expires_at: "2030-01-31T17:00:00Z", duration: 60, expired: false } });
    const until = localTime(new Date("2031-05-01T10:00:00Z"));
    expect(timesForm({ ...times, until }).expiration).toEqual({ expires_at: "2031-05-01T10:00:00.000Z", duration: 60 });
  });
  it("leave it to the server to say what is no time", () => {
    expect(timesForm({ ...always(), expires: true, until: "" }).expiration).toEqual({ expires_at: "" });
  });
  it("begin with the hours of an office, but keep those that somebody chose", () => {
    expect(office(always()).hours.mon).toBe("08:00-17:00");
    expect(office({ ...always(), hours: { ...always().hours, sun: "10:00-11:00" } }).hours.mon).toBe("");
  });
});

describe("times in words", () => {
  const now = new Date("2026-01-01T00:00:00Z");
  it("are none for what is always", () => expect(wordsOf({ schedule: null, expiration: null }, now)).toBe(""));
  it("join days of the same hours", () => {
    expect(wordsOf({ schedule: { ...weekdays, time_zone: "UTC" }, expiration: null }, now)).toBe("Mon–Wed 08:00-12:30, 13:30-17:00; Sun 00:00-24:00 (UTC)");
    expect(wordsOf({ schedule: {}, expiration: null }, now)).toBe("at no hour");
  });
  it("tell of an end", () => {
    const ends = { schedule: null, expiration: { expires_at: "2026-01-01T00:00:00Z", expired: false } };
    expect(isOver(ends, now)).toBe(true);
    expect(wordsOf(ends, now)).toMatch(/^expired /);
    expect(wordsOf(ends, new Date("2025-12-31T23:59:59Z"))).toMatch(/^until /);
  });
});
