// What the list of policies tells of each beside what it is.
import type { Analytics, Check, Rule } from "../../api/types";
import { isTime } from "../../parts/time";
import { isOver } from "./times";

/** Marks are what is known of the queries of a policy. Members are missing of which nothing is known. */
export type Marks = {
  hits?: number; // queries since `since`
  never?: string; // since when no query matched
  shadow?: { text: string; by?: { id: string; name: string } | undefined }; // why none can
};

const mostTold = 1000; // policies of which the server tells counts

/** marksOf returns the marks of all policies, by id. One that is off or over has none. */
export function marksOf(rules: Rule[], hits?: Analytics, findings?: Check["findings"]): Map<string, Marks> {
  const names = new Map(rules.map((r) => [r.id, r.name]));
  const shadows = new Map<string, Marks["shadow"]>();
  for (const f of findings ?? []) {
    if (f.code !== "policy-never-matches" || f.kind !== "rule" || !f.id || shadows.has(f.id)) continue;
    const name = f.by_id && names.get(f.by_id);
    shadows.set(f.id, { text: f.text, by: f.by_id && name ? { id: f.by_id, name } : undefined });
  }
  return new Map(rules.filter((r) => r.enabled && !r.problem && !isOver(r)).map((r) => [r.id, markOf(r, shadows.get(r.id), hits)]));
}

function markOf(rule: Rule, shadow: Marks["shadow"], hits?: Analytics): Marks {
  const marks: Marks = shadow ? { shadow } : {};
  if (!hits) return marks;
  const n = hits.totals.policies[rule.name] ?? 0;
  if (n > 0) return { ...marks, hits: n };
  // Only if every query is known: too many policies are not told apart.
  const told = Object.values(hits.totals.policies);
  const known = told.length < mostTold && told.reduce((sum, count) => sum + count, 0) === hits.totals.queries;
  if (!known) return marks;
  const since = isTime(rule.created_at) && rule.created_at > hits.counted_since ? rule.created_at : hits.counted_since;
  return { ...marks, hits: 0, ...(!shadow && { never: since }) };
}
