import { useQuery } from "@tanstack/react-query";

import { call } from "../../api/call";
import { useAccount } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Analytics, Check } from "../../api/types";
import { useEvery } from "../../parts/useEvery";

const day = 24 * 3600 * 1000; // milliseconds; the server counts no longer back
const often = 60_000;

/** useHits reads how many queries each policy had. Who may not sees none. */
export function useHits(): Analytics | undefined {
  const path = `${useAccount()}/internal_dns/analytics`;
  const enabled = usePermission("Account Settings Read");
  const query = useQuery({
    queryKey: ["analytics", "policies"],
    enabled,
    queryFn: async ({ signal }) => {
      // A little less than a day, as the clock of the browser may be another than the server's.
      const since = new Date(Date.now() - day + often).toISOString();
      return (await call<Analytics>("GET", path, { query: { since, series: 1 }, signal })).result;
    },
  });
  useEvery(often, () => void (enabled && query.refetch()));
  return query.data;
}

/** useFindings reads what the server finds doubtful. It goes through all records for that. */
export function useFindings(): Check["findings"] | undefined {
  const path = `${useAccount()}/internal_dns/check`;
  const enabled = usePermission("Account Settings Read");
  return useQuery({
    queryKey: ["check"],
    enabled,
    staleTime: often,
    retry: false,
    queryFn: async ({ signal }) => (await call<Check>("GET", path, { signal })).result.findings,
  }).data;
}

const looks = 30_000; // queries are kept for a minute after a look (LIVE 8)

/** useLooking has the server keep queries while a page is open, for a review to compare with. */
export function useLooking(wanted: boolean) {
  const path = `${useAccount()}/internal_dns/queries`;
  const may = usePermission("Account Settings Read");
  const enabled = wanted && may;
  const query = useQuery({
    queryKey: ["preview", "looking"], // a change is no reason to look
    enabled,
    retry: false,
    queryFn: async ({ signal }) => (await call<unknown>("GET", path, { query: { per_page: 1 }, signal })).info?.total_count ?? 0,
  });
  useEvery(looks, () => void (enabled && query.refetch()));
}
