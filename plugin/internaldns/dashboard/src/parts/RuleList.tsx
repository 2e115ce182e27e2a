import { Link } from "wouter";

import type { Rule } from "../api/types";
import { useExpressions } from "./expression";
import { Card } from "./Page";

/** RuleList shows resolver policies with the expression that names something. */
export function RuleList({ rules }: { rules: Rule[] }) {
  const worded = useExpressions();
  return (
    <Card className="overflow-hidden">
      <ul className="divide-y divide-kumo-hairline">
        {rules.map((r) => (
          <li key={r.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-2.5">
            <span className="w-14 text-sm text-kumo-subtle tabular-nums">{r.precedence}</span>
            <Link href={`/policies/${r.id}`} className="min-w-0 truncate font-medium hover:underline">
              {r.name}
            </Link>
            {!r.enabled && <span className="text-sm text-kumo-subtle">off</span>}
            <code className="mono min-w-0 basis-full truncate text-kumo-subtle sm:ml-auto sm:max-w-1/2 sm:basis-auto" title={r.traffic || r.identity}>
              {worded(r.traffic || r.identity)}
            </code>
          </li>
        ))}
      </ul>
    </Card>
  );
}
