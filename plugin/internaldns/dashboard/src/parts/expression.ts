import { useMemo } from "react";

import { useLists, useLocations } from "../api/queries";

/** withNames puts names, by bare ids, in the place of ids that an expression has of lists and locations. It is to be read only. */
export function withNames(expression: string, names: ReadonlyMap<string, string>): string {
  return expression.replace(/\$?"?\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b"?/gi, (found) => {
    const name = names.get(bare(found));
    return name === undefined ? found : `${found.startsWith("$") ? "$" : ""}"${name}"`;
  });
}

/** bare returns an id as it is compared: ids of lists may be written with hyphens and without. */
function bare(id: string): string {
  return id.replace(/[$"-]/g, "").toLowerCase();
}

/** useExpressions returns a function that shows expressions with the names that the token may see. */
export function useExpressions(): (expression: string) => string {
  const lists = useLists().data;
  const locations = useLocations().data;
  return useMemo(() => {
    const names = new Map([...(lists ?? []), ...(locations ?? [])].map((o) => [bare(o.id), o.name]));
    return (expression) => withNames(expression, names);
  }, [lists, locations]);
}
