import { Button } from "@cloudflare/kumo";
import { ListBulletsIcon, PlusIcon } from "@phosphor-icons/react";
import { useMemo, useState } from "react";
import { useSearch } from "wouter";

import { usePermission } from "../../../api/session";
import type { DNSRecord, Zone } from "../../../api/types";
import { DataTable, type Order } from "../../../parts/DataTable";
import { Card } from "../../../parts/Page";
import { Failed, Loading, Nothing } from "../../../parts/States";
import { count } from "../../../parts/time";
import { useSettled } from "../../../parts/useSettled";
import { useTell } from "../../../shell/Toasts";
import { AddRecord, EditRecord } from "./Edit";
import { Bulk } from "./Bulk";
import { most } from "./bulk";
import { columnsOf } from "./columns";
import { filterOf, isFiltered, queryOf } from "./filter";
import { Filters } from "./Filters";
import { allRecords, useRecords } from "./useRecords";

const pause = 40; // milliseconds without a key before the server is asked

/** Records is the table of a zone's records: those that the address asks for. */
export function Records({ zone }: { zone: Zone }) {
  const address = useSearch();
  return <RecordTable key={address} zone={zone} address={address} />;
}

/** RecordTable is the table of records, and all that can be done with them. */
function RecordTable({ zone, address }: { zone: Zone; address: string }) {
  const mayWrite = usePermission("DNS Write") && !zone.declared;
  const [filter, setFilter] = useState(() => filterOf(address));
  const [order, setOrder] = useState<Order>({ by: "name", down: false });
  const [open, setOpen] = useState<string>(); // "new", or the record that is edited
  const [chosen, setChosen] = useState<Map<string, DNSRecord>>(new Map());
  const wanted = useSettled(filter, pause);
  const query = useMemo(() => queryOf(wanted, order), [wanted, order]);
  const records = useRecords(zone.id, query);
  const columns = useMemo(() => columnsOf(zone, mayWrite ? setOpen : undefined), [zone, mayWrite]);
  const add = mayWrite && (
    <Button variant="primary" icon={<PlusIcon />} onClick={() => setOpen("new")}>
      Add record
    </Button>
  );
  const tell = useTell();
  const shownChosen = records.loaded.filter((r) => chosen.has(r.id)).length;
  const choose = (list: DNSRecord[], on: boolean) => {
    const next = new Map(chosen);
    for (const r of list) if (on) next.set(r.id, r);
    else next.delete(r.id);
    setChosen(next);
  };

  const chooseAll = async () => {
    try {
      choose(await allRecords(zone.id, query, most), true);
    } catch (error) {
      tell.failed("The records could not be read", error);
    }
  };

  if (records.error) return <Failed error={records.error} retry={records.retry} />;
  if (zone.records === 0 && !isFiltered(filter) && open !== "new") {
    return (
      <Nothing icon={<ListBulletsIcon size={40} />} title="No records yet" actions={add}>
        Add them one by one, or import a zone file. Names without records do not exist.
      </Nothing>
    );
  }
  return (
    <>
      <div className="mb-3 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <Filters filter={filter} set={setFilter} />
        {add}
      </div>
      {open === "new" && (
        <Card className="mb-4">
          <AddRecord zone={zone} close={() => setOpen(undefined)} />
        </Card>
      )}
      {chosen.size > 0 && (
        <Bulk zone={zone} chosen={[...chosen.values()]} clear={() => setChosen(new Map())} matching={records.count ?? 0} chooseAll={chooseAll} />
      )}
      <p className="mb-2 text-sm text-kumo-subtle" role="status">
        {records.count === undefined ? " " : count(records.count, "record") + (isFiltered(wanted) ? ` of ${zone.records.toLocaleString()}` : "")}
      </p>
      {records.count === undefined ? (
        <Loading />
      ) : records.count === 0 ? (
        <Nothing title="No record is like this">Take a part of the filter away.</Nothing>
      ) : (
        <DataTable
          label={`Records of ${zone.name}`}
          columns={columns}
          count={records.count}
          row={records.row}
          id={(r) => r.id}
          need={records.need}
          order={order}
          onOrder={setOrder}
          below={(r) => r.id === open && <EditRecord zone={zone} record={r} close={() => setOpen(undefined)} />}
          {...(mayWrite && {
            selection: {
              has: (id: string) => chosen.has(id),
              set: (id: string, on: boolean) => choose(records.loaded.filter((r) => r.id === id), on),
              all: shownChosen === 0 ? false : shownChosen === records.loaded.length ? true : ("some" as const),
              setAll: (on: boolean) => choose(records.loaded, on),
            },
          })}
        />
      )}
    </>
  );
}
