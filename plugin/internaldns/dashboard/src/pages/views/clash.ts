import type { View, Zone } from "../../api/types";

/** Clash is a name that several of the zones of a view would have: one may only. */
export type Clash = { name: string; zones: Zone[] };

export function clashes(zones: Zone[]): Clash[] {
  const byName = new Map<string, Zone[]>();
  for (const zone of zones) byName.set(zone.name, [...(byName.get(zone.name) ?? []), zone]);
  return [...byName].filter(([, same]) => same.length > 1).map(([name, same]) => ({ name, zones: same }));
}

/** clashWith returns the zone among those chosen whose name another one has, too. */
export function clashWith(zone: Zone, chosen: Zone[]): Zone | undefined {
  return chosen.find((c) => c.name === zone.name && c.id !== zone.id);
}

/** sameSet tells whether two lists hold the same ids: their order means nothing. */
export function sameSet(a: string[], b: string[]): boolean {
  return a.length === b.length && new Set([...a, ...b]).size === a.length;
}

/** withoutPolicies is the view as changes have it, which know nothing of what names it. */
export function withoutPolicies(view: View): View {
  const { policies: _, ...rest } = view;
  return rest;
}
