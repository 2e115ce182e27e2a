import { Button } from "@cloudflare/kumo";
import { ClockCounterClockwiseIcon } from "@phosphor-icons/react";
import { useState } from "react";
import { Link } from "wouter";

import type { Query } from "../../api/call";
import { useChanges } from "../../api/queries";
import type { Change } from "../../api/types";
import { Card } from "../../parts/Page";
import { Loaded, Nothing } from "../../parts/States";
import { count, exactly, when } from "../../parts/time";
import { aboutWords, callWords } from "./words";

const size = 50;

/** ChangeList is the changes of the account, or of one object, the newest first. */
export function ChangeList({ query }: { query: Query }) {
  const [page, setPage] = useState(1);
  const changes = useChanges({ ...query, page, per_page: size });
  return (
    <Loaded query={changes}>
      {({ result, info }) =>
        result.length === 0 && page === 1 ? (
          <Nothing icon={<ClockCounterClockwiseIcon size={40} />} title="No changes">
            Nothing like this was changed, or it is longer ago than the history goes back.
          </Nothing>
        ) : (
          <>
            <Card className="overflow-hidden">
              <ul className="divide-y divide-kumo-hairline">
                {result.map((change) => (
                  <Row key={change.revision} change={change} />
                ))}
              </ul>
            </Card>
            <div className="mt-3 flex items-center justify-between gap-3 text-sm text-kumo-subtle">
              <span>{count(info?.total_count ?? result.length, "change")}</span>
              {(info?.total_pages ?? 1) > 1 && (
                <span className="flex items-center gap-2">
                  <Button size="sm" variant="secondary" disabled={page === 1} onClick={() => setPage(page - 1)}>
                    Newer
                  </Button>
                  <span>
                    {page} of {info?.total_pages}
                  </span>
                  <Button size="sm" variant="secondary" disabled={page >= (info?.total_pages ?? 1)} onClick={() => setPage(page + 1)}>
                    Older
                  </Button>
                </span>
              )}
            </div>
          </>
        )
      }
    </Loaded>
  );
}

function Row({ change }: { change: Change }) {
  return (
    <li>
      <Link
        href={`/history/${change.revision}`}
        className="grid grid-cols-[3.5rem_1fr_auto] items-baseline gap-x-3 px-4 py-2.5 text-sm outline-none hover:bg-kumo-tint focus-visible:bg-kumo-tint"
      >
        <span className="text-kumo-subtle tabular-nums">{change.revision}</span>
        <span className="min-w-0">
          <span className="block truncate">
            <span className="font-medium">{callWords(change.method, change.path)}</span> <span className="text-kumo-subtle">{aboutWords(change)}</span>
          </span>
          <span className="block truncate text-kumo-subtle">
            {change.token_name ?? "the server"}
            {change.address && ` from ${change.address}`}
          </span>
        </span>
        <time dateTime={change.time} title={exactly(change.time)} className="text-kumo-subtle">
          {when(change.time)}
        </time>
      </Link>
    </li>
  );
}
