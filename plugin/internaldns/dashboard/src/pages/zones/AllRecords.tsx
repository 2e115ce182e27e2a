import { Badge, Button, Input } from "@cloudflare/kumo";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";

import { call } from "../../api/call";
import { useAccount } from "../../api/queries";
import type { DNSRecord, FoundRecords } from "../../api/types";
import { DataTable, type Column } from "../../parts/DataTable";
import { Choice } from "../../parts/Fields";
import { Failed, Loading, Nothing } from "../../parts/States";
import { count } from "../../parts/time";
import { useSettled } from "../../parts/useSettled";
import { hrefOf } from "../../shell/find";
import { ttlText } from "../zone/records/draft";
import { recordTypes } from "../zone/records/types";

const pause = 120; // milliseconds without a key before the server is asked
const size = 100; // records of a page

/** AllRecords searches the records of all zones. What is looked for stands in the address. */
export default function AllRecords() {
  const asked = new URLSearchParams(useSearch());
  const [, navigate] = useLocation();
  const [search, setSearch] = useState(asked.get("search") ?? "");
  const [type, setType] = useState(asked.get("type") ?? "");
  const wanted = useSettled(search.trim(), pause);
  useEffect(() => {
    const at = new URLSearchParams({ in: "records", ...(wanted && { search: wanted }), ...(type && { type }) });
    navigate(`/zones?${at}`, { replace: true });
  }, [wanted, type, navigate]);
  const query = useRecords(wanted, type);
  const pages = query.data?.pages;
  const records = useMemo(() => pages?.flatMap((p) => p.records), [pages]);
  const { fetchNextPage, hasNextPage, isFetching } = query;
  const need = (_: number, last: number) => {
    if (records && last >= records.length - size / 2 && hasNextPage && !isFetching) void fetchNextPage();
  };

  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Input
          aria-label="Search records of all zones"
          placeholder="Search in any part of a record"
          className="min-w-0 flex-1 basis-full sm:max-w-96 sm:basis-auto"
          autoFocus
          value={search}
          onChange={(e) => setSearch(e.target.value)}
        />
        <Choice label="Type" value={type} onChange={setType} options={[{ value: "", label: "Any type" }, ...recordTypes.map((t) => ({ value: t.type, label: t.type }))]} />
        <p className="text-sm text-kumo-subtle" role="status">
          {records && count(records.length, "record") + (hasNextPage ? " so far, there are more" : "")}
        </p>
      </div>
      {query.error ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : !records ? (
        <Loading />
      ) : records.length === 0 ? (
        <Nothing title="No record is like this">{wanted || type ? "Take a part of the search away." : "No zone that this token may see has records."}</Nothing>
      ) : (
        <>
          <DataTable label="Records of all zones" columns={columns} count={records.length} row={(i) => records[i]} id={(r) => r.id} need={need} />
          {hasNextPage && (
            <div className="mt-3 text-center">
              <Button variant="secondary" loading={isFetching} onClick={() => void fetchNextPage()}>
                Show more
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}

function useRecords(search: string, type: string) {
  const path = `${useAccount()}/internal_dns/records`;
  return useInfiniteQuery({
    queryKey: ["find all", search, type],
    placeholderData: keepPreviousData,
    initialPageParam: 1,
    queryFn: async ({ pageParam: page, signal }) => (await call<FoundRecords>("GET", path, { query: { search, only_type: type, page, per_page: size }, signal })).result,
    getNextPageParam: (last, all) => (last.more && (all.length + 1) * size <= most ? all.length + 1 : undefined),
  });
}

const most = 10_000; // records that are shown: who looks for others says more of them

const columns: Column<DNSRecord>[] = [
  { key: "type", title: "Type", width: "w-24", cell: (r) => <Badge variant="secondary">{r.type}</Badge> },
  {
    key: "name",
    title: "Name",
    width: "sm:w-[34%]",
    cell: (r) => (
      <>
        <Link href={hrefOf(r)} className="mono font-medium hover:underline" title={r.name}>
          {r.name}
        </Link>
        <div className="mono truncate text-kumo-subtle sm:hidden">{r.content}</div>
      </>
    ),
  },
  {
    key: "content",
    title: "Content",
    from: "sm",
    cell: (r) => (
      <span className="mono" title={r.content}>
        {r.content}
      </span>
    ),
  },
  { key: "ttl", title: "TTL", width: "w-20", from: "md", cell: (r) => <span className="text-kumo-subtle">{ttlText(r.ttl)}</span> },
  {
    key: "zone",
    title: "Zone",
    width: "w-1/5",
    from: "sm",
    cell: (r) => (
      <Link href={`/zones/${r.zone_id}`} className="hover:underline" title={`${r.zone_name} ${r.zone_id}`}>
        {r.zone_name}
      </Link>
    ),
  },
];
