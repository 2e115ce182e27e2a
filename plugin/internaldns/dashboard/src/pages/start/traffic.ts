// What the counters of the server say of its queries, as Start shows it.
import type { Analytics, Change } from "../../api/types";
import { condensed } from "../../parts/geometry";

/** Traffic is queries over time, a number a step. */
export type Traffic = {
  since: number; // milliseconds
  step: number; // seconds
  queries: number[];
  found: number[]; // that a view had an answer with NOERROR for
  asked: number[]; // that a view was asked for
  views: number[]; // that a view answered, whatever it said: these and those below are all there are
  fallbacks: number[];
  elsewhere: number[]; // that no view was asked for
  errors: number[];
};

/** trafficOf sorts queries by what became of them. The last step is left out while it lasts. */
export function trafficOf(a: Analytics, now: number): Traffic {
  const since = Date.parse(a.since);
  const step = a.step_seconds;
  const ended = Math.max(0, Math.min(a.counts.length, Math.floor((now - since) / (step * 1000))));
  const sum = (lines: Analytics["series"]) => {
    const out = new Array<number>(ended).fill(0);
    for (const l of lines) for (let i = 0; i < ended; i++) out[i] = (out[i] ?? 0) + (l.counts[i] ?? 0);
    return out;
  };
  const queries = a.counts.slice(0, ended);
  const asked = sum(a.series.filter((s) => s.rcode !== ""));
  const away = sum(a.fallbacks);
  const lost = sum(a.fallbacks.filter((f) => f.rcode === "SERVFAIL"));
  const failed = sum(a.series.filter((s) => s.rcode === "SERVFAIL"));
  const each = (f: (i: number) => number) => queries.map((_, i) => Math.max(0, f(i)));
  const at = (list: number[], i: number) => list[i] ?? 0;
  return {
    ...{ since, step, queries, asked },
    found: sum(a.series.filter((s) => s.rcode === "NOERROR")),
    errors: each((i) => at(failed, i) + at(lost, i)),
    fallbacks: each((i) => at(away, i) - at(lost, i)),
    views: each((i) => at(asked, i) - at(away, i) - at(failed, i)),
    elsewhere: each((i) => at(queries, i) - at(asked, i)),
  };
}

export function total(list: number[]): number {
  return list.reduce((a, b) => a + b, 0);
}

/** ratios returns parts of wholes, undefined where there was nothing. */
export function ratios(parts: number[], wholes: number[]): (number | undefined)[] {
  return wholes.map((whole, i) => (whole ? (parts[i] ?? 0) / whole : undefined));
}

/** percent words a part of a whole. */
export function percent(part: number, whole: number): string {
  return whole ? (part / whole).toLocaleString(undefined, { style: "percent", maximumFractionDigits: part / whole > 0.99 && part < whole ? 1 : 0 }) : "–";
}

/** rate words queries a second. */
export function rate(perSecond: number): string {
  return perSecond.toLocaleString(undefined, { maximumFractionDigits: perSecond < 10 ? (perSecond < 0.1 ? 2 : 1) : 0 });
}

/** Span of time that a chart is about. */
export type Span = "hour" | "day";

const rows = 12; // of the table

/** tableOf returns traffic as a table of few rows, each with the time it begins at. */
export function tableOf(t: Traffic): { at: number; queries: number; found: string; fallbacks: number; errors: number }[] {
  const each = Math.max(1, Math.ceil(t.queries.length / rows)) * t.step * 1000;
  const [found, asked, fallbacks, errors] = [t.found, t.asked, t.fallbacks, t.errors].map((list) => condensed(list, rows));
  return condensed(t.queries, rows).map((queries, i) => ({
    ...{ at: t.since + i * each, queries },
    found: percent(found?.[i] ?? 0, asked?.[i] ?? 0),
    fallbacks: fallbacks?.[i] ?? 0,
    errors: errors?.[i] ?? 0,
  }));
}

/** byHour counts changes of a day by the hour they were made in, up to the current one. */
export function byHour(changes: Change[], now: Date): number[] {
  const counts = new Array<number>(now.getHours() + 1).fill(0);
  for (const c of changes) {
    const hour = new Date(c.time).getHours();
    if (hour < counts.length) counts[hour] = (counts[hour] ?? 0) + 1;
  }
  return counts;
}

/** midnight is when the day began. */
export function midnight(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate());
}
