import { Badge } from "@cloudflare/kumo";

import type { Status } from "../../api/types";
import { Card } from "../../parts/Page";
import { count, when } from "../../parts/time";

/** Servers are those that share the account, and how far each is behind (LIVE 10). */
export function Servers({ status }: { status: Status }) {
  const { store, cluster } = status;
  if (store.kind === "file") return null;
  return (
    <Card className="overflow-hidden">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-5 py-3">
        <h3 className="text-sm font-semibold">{count(cluster.length, "server shares", "servers share")} the account</h3>
        {store.connected ? (
          <Badge variant="success">connected to {store.kind}</Badge>
        ) : (
          <span className="text-sm break-words text-kumo-danger">
            Not connected to {store.kind}
            {store.since && ` since ${when(store.since)}`}: what is known is served on, and nothing can be changed. {store.error}
          </span>
        )}
      </div>
      <ul className="divide-y divide-kumo-hairline border-t border-kumo-hairline text-sm" aria-label="Servers">
        {cluster.map((server) => (
          <li key={server.name} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-5 py-2.5">
            <span className="min-w-0 flex-1 font-medium break-all">
              {server.name} {server.here && <Badge variant="secondary">this one</Badge>}
            </span>
            <span className="text-kumo-subtle">{server.version}</span>
            <span className="tabular-nums">change {server.revision.toLocaleString()}</span>
            <span className={server.lag ? "text-kumo-warning" : "text-kumo-subtle"}>{server.lag ? count(server.lag, "change behind", "changes behind") : "up to date"}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
