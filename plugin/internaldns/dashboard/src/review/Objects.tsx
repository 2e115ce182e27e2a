import { Badge } from "@cloudflare/kumo";
import { useMemo } from "react";

import { useNames } from "../api/queries";
import type { ObjectChange } from "../api/types";
import { diff, differing, doing, kinds, titleOf, type Line } from "./diff";

const shown = 200;

/** Objects shows what a change does to objects, each before and after. */
export function Objects({ objects, total }: { objects: ObjectChange[]; total: number }) {
  const known = useNames();
  // Objects may name those that are made beside them.
  const names = useMemo(() => new Map([...known, ...objects.flatMap((o): [string, string][] => (o.id && isNamed(o) ? [[o.id, titleOf(o)]] : []))]), [known, objects]);
  return (
    <ul className="divide-y divide-kumo-hairline overflow-hidden rounded-lg ring ring-kumo-hairline">
      {objects.slice(0, shown).map((change, i) => (
        <li key={i} className="px-4 py-3">
          <OneObject change={change} names={names} />
        </li>
      ))}
      {total > Math.min(objects.length, shown) && (
        <li className="px-4 py-3 text-sm text-kumo-subtle">and {(total - Math.min(objects.length, shown)).toLocaleString()} more</li>
      )}
    </ul>
  );
}

function isNamed({ kind }: ObjectChange): boolean {
  return kind === "zone" || kind === "view" || kind === "list" || kind === "location";
}

function OneObject({ change, names }: { change: ObjectChange; names: Map<string, string> }) {
  const what = doing(change);
  const lines = diff(change.before, change.after).map(differing);
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <Badge variant={what === "added" ? "success" : what === "removed" ? "error" : "info"}>{what}</Badge>
        <span className="text-kumo-subtle">{kinds[change.kind] ?? change.kind}</span>
        <span className="font-medium break-all">{titleOf(change)}</span>
      </div>
      {lines.length > 0 ? <Lines lines={lines} names={names} /> : <p className="mt-1 text-sm text-kumo-subtle">Nothing that answers depend on.</p>}
    </>
  );
}

function Lines({ lines, names }: { lines: Line[]; names: Map<string, string> }) {
  const named = (text: string) => text.split("\n").map((line) => names.get(line) ?? line).join("\n");
  return (
    <dl className="mt-2 grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[minmax(7rem,max-content)_1fr]">
      {lines.map((line) => (
        <div key={line.field} className="contents">
          <dt className="text-kumo-subtle break-words">{label(line.field)}</dt>
          <dd className="mono min-w-0 break-words whitespace-pre-wrap">
            {line.before !== undefined && <Side kind="del" text={named(line.before)} />}
            {line.after !== undefined && <Side kind="ins" text={named(line.after)} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Side is one state, with a sign beside the colour for those who see none. */
export function Side({ kind, text }: { kind: "del" | "ins"; text: string }) {
  const Tag = kind;
  const look = kind === "ins" ? "text-kumo-success" : "text-kumo-danger";
  return (
    <Tag className={`block no-underline ${look}`}>
      {text.split("\n").map((line, i) => (
        <span key={i} className="block">
          <span aria-hidden>{kind === "ins" ? "+ " : "− "}</span>
          {line}
        </span>
      ))}
    </Tag>
  );
}

/** label words the path of a member: its last two parts say enough. */
function label(field: string): string {
  return field.split(".").slice(-2).join(" ").replaceAll("_", " ");
}
