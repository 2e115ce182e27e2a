import { Banner, Button, Checkbox, Tabs } from "@cloudflare/kumo";
import { InfoIcon, WarningIcon } from "@phosphor-icons/react";
import { useEffect, useMemo, useRef, useState } from "react";

import { guarded } from "../../../api/errors";
import type { Fault, ImportLine } from "../../../api/types";
import { DataTable, type Column } from "../../../parts/DataTable";
import { Faults, Nothing } from "../../../parts/States";
import { count } from "../../../parts/time";
import { Answers } from "../../../review/Answers";
import { ttlText } from "../records/draft";
import { added, firstKind, kinds, linesOf, type Kind } from "./file";
import { nothingToDo, type Importing, type Looked } from "./useImport";

type Props = { importing: Importing; looked: Looked; again: (force: boolean) => void; make: (force: boolean) => void; cancel: () => void };

/** ImportTables shows what a file would do, and has it done. */
export function ImportTables({ importing, looked, again, make, cancel }: Props) {
  const { preview, messages } = looked;
  const [kind, setKind] = useState<Kind>(() => firstKind(preview));
  const [force, setForce] = useState(false);
  const [leave, setLeave] = useState(false);
  const [guards, setGuards] = useState<Fault[]>([]); // kept while they are overridden
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (guarded(preview.errors)) setGuards(preview.errors);
  }, [preview]);
  useEffect(() => title.current?.focus(), []); // what is read next is what came of it
  const refused = preview.refused.count;
  const may = preview.valid || (preview.skippable && leave);

  return (
    <div className="mt-5 space-y-4">
      <div role="status">
        <h3 ref={title} tabIndex={-1} className="text-base font-semibold outline-none">
          {summary(looked)}
        </h3>
      </div>
      {importing.moved && <Note text="The account was changed by somebody else in the meantime. This is what the file does now." />}
      {messages.map((m, i) => (
        <Banner key={i} size="sm" icon={<InfoIcon />} description={m.message} />
      ))}
      {preview.warnings.map((w, i) => (
        <Note key={i} text={w.text} />
      ))}
      {!guarded(preview.errors) && <Faults faults={preview.errors} title="The file is refused as a whole" />}
      {guards.length > 0 && (
        <div className="space-y-3">
          <Faults faults={guards} title="This would break something" />
          <Checkbox
            label="Do it all the same"
            checked={force}
            onCheckedChange={(on) => {
              setForce(on);
              again(on);
            }}
          />
        </div>
      )}
      <div className="overflow-x-auto">
        <Tabs
          variant="underline"
          tabs={kinds.map((k) => ({ value: k.kind, label: `${k.title} ${preview[k.kind].count.toLocaleString()}` }))}
          value={kind}
          onValueChange={(to) => setKind(to as Kind)}
        />
      </div>
      <Group looked={looked} kind={kind} />
      {preview.answers && (
        <section>
          <h4 className="mb-2 text-sm font-semibold">Answers</h4>
          <Answers preview={{ answers: preview.answers, objects: [], queries: null }} />
        </section>
      )}
      <div className="sticky bottom-0 flex flex-wrap items-center justify-end gap-x-4 gap-y-2 border-t border-kumo-hairline bg-kumo-canvas py-3">
        {preview.skippable && refused > 0 && (
          <div className="mr-auto">
            <Checkbox label={`Leave the ${count(refused, "refused record")} out and import the others`} checked={leave} onCheckedChange={setLeave} />
          </div>
        )}
        <Button variant="secondary" onClick={cancel}>
          Cancel
        </Button>
        <Button variant={force ? "destructive" : "primary"} loading={importing.busy !== undefined} disabled={!may || nothingToDo(preview)} onClick={() => make(force)}>
          Import {count(added(preview), "record")}
        </Button>
      </div>
    </div>
  );
}

function summary({ preview, parsed }: Looked): string {
  const n = added(preview);
  const left = preview.refused.count;
  if (!preview.skippable && n === 0) return "Nothing can be imported";
  const adds = n === 0 ? "Nothing would be added" : `${count(n, "record")} would be added`;
  return `${adds}, of ${parsed.toLocaleString()} in the file${left ? `. ${count(left, "record is", "records are")} refused` : ""}`;
}

/** Group is the records of a file that fare alike. */
function Group({ looked, kind }: { looked: Looked; kind: Kind }) {
  const group = looked.preview[kind];
  const lines = useMemo(() => (kind === "refused" ? linesOf(looked.text, group) : new Map<number, string>()), [looked, kind, group]);
  const columns = useMemo(() => columnsOf(kind, lines), [kind, lines]);
  const rows = useMemo(() => group.records.map((r, at) => ({ ...r, at })), [group]);
  const about = kinds.find((k) => k.kind === kind)?.about;
  if (group.count === 0) return <Nothing title="None">{kind === "refused" ? "Every record of the file can be in the zone." : "No record of the file is of this kind."}</Nothing>;
  return (
    <div className="space-y-2">
      <p className="text-sm text-kumo-subtle">
        {about}
        {group.count > group.records.length && ` The first ${group.records.length.toLocaleString()} are shown.`}
      </p>
      {/* Another kind has another table: its rows are of another height. */}
      <DataTable key={kind} label={`Records of the file: ${kind}`} columns={columns} count={rows.length} row={(i) => rows[i]} id={(r) => String(r.at)} />
    </div>
  );
}

type Row = ImportLine & { at: number };

function columnsOf(kind: Kind, lines: Map<number, string>): Column<Row>[] {
  const line: Column<Row> = { key: "line", title: "Line", width: "w-20", cell: (r) => <span className="text-kumo-subtle tabular-nums">{r.line.toLocaleString()}</span> };
  if (kind === "refused") {
    return [
      line,
      {
        key: "why",
        title: "Reason",
        cell: (r) => (
          <div className="whitespace-normal">
            <div className="mono truncate" title={lines.get(r.line)}>
              {lines.get(r.line) || r.object}
            </div>
            <div className="text-sm break-words text-kumo-danger">
              {r.object && `${r.object}: `}
              {r.reason}
            </div>
          </div>
        ),
      },
    ];
  }
  const columns: Column<Row>[] = [
    line,
    {
      key: "name",
      title: "Record",
      cell: (r) => (
        <div className="min-w-0">
          <div className="mono truncate" title={r.name}>
            <span className="font-medium">{r.name}</span> <span className="text-kumo-subtle">{ttlText(r.ttl ?? 1)}</span> {r.type}
          </div>
          <div className="mono truncate" title={r.content}>
            {r.content}
          </div>
        </div>
      ),
    },
  ];
  if (kind === "added") columns.push({ key: "comment", title: "Comment", width: "w-1/4", from: "md", cell: (r) => <span className="text-kumo-subtle">{[r.comment, ...(r.tags ?? []).map((t) => `#${t}`)].filter(Boolean).join(" ")}</span> });
  if (kind === "changed") columns.push({ key: "beside", title: "Beside", width: "w-2/5", cell: (r) => <span className="mono text-kumo-subtle" title={r.beside?.join("\n")}>{r.beside?.join(", ")}</span> });
  if (kind === "present") columns.push({ key: "stays", title: "Differs in", width: "w-2/5", cell: (r) => <span className="whitespace-normal text-kumo-subtle">{r.reason}</span> });
  return columns;
}

function Note({ text }: { text: string }) {
  return <Banner variant="alert" size="sm" icon={<WarningIcon weight="fill" />} description={text} />;
}
