import { useMemo } from "react";

import { useLists, useLocations, useRules, useViews, useZones } from "../../api/queries";
import type { Choosable } from "../../parts/Picker";
import type { Scope } from "./rights";

/** Named is what rights can be on, by scope, and the names of all of it. */
export type Named = { by: Partial<Record<Scope, Choosable[]>>; names: Map<string, string> };

/** useNamed reads what rights can be on, as far as the token of the session may see it. */
export function useNamed(): Named {
  const zone = useZones().data;
  const view = useViews().data;
  const rule = useRules().data;
  const list = useLists().data;
  const location = useLocations().data;
  return useMemo(() => {
    const by = Object.fromEntries(
      Object.entries({ zone, view, rule, list, location }).map(([scope, all]) => [scope, (all ?? []).map(({ id, name }) => ({ id, name }))]),
    ) as Named["by"];
    return { by, names: new Map(Object.values(by).flatMap((all) => all.map((one) => [one.id, one.name]))) };
  }, [zone, view, rule, list, location]);
}
