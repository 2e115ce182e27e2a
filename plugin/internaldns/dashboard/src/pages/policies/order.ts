import type { Rule } from "../../api/types";

/** movable returns the ids of the policies that can be reordered: others stand in the Corefile. */
export function movable(rules: Rule[]): string[] {
  return rules.filter((r) => !r.declared).map((r) => r.id);
}

/**
 * reordered returns the policies as they stand with others in an order among themselves: the
 * precedences they have are shared out anew, and those of the Corefile stay where they are.
 */
export function reordered(rules: Rule[], ids: string[]): Rule[] {
  const byID = new Map(rules.map((r) => [r.id, r]));
  const moved = ids.flatMap((id) => byID.get(id) ?? []);
  const free = moved.map((r) => r.precedence).sort((a, b) => a - b);
  const next = moved.map((r, i) => ({ ...r, precedence: free[i] ?? r.precedence }));
  const rest = rules.filter((r) => !ids.includes(r.id));
  return [...rest, ...next].sort((a, b) => a.precedence - b.precedence);
}

/** moved returns a list in which one id stands at the place of another. */
export function moved(ids: string[], id: string, to: string): string[] {
  const target = ids.indexOf(to);
  if (target < 0 || !ids.includes(id)) return ids;
  const without = ids.filter((other) => other !== id);
  without.splice(target, 0, id);
  return without;
}

/** stepped returns a list in which one id stands one place further up or down. */
export function stepped(ids: string[], id: string, by: -1 | 1): string[] {
  const to = ids[ids.indexOf(id) + by];
  return to === undefined ? ids : moved(ids, id, to);
}
