import { Badge, Button } from "@cloudflare/kumo";
import { PencilSimpleIcon } from "@phosphor-icons/react";

import type { DNSRecord, Zone } from "../../../api/types";
import { CopyAs } from "../../../parts/CopyAs";
import type { Column } from "../../../parts/DataTable";
import { relative, ttlText } from "./draft";

/** columnsOf returns the columns of the table of records. */
export function columnsOf(zone: Zone, edit: ((id: string) => void) | undefined): Column<DNSRecord>[] {
  const columns: Column<DNSRecord>[] = [
    { key: "type", title: "Type", width: "w-24", sort: true, cell: (r) => <Badge variant="secondary">{r.type}</Badge> },
    {
      key: "name",
      title: "Name",
      width: "sm:w-[30%]",
      sort: true,
      cell: (r) => (
        <>
          <span className="mono font-medium" title={r.name}>
            {relative(r.name, zone.name)}
          </span>
          <div className="truncate sm:hidden">
            <Content record={r} />
          </div>
        </>
      ),
    },
    {
      key: "content",
      title: "Content",
      sort: true,
      from: "sm",
      cell: (r) => <Content record={r} />,
    },
    { key: "ttl", title: "TTL", width: "w-20", from: "sm", sort: true, cell: (r) => <span className="text-kumo-subtle">{ttlText(r.ttl)}</span> },
    {
      key: "comment",
      title: "Comment",
      width: "w-40",
      from: "lg",
      cell: (r) => (
        <span className="text-kumo-subtle" title={[r.comment, ...r.tags].filter(Boolean).join("\n")}>
          {[r.comment, ...r.tags.map((t) => `#${t}`)].filter(Boolean).join(" ")}
        </span>
      ),
    },
  ];
  columns.push({
    key: "act",
    title: edit ? "Copy and edit" : "Copy",
    untitled: true,
    width: edit ? "w-22" : "w-14",
    cell: (r) => (
      <span className="flex justify-end">
        <CopyAs compact zone path={`/zones/${zone.id}/dns_records/${r.id}`} name={`${r.name} ${r.type}`} />
        {edit && <Button variant="ghost" size="sm" shape="square" icon={<PencilSimpleIcon />} aria-label={`Edit ${r.name} ${r.type}`} onClick={() => edit(r.id)} />}
      </span>
    ),
  });
  return columns;
}

/** Content is what a record says, before it the priority of those types that have one apart. */
function Content({ record: r }: { record: DNSRecord }) {
  const apart = r.priority !== undefined && r.priority !== null && r.type !== "HTTPS" && r.type !== "SVCB";
  return (
    <span className="mono" title={r.content}>
      {apart && <span className="text-kumo-subtle">{r.priority} </span>}
      {r.content}
    </span>
  );
}
