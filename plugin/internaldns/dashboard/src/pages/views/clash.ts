import type { View } from "../../api/types";

/** Named is a zone, as far as its name matters. */
type Named = { id: string; name: string };

/** Clash is a name that several of the zones of a view would have: one may only. */
export type Clash = { name: string; zones: Named[] };

export function clashes(zones: Named[]): Clash[] {
  const byName = new Map<string, Named[]>();
  for (const zone of zones) byName.set(zone.name, [...(byName.get(zone.name) ?? []), zone]);
  return [...byName].filter(([, same]) => same.length > 1).map(([name, same]) => ({ name, zones: same }));
}

/** clashWith returns the zone among those chosen whose name another one has, too. */
export function clashWith(zone: Named, chosen: Named[]): Named | undefined {
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
