import { Button, Input, Tabs } from "@cloudflare/kumo";
import { GlobeSimpleIcon, PlusIcon } from "@phosphor-icons/react";
import { lazy, Suspense, useDeferredValue, useMemo, useState } from "react";
import { Link, useLocation, useSearch } from "wouter";

import { useViews, useZones } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { View, Zone } from "../../api/types";
import { DataTable, type Column, type Order } from "../../parts/DataTable";
import { Choice } from "../../parts/Fields";
import { DeclaredMark, ProblemMark } from "../../parts/Marks";
import { Page } from "../../parts/Page";
import { Loaded, Loading, Nothing } from "../../parts/States";
import { countOf, exactly, when } from "../../parts/time";
import { CreateZone } from "./CreateZone";
import { filterZones, viewsByZone, type ZoneFilter } from "./filter";

const AllRecords = lazy(() => import("./AllRecords"));

const tabs = [
  { value: "zones", label: "Zones" },
  { value: "records", label: "Records of all zones" },
];

/** Zones lists all zones, or what is in them. */
export default function Zones() {
  const mayLook = usePermission("DNS Read");
  const [, navigate] = useLocation();
  const tab = mayLook && new URLSearchParams(useSearch()).get("in") === "records" ? "records" : "zones";
  const query = useZones();
  const mayWrite = usePermission("Zone Write");
  const [creating, setCreating] = useState(false);
  const create = mayWrite && (
    <Button variant="primary" icon={<PlusIcon />} onClick={() => setCreating(true)}>
      Create zone
    </Button>
  );
  return (
    <Page title="Zones" about="A zone holds the records of a name and all names below it. Who sees it is said by views and resolver policies." actions={create}>
      {mayLook && Boolean(query.data?.length) && (
        <div className="mb-5 overflow-x-auto">
          <Tabs variant="underline" tabs={tabs} value={tab} onValueChange={(to) => navigate(to === "records" ? "/zones?in=records" : "/zones")} />
        </div>
      )}
      {tab === "records" ? (
        <Suspense fallback={<Loading />}>
          <AllRecords />
        </Suspense>
      ) : (
        <Loaded query={query}>
          {(zones) =>
            zones.length ? (
              <List zones={zones} />
            ) : (
              <Nothing icon={<GlobeSimpleIcon size={40} />} title="No zones yet" actions={create}>
                Create one for a name that only your networks should know, such as corp.example, or for one that they should see otherwise.
              </Nothing>
            )
          }
        </Loaded>
      )}
      {creating && <CreateZone close={() => setCreating(false)} />}
    </Page>
  );
}

/** List shows the zones. They are few enough to be searched and sorted here. */
function List({ zones }: { zones: Zone[] }) {
  const views = useViews().data;
  const [filter, setFilter] = useState<ZoneFilter>({ text: "", view: "", only: "" });
  const [order, setOrder] = useState<Order>({ by: "name", down: false });
  const wanted = useDeferredValue(filter);
  const holding = useMemo(() => viewsByZone(views ?? []), [views]);
  const names = useMemo(() => new Map(zones.map((z) => [z.id, z.name])), [zones]);
  const shown = useMemo(() => filterZones(zones, wanted, order, holding), [zones, wanted, order, holding]);
  const columns = useMemo(() => columnsOf(holding, names), [holding, names]);
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Input
          aria-label="Search zones"
          placeholder="Search by name"
          className="min-w-0 flex-1 basis-full sm:max-w-72 sm:basis-auto"
          value={filter.text}
          onChange={(e) => setFilter({ ...filter, text: e.target.value })}
        />
        <Choice
          label="View"
          className="max-w-40"
          value={filter.view}
          onChange={(view) => setFilter({ ...filter, view })}
          options={[{ value: "", label: "Any view" }, { value: "none", label: "In no view" }, ...(views ?? []).map((v) => ({ value: v.id, label: v.name }))]}
        />
        <Choice
          label="Kind"
          value={filter.only}
          onChange={(only) => setFilter({ ...filter, only })}
          options={[
            { value: "", label: "All" },
            { value: "problem", label: "With problems" },
            { value: "declared", label: "Of the Corefile" },
          ]}
        />
        <p className="text-sm text-kumo-subtle" role="status">
          {countOf(shown.length, zones.length, "zone")}
        </p>
      </div>
      {shown.length ? (
        <DataTable label="Zones" columns={columns} count={shown.length} row={(i) => shown[i]} id={(z) => z.id} order={order} onOrder={setOrder} />
      ) : (
        <Nothing title="No zone is like this">Take a part of the search away.</Nothing>
      )}
    </>
  );
}

function columnsOf(holding: Map<string, View[]>, names: Map<string, string>): Column<Zone>[] {
  return [
    {
      key: "name",
      title: "Name",
      sort: true,
      cell: (z) => (
        <div className="flex min-w-0 items-center gap-2">
          <Link href={`/zones/${z.id}`} className="truncate font-medium hover:underline" title={z.name}>
            {z.name}
          </Link>
          <DeclaredMark declared={z.declared} />
          <ProblemMark problem={z.problem} />
        </div>
      ),
    },
    { key: "records", title: "Records", width: "w-24", sort: true, cell: (z) => <span className="tabular-nums">{z.records.toLocaleString()}</span> },
    {
      key: "views",
      title: "Views",
      width: "w-1/5",
      from: "sm",
      cell: (z) => {
        const list = holding.get(z.id) ?? [];
        return list.length ? (
          list.map((v, i) => (
            <span key={v.id}>
              {i > 0 && ", "}
              <Link href={`/views/${v.id}`} className="hover:underline">
                {v.name}
              </Link>
            </span>
          ))
        ) : (
          <span className="text-kumo-subtle">in none</span>
        );
      },
    },
    {
      key: "reference",
      title: "Reference",
      width: "w-1/5",
      from: "md",
      cell: (z) => {
        const id = z.internal_dns?.reference_zone_id;
        return id ? (
          <Link href={`/zones/${id}`} className="hover:underline">
            {names.get(id) ?? id}
          </Link>
        ) : null;
      },
    },
    {
      key: "modified_on",
      title: "Changed",
      width: "w-32",
      from: "lg",
      sort: true,
      cell: (z) => (
        <span className="text-kumo-subtle" title={exactly(z.modified_on)}>
          {when(z.modified_on)}
        </span>
      ),
    },
  ];
}
