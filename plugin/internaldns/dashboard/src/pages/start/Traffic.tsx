import { useState, type ReactNode } from "react";
import { Link } from "wouter";

import { isForbidden } from "../../api/errors";
import { Bars, Legend, Spark, type Row } from "../../parts/Chart";
import { Choice } from "../../parts/Fields";
import { Card, Section } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { exactly } from "../../parts/time";
import { byHour, percent, rate, ratios, tableOf, total, trafficOf, type Span, type Traffic as Flow } from "./traffic";
import { useAnalytics, useToday } from "./useTraffic";

const spans: { value: Span; label: string }[] = [
  { value: "hour", label: "Last hour" },
  { value: "day", label: "Last day" },
];

/** Traffic is what this server is asked, and how that ends. */
export function Traffic() {
  const [span, setSpan] = useState<Span>("hour");
  const query = useAnalytics(span);
  if (isForbidden(query.error)) return null; // who sees some zones only sees these
  return (
    <Section title="Queries" actions={<Choice label="Span of time" value={span} onChange={setSpan} options={spans} />}>
      <Loaded query={query} rows={3}>
        {({ data, at }) => <Charts flow={trafficOf(data, at)} />}
      </Loaded>
    </Section>
  );
}

function rowsOf(flow: Flow): Row[] {
  return [
    { name: "Answered by a view", className: "text-kumo-brand", values: flow.views },
    { name: "Fallback to public DNS", className: "text-kumo-warning", values: flow.fallbacks },
    { name: "No view asked", className: "text-kumo-inactive", values: flow.elsewhere },
    { name: "SERVFAIL", className: "text-kumo-danger", values: flow.errors },
  ];
}

function Charts({ flow }: { flow: Flow }) {
  const seconds = flow.step;
  const all = total(flow.queries);
  const [asked, fallbacks, errors] = [total(flow.asked), total(flow.fallbacks), total(flow.errors)];
  const busiest = Math.max(0, ...flow.queries) / seconds;
  const now = (flow.queries.at(-1) ?? 0) / seconds;
  const rows = rowsOf(flow);
  return (
    <div className="space-y-4">
      <Card className="grid grid-cols-2 gap-x-6 gap-y-5 p-5 lg:grid-cols-5">
        <Tile name="Queries a second" value={rate(now)} about={`at most ${rate(busiest)}`}>
          <Spark title="Queries a second" about={`now ${rate(now)}, at most ${rate(busiest)}`} values={flow.queries} />
        </Tile>
        <Tile name="Hit ratio" value={percent(total(flow.found), asked)} about="of what views are asked">
          <Spark title="Hit ratio" about={`${percent(total(flow.found), asked)} of the queries for views were found in them`} values={ratios(flow.found, flow.asked)} most={1} />
        </Tile>
        <Tile name="Fallbacks" value={fallbacks.toLocaleString()} about={`${percent(fallbacks, all)} of all queries`}>
          <Spark title="Fallbacks" about={`${fallbacks.toLocaleString()} queries were taken to public DNS`} values={flow.fallbacks} className="text-kumo-warning" />
        </Tile>
        <Tile name="Errors" value={errors.toLocaleString()} about="SERVFAIL" bad={errors > 0}>
          <Spark title="Errors" about={`${errors.toLocaleString()} queries ended with SERVFAIL`} values={flow.errors} className="text-kumo-danger" />
        </Tile>
        <Today />
      </Card>
      <Card className="p-5">
        {all > 0 ? (
          <div className="space-y-3">
            <Bars title="Queries by how they were answered" about={rows.map((r) => `${r.name}: ${total(r.values).toLocaleString()}`).join(", ")} rows={rows} />
            <div className="flex justify-between text-xs text-kumo-subtle tabular-nums">
              <span>{clock(flow.since)}</span>
              <span>{clock(flow.since + flow.queries.length * seconds * 1000)}</span>
            </div>
            <Legend rows={rows} />
            <Numbers flow={flow} />
          </div>
        ) : (
          <p className="text-sm text-kumo-subtle">Nobody has asked anything in this time. What is asked shows within seconds.</p>
        )}
      </Card>
    </div>
  );
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

type TileProps = { name: string; value: ReactNode; about: ReactNode; bad?: boolean; children: ReactNode };

function Tile({ name, value, about, bad, children }: TileProps) {
  return (
    <div className="min-w-0">
      <p className="text-sm text-kumo-subtle">{name}</p>
      <p className={`text-xl font-semibold tabular-nums ${bad ? "text-kumo-danger" : ""}`}>{value}</p>
      <p className="mb-2 truncate text-sm text-kumo-subtle">{about}</p>
      {children}
    </div>
  );
}

/** Today is the changes since midnight, by the hour. */
function Today() {
  const query = useToday();
  if (!query.data) return null; // who may not see the history sees the rest
  const { changes, count } = query.data;
  const now = new Date();
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  const value = (
    <Link href={`/history?since=${day}`} className="hover:underline">
      {count.toLocaleString()}
    </Link>
  );
  return (
    <Tile name="Changes today" value={value} about={changes[0] ? `the last by ${changes[0].token_name ?? "the server"}` : "none yet"}>
      <Bars title="Changes today" about={`${count} changes, by the hour`} rows={[{ name: "Changes", className: "text-kumo-brand", values: byHour(changes, now) }]} className="h-10" />
    </Tile>
  );
}

/** Numbers is the charts as a table. */
function Numbers({ flow }: { flow: Flow }) {
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded text-kumo-link outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand">As a table</summary>
      <div className="mt-3 overflow-x-auto" tabIndex={0} role="group" aria-label="Queries over time">
        <table className="w-full text-right tabular-nums">
          <thead className="text-kumo-subtle">
            <tr>
              {["From", "Queries", "Hit ratio", "Fallbacks", "Errors"].map((h) => (
                <th key={h} scope="col" className="py-1 pr-4 font-medium first:text-left last:pr-0">
                  {h}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tableOf(flow).map((row) => (
              <tr key={row.at} className="border-t border-kumo-hairline">
                <th scope="row" className="py-1 pr-4 text-left font-normal whitespace-nowrap" title={exactly(new Date(row.at).toISOString())}>
                  {clock(row.at)}
                </th>
                <td className="py-1 pr-4">{row.queries.toLocaleString()}</td>
                <td className="py-1 pr-4">{row.found}</td>
                <td className="py-1 pr-4">{row.fallbacks.toLocaleString()}</td>
                <td className="py-1">{row.errors.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
