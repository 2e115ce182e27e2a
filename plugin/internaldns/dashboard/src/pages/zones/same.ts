import type { View, Zone } from "../../api/types";

/** Same is a zone that has the name of one that is to be made, and the views that hold it. */
export type Same = { zone: Zone; views: View[] };

/** sameNames returns the zones that are called like one of those to be made. */
export function sameNames(names: string[], zones: Zone[], views: View[]): Same[] {
  const wanted = new Set(names);
  return zones.filter((z) => wanted.has(z.name)).map((zone) => ({ zone, views: views.filter((v) => v.zones.includes(zone.id)) }));
}

/** clashIn returns the zone of that name which a view holds already: it may hold one only. */
export function clashIn(view: View | undefined, same: Same[]): Zone | undefined {
  return view && same.find((s) => view.zones.includes(s.zone.id))?.zone;
}
