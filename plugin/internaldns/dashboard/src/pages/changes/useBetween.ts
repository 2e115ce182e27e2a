import { useQuery } from "@tanstack/react-query";

import { useAccount } from "../../api/queries";
import type { Edit } from "../../review/changeset";
import { readBetween } from "./between";

/** useBetween reads what was changed since the first of the edits was collected. */
export function useBetween(edits: Edit[]) {
  const account = useAccount();
  const since = Math.min(...edits.map((e) => e.revision));
  return useQuery({
    queryKey: ["changes", "between", since],
    enabled: edits.length > 0,
    queryFn: ({ signal }) => readBetween(account, since, signal),
  });
}
