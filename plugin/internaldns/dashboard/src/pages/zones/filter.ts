import type { View, Zone } from "../../api/types";
import type { Order } from "../../parts/DataTable";

/** ZoneFilter is which zones the list shows. */
export type ZoneFilter = {
  text: string; // a part of the name
  view: string; // id of a view that holds it, "none" for zones in no view
  only: "" | "problem" | "declared";
};

/** viewsByZone returns which views hold a zone. */
export function viewsByZone(views: View[]): Map<string, View[]> {
  const found = new Map<string, View[]>();
  for (const view of views) {
    for (const id of view.zones) {
      const list = found.get(id);
      if (list) list.push(view);
      else found.set(id, [view]);
    }
  }
  return found;
}

export function filterZones(zones: Zone[], filter: ZoneFilter, order: Order, holding: Map<string, View[]>): Zone[] {
  const text = filter.text.trim().toLowerCase().replace(/(?<=.)\.$/, "");
  const found = zones.filter((z) => {
    if (text && !z.name.toLowerCase().includes(text)) return false;
    if (filter.view === "none" && holding.has(z.id)) return false;
    if (filter.view && filter.view !== "none" && !holding.get(z.id)?.some((v) => v.id === filter.view)) return false;
    return filter.only === "" || Boolean(filter.only === "problem" ? z.problem : z.declared);
  });
  const turn = order.down ? -1 : 1;
  return found.sort((a, b) => turn * compare(a, b, order.by) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

function compare(a: Zone, b: Zone, by: string): number {
  switch (by) {
    case "records":
      return a.records - b.records;
    case "modified_on":
      return a.modified_on.localeCompare(b.modified_on);
    default:
      return a.name.localeCompare(b.name);
  }
}
