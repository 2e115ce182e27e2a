import type { List, Location, Rule, View, Zone } from "../api/types";

/** Found is something that the search leads to. */
export type Found = { key: string; title: string; about: string; href: string; kind: string };

const most = 8; // of each kind

/**
 * findObjects returns zones, views and policies with a text in their names; those that
 * begin with it come first.
 */
export function findObjects(text: string, zones: Zone[], views: View[], rules: Rule[]): Found[] {
  return [
    ...best(text, zones).map((z) => ({ key: z.id, title: z.name, about: `${z.records} records`, href: `/zones/${z.id}`, kind: "Zones" })),
    ...best(text, views).map((v) => ({ key: v.id, title: v.name, about: `${v.zones.length} zones`, href: `/views/${v.id}`, kind: "Views" })),
    ...best(text, rules).map((r) => ({ key: r.id, title: r.name, about: r.traffic, href: `/policies/${r.id}`, kind: "Resolver policies" })),
  ];
}

function best<T extends { name: string }>(text: string, all: T[]): T[] {
  const wanted = text.toLowerCase();
  const begins: T[] = [];
  const has: T[] = [];
  for (const one of all) {
    const at = one.name.toLowerCase().indexOf(wanted);
    if (at === 0) begins.push(one);
    else if (at > 0) has.push(one);
  }
  return [...begins, ...has].slice(0, most);
}

/** findPlaces does the same with what expressions name. */
export function findPlaces(text: string, lists: List[], locations: Location[]): Found[] {
  return [
    ...best(text, lists).map((l) => ({ key: l.id, title: l.name, about: `${l.count.toLocaleString()} items`, href: `/lists/${l.id}`, kind: "Lists" })),
    ...best(text, locations).map((l) => ({ key: l.id, title: l.name, about: l.doh_subdomain, href: `/locations/${l.id}`, kind: "Locations" })),
  ];
}

/**
 * zonesOf returns the zones that a name may have records in, the deepest first: records
 * are searched for in these, as no call searches all zones.
 */
export function zonesOf(text: string, zones: Zone[]): Zone[] {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (!name) return [];
  return zones
    .filter((z) => z.name === "." || name === z.name || name.endsWith("." + z.name))
    .sort((a, b) => b.name.length - a.name.length)
    .slice(0, 3);
}
