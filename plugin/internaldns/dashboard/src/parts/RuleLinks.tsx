import { Fragment } from "react";
import { Link } from "wouter";

import type { Rule } from "../api/types";

const most = 3;

/** RuleLinks names resolver policies in a cell of a table, each a link to it. */
export function RuleLinks({ rules }: { rules: Rule[] | undefined }) {
  if (!rules) return null;
  if (!rules.length) return <span className="text-kumo-subtle">none</span>;
  return (
    <span title={rules.map((r) => r.name).join("\n")}>
      {rules.slice(0, most).map((r, i) => (
        <Fragment key={r.id}>
          {i > 0 && ", "}
          <Link href={`/policies/${r.id}`} className="hover:underline">
            {r.name}
          </Link>
        </Fragment>
      ))}
      {rules.length > most && ` and ${rules.length - most} more`}
    </span>
  );
}
