import { CaretDownIcon, CaretRightIcon, WarningIcon } from "@phosphor-icons/react";
import type { ReactNode } from "react";
import { Link } from "wouter";

import type { Logged } from "../../api/types";
import { count } from "../../parts/time";
import type { From } from "../../parts/useFitting";
import { rcodeName, testerHref, timeWords, tookWords } from "./filter";

/** Column is one of the tail, titled as Cloudflare's Gateway logs have it. */
export type Column = { title: string; width: string; from?: From; cell: (query: Logged) => ReactNode };

export const columns: Column[] = [
  { title: "Time", width: "w-27", from: "sm", cell: (q) => <span className="mono text-kumo-subtle">{timeWords(q.Datetime)}</span> },
  { title: "Source IP", width: "w-32", from: "md", cell: (q) => <span className="mono" title={q.SrcIP}>{q.SrcIP}</span> },
  { title: "Query name", width: "", cell: (q) => <Name query={q} /> },
  { title: "Type", width: "w-17", cell: (q) => q.QueryTypeName },
  { title: "RCode", width: "w-25", cell: (q) => <Code code={q.RCode} /> },
  { title: "Resolver policy", width: "w-32", from: "lg", cell: (q) => <Ref id={q.ResolverPolicyID} name={q.ResolverPolicyName} to="/policies/" /> },
  { title: "View", width: "w-29", from: "lg", cell: (q) => <View query={q} /> },
  { title: "Took", width: "w-20", from: "lg", cell: (q) => <span className="text-kumo-subtle tabular-nums">{tookWords(q.ResponseTimeUs)}</span> },
];

/** More opens all fields of a query. */
export function More({ query, open, toggle }: { query: Logged; open: boolean; toggle: () => void }) {
  return (
    <button
      type="button"
      aria-label={`All fields of ${query.QueryName || "."} ${query.QueryTypeName}`}
      aria-expanded={open}
      onClick={toggle}
      className="flex size-7 items-center justify-center rounded outline-none hover:bg-kumo-tint focus-visible:ring-2 focus-visible:ring-kumo-brand"
    >
      {open ? <CaretDownIcon aria-hidden /> : <CaretRightIcon aria-hidden />}
    </button>
  );
}

function Name({ query }: { query: Logged }) {
  return (
    <Link href={testerHref(query)} className="mono block truncate py-1 font-medium hover:underline" title={`${query.QueryName}: why it is answered so`}>
      {query.QueryName || "."}
    </Link>
  );
}

/** Gap says that queries are missing. */
export function Gap({ missed }: { missed: number }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-sm text-kumo-warning">
      <WarningIcon weight="fill" aria-hidden />
      {missed ? `${count(missed, "query", "queries")} missing here` : "queries may be missing here"}
    </span>
  );
}

/** Code is a response code; what failed stands out. */
function Code({ code }: { code: number }) {
  const look = code === 0 ? "" : code === 3 ? "text-kumo-subtle" : "text-kumo-danger";
  return <span className={look}>{rcodeName(code)}</span>;
}

function Ref({ id, name, to }: { id: string; name: string; to: string }) {
  if (!id) return <span className="text-kumo-subtle">{name}</span>;
  return (
    <Link href={to + id} className="inline-block max-w-full truncate py-1 align-middle hover:underline" title={name}>
      {name || id}
    </Link>
  );
}

function View({ query: q }: { query: Logged }) {
  return (
    <span title={q.InternalDNSFallbackStrategy && `then public DNS: ${q.InternalDNSFallbackTrigger}`}>
      <Ref id={q.InternalDNSViewID} name={q.InternalDNSViewName} to="/views/" />
      {q.InternalDNSFallbackStrategy && <span className="text-kumo-subtle"> → public</span>}
    </span>
  );
}
