import type { DNSRecord, Rule, View, Zone } from "../api/types";

/** Found is something that the search leads to. */
export type Found = { key: string; title: string; about: string; href: string; kind: string };

const most = 8; // of each kind

/** Named is a list or a location: all that the search shows of them. */
export type Named = { id: string; name: string; about: string };

/** Objects is what is searched here, by name. */
export type Objects = { zones?: Zone[] | undefined; views?: View[] | undefined; rules?: Rule[] | undefined; lists?: Named[] | undefined; locations?: Named[] | undefined };

/**
 * findObjects returns the objects with a text in their names; those that begin with it come
 * first.
 */
export function findObjects(text: string, { zones = [], views = [], rules = [], lists = [], locations = [] }: Objects): Found[] {
  return [
    ...best(text, zones).map((z) => ({ key: z.id, title: z.name, about: `${z.records} records`, href: `/zones/${z.id}`, kind: "Zones" })),
    ...best(text, views).map((v) => ({ key: v.id, title: v.name, about: `${v.zones.length} zones`, href: `/views/${v.id}`, kind: "Views" })),
    ...best(text, rules).map((r) => ({ key: r.id, title: r.name, about: r.traffic, href: `/policies/${r.id}`, kind: "Resolver policies" })),
    ...best(text, lists).map((l) => ({ key: l.id, title: l.name, about: l.about, href: `/lists/${l.id}`, kind: "Lists" })),
    ...best(text, locations).map((l) => ({ key: l.id, title: l.name, about: l.about, href: `/locations/${l.id}`, kind: "Locations" })),
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

/** hrefOf returns the page of a record's zone with the records of its name. */
export function hrefOf(r: { zone_id: string; name: string }): string {
  return `/zones/${r.zone_id}/records?name=${encodeURIComponent(r.name)}`;
}

/** foundRecords words records that were found, and that there are more. */
export function foundRecords(text: string, records: DNSRecord[], more: boolean): Found[] {
  const kind = "Records";
  const found = records.map((r) => ({ key: r.id, title: `${r.name} ${r.type}`, about: `${r.content} · in ${r.zone_name}`, href: hrefOf(r), kind }));
  if (more) found.push({ key: "more records", title: "All records like this", about: "", href: `/zones?in=records&search=${encodeURIComponent(text)}`, kind });
  return found;
}

/** zonesOf returns the zones that a name may have records in, the deepest first. */
export function zonesOf(text: string, zones: Zone[]): Zone[] {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (!name) return [];
  return zones
    .filter((z) => z.name === "." || name === z.name || name.endsWith("." + z.name))
    .sort((a, b) => b.name.length - a.name.length)
    .slice(0, 3);
}
