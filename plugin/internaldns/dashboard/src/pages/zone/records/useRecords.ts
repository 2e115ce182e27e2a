import { useQueries } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";

import { call, type Query } from "../../../api/call";
import type { DNSRecord } from "../../../api/types";

const size = 200; // records of a page

export type Records = {
  count: number | undefined; // of all that match, undefined before the first answer
  row: (i: number) => DNSRecord | undefined;
  loaded: DNSRecord[];
  need: (first: number, last: number) => void;
  error: unknown;
  retry: () => void;
};

/** Shown is what the table last had of one filter: it stays until the next filter is answered. */
type Shown = { query: string; count: number | undefined; pages: Map<number, DNSRecord[]> };

/**
 * useRecords reads those pages of a zone's records that are looked at: the server filters
 * and sorts, and the browser holds some hundreds of perhaps 100,000.
 */
export function useRecords(zone: string, query: Query): Records {
  const [range, setRange] = useState({ first: 0, last: 0 });
  const pages = useMemo(() => pagesOf(range.first, range.last), [range]);
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ["records", zone, query, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call<DNSRecord[]>("GET", `/zones/${zone}/dns_records`, { query: { ...query, page, per_page: size }, signal }),
    })),
  });
  const shown = useRef<Shown>({ query: "", count: undefined, pages: new Map() });
  const now = JSON.stringify(query);
  answers.forEach(({ data }, i) => {
    if (!data) return;
    if (shown.current.query !== now) shown.current = { query: now, count: undefined, pages: new Map() };
    shown.current.count = data.info?.total_count;
    shown.current.pages.set(pages[i] ?? 0, data.result);
  });
  const failed = answers.find((a) => a.error);
  const need = useCallback((from: number, to: number) => {
    setRange((old) => (old.first === from && old.last === to ? old : { first: from, last: to }));
  }, []);
  return {
    count: shown.current.count,
    row: (i) => shown.current.pages.get(pageOf(i))?.[i % size],
    loaded: answers.flatMap((a) => a.data?.result ?? []),
    need,
    error: failed?.error,
    retry: () => answers.forEach((a) => void a.refetch()),
  };
}

const large = 3500; // records of a page of many

/** allRecords reads the first of all records that match. */
export async function allRecords(zone: string, query: Query, most: number): Promise<DNSRecord[]> {
  const found: DNSRecord[] = [];
  for (let page = 1; found.length < most; page++) {
    const { result, info } = await call<DNSRecord[]>("GET", `/zones/${zone}/dns_records`, { query: { ...query, page, per_page: large } });
    found.push(...result);
    if (!info || page >= info.total_pages) break;
  }
  return found.slice(0, most);
}

function pageOf(i: number): number {
  return Math.floor(i / size) + 1;
}

/** pagesOf returns the pages that rows stand on. */
export function pagesOf(first: number, last: number): number[] {
  const from = pageOf(first);
  return Array.from({ length: pageOf(last) - from + 1 }, (_, i) => from + i);
}
