import type { Preview, PreviewQueries } from "../api/types";
import { count, exactly, when } from "../parts/time";
import { lacking } from "./moves";

/** Queries shows which of the last queries would get another policy. */
export default function Queries({ preview }: { preview: Pick<Preview, "queries"> }) {
  const { queries } = preview;
  return (
    <section className="mt-4" aria-label="The last queries">
      <h4 className="mb-2 text-sm font-semibold">The last queries</h4>
      {queries ? (
        <Moves queries={queries} />
      ) : (
        <p className="text-sm text-kumo-subtle">There are none to compare with yet. They are kept while somebody looks at the policies or the queries.</p>
      )}
    </section>
  );
}

function Moves({ queries }: { queries: PreviewQueries }) {
  const rest = lacking(queries);
  return (
    <>
      <p className="text-sm">
        <strong>{queries.moved ? count(queries.moved, "query gets", "queries get") : "None gets"} another policy</strong>
        <span className="text-kumo-subtle" title={exactly(queries.since)}>
          {" "}
          of the last {count(queries.compared, "query", "queries")}, since {when(queries.since)}
        </span>
      </p>
      {rest && <p className="mt-1 text-sm text-kumo-subtle">{rest}</p>}
      {queries.changes.length > 0 && (
        <ul className="mt-2 divide-y divide-kumo-hairline overflow-hidden rounded-lg ring ring-kumo-hairline">
          {queries.changes.map((move, i) => (
            <li key={i} className="px-4 py-2.5 text-sm">
              <div className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 break-words">
                  <Name of={move.from} /> <span aria-label="becomes">→</span> <Name of={move.to} />
                </span>
                <span className="shrink-0 tabular-nums">{count(move.count, "query", "queries")}</span>
              </div>
              <p className="mt-0.5 text-kumo-subtle">
                such as{" "}
                <span className="mono break-all">
                  {move.example.name} {move.example.type}
                </span>
                {move.example.client && ` of ${move.example.client}`}
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Name({ of }: { of: string }) {
  return of ? <span className="font-medium">{of}</span> : <span>public DNS (no policy)</span>;
}
