import { useMemo } from "react";

import { useLists, useLocations, useZones } from "../../../api/queries";
import { continentChoices, countryChoices, typeChoices, type Choice } from "./choices";
import type { Selector } from "./selectors";

/** Choices are what the rows of a builder suggest. */
export type Choices = { lists: (s: Selector) => Choice[]; values: (s: Selector) => Choice[] };

/** useChoices reads what can be named in expressions, as far as the token may see it. */
export function useChoices(): Choices {
  const zones = useZones().data;
  const lists = useLists().data;
  const locations = useLocations().data;
  return useMemo(() => {
    const named = new Map<string, Choice[]>([
      ["dns.query_rtype", typeChoices()],
      ["dns.src.geo.country", countryChoices()],
      ["dns.src.geo.continent", continentChoices()],
      // By id, as Cloudflare has them: a location may get another name.
      ["dns.location", (locations ?? []).map((l) => ({ value: l.id, label: l.name }))],
    ]);
    const names = [...new Set((zones ?? []).map((z) => z.name))].map((value) => ({ value }));
    return {
      lists: (s) => (lists ?? []).filter((l) => s.lists.includes(l.type)).map((l) => ({ value: l.id, label: l.name })),
      values: (s) => named.get(s.path) ?? (s.kind === "name" ? names : []),
    };
  }, [zones, lists, locations]);
}
