import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { call } from "../../api/call";
import { useAccount } from "../../api/queries";
import type { Analytics, Change } from "../../api/types";
import { useEvery } from "../../parts/useEvery";
import { midnight, type Span } from "./traffic";

const spans = { hour: { back: 3_600_000, pause: 20_000 }, day: { back: 86_400_000, pause: 120_000 } }; // milliseconds

/** useAnalytics reads the counters of the last hour or day, and again now and then. */
export function useAnalytics(span: Span) {
  const path = `${useAccount()}/internal_dns/analytics`;
  const { back, pause } = spans[span];
  const query = useQuery({
    queryKey: ["analytics", span],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const since = new Date(Date.now() - back).toISOString();
      return { data: (await call<Analytics>("GET", path, { query: { since, series: 500 }, signal })).result, at: Date.now() };
    },
  });
  useEvery(pause, () => void query.refetch());
  return query;
}

/** useToday reads the changes since midnight. */
export function useToday() {
  const path = `${useAccount()}/internal_dns/changes`;
  const since = midnight(new Date()).toISOString();
  return useQuery({
    queryKey: ["changes", "today", since],
    queryFn: async ({ signal }) => {
      const { result, info } = await call<Change[]>("GET", path, { query: { since, per_page: 1000 }, signal });
      return { changes: result, count: info?.total_count ?? result.length };
    },
  });
}
