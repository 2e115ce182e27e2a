import { Button } from "@cloudflare/kumo";
import { FlowArrowIcon, PlusIcon } from "@phosphor-icons/react";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";

import { useAccount, useRules, useViews } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Rule } from "../../api/types";
import { useExpressions } from "../../parts/expression";
import { Card, Page } from "../../parts/Page";
import { Loaded, Nothing } from "../../parts/States";
import { exactly, when } from "../../parts/time";
import { isOver, useReview } from "../../review/Review";
import { marksOf } from "./marks";
import { movable, moved, reordered, stepped } from "./order";
import { PolicyRow } from "./PolicyRow";
import { useFindings, useHits, useLooking } from "./reads";

/** Policies lists the resolver policies in the order in which they are tried. */
export default function Policies() {
  const query = useRules();
  const may = usePermission("Resolver Policies Write");
  const [, navigate] = useLocation();
  const create = may && (
    <Button variant="primary" icon={<PlusIcon />} onClick={() => navigate("/policies/new")}>
      Create policy
    </Button>
  );
  return (
    <Page
      title="Resolver policies"
      about="They are tried from the top. The first whose expression is true decides where a query is answered; without one it goes to public DNS."
      actions={create}
    >
      <Loaded query={query}>
        {(rules) =>
          rules.length ? (
            <List rules={rules} may={may} />
          ) : (
            <Nothing icon={<FlowArrowIcon size={40} />} title="No resolver policies yet" actions={create}>
              All queries go to public DNS. A policy leads those of an office, a network or a person to a view.
            </Nothing>
          )
        }
      </Loaded>
    </Page>
  );
}

function List({ rules, may }: { rules: Rule[]; may: boolean }) {
  const account = useAccount();
  const review = useReview();
  const views = useViews().data;
  const names = useMemo(() => new Map((views ?? []).map((v) => [v.id, v.name])), [views]);
  const [order, setOrder] = useState<string[]>(); // what was dragged, before it is applied
  const [dragged, setDragged] = useState<string>();
  const ids = order ?? movable(rules);
  const shown = useMemo(() => (order ? reordered(rules, order) : rules), [rules, order]);
  const worded = useExpressions();
  const hits = useHits();
  const findings = useFindings();
  const marks = useMemo(() => marksOf(rules, hits, findings), [rules, hits, findings]);
  useLooking(may);
  const change = (next: string[]) => setOrder(next.join() === movable(rules).join() ? undefined : next);

  const apply = async () => {
    const calls = [{ method: "PUT" as const, path: `${account}/internal_dns/rules/order`, body: { rules: ids } }];
    const outcome = await review({ title: "Reorder the resolver policies", calls, done: "Resolver policies reordered" });
    if (isOver(outcome)) setOrder(undefined);
  };
  const toggle = (rule: Rule) => {
    const enabled = !rule.enabled;
    const what = `${enabled ? "Turn on" : "Turn off"} ${rule.name}`;
    const calls = [{ method: "PATCH" as const, path: `${account}/gateway/rules/${rule.id}`, body: { enabled } }];
    void review({ title: what, calls, done: `${rule.name} turned ${enabled ? "on" : "off"}`, apply: enabled ? "Turn on" : "Turn off" });
  };

  return (
    <>
      <Card className="overflow-hidden">
        <ol className="divide-y divide-kumo-hairline" aria-label="Resolver policies, the first to be tried first">
          {shown.map((rule, i) => (
            <PolicyRow
              key={rule.id}
              rule={rule}
              place={i + 1}
              views={names}
              worded={worded}
              marks={marks.get(rule.id)}
              toggle={may && !rule.declared ? () => toggle(rule) : undefined}
              dragged={dragged === rule.id}
              drag={
                may && !rule.declared
                  ? {
                      begin: () => setDragged(rule.id),
                      over: () => dragged && dragged !== rule.id && change(moved(ids, dragged, rule.id)),
                      end: () => setDragged(undefined),
                      step: (by) => change(stepped(ids, rule.id, by)),
                    }
                  : undefined
              }
            />
          ))}
          <li className="flex items-center gap-3 bg-kumo-elevated px-4 py-3 text-sm text-kumo-subtle sm:pl-14">All other queries: public DNS</li>
        </ol>
      </Card>
      {hits && (
        <p className="mt-3 text-sm text-kumo-subtle" title={exactly(hits.counted_since)}>
          Queries are counted since {when(hits.counted_since)}. {hits.totals.policies[""] ? `${(hits.totals.policies[""]).toLocaleString()} matched no policy.` : ""}
        </p>
      )}
      {order && (
        <div className="sticky bottom-0 mt-4 flex flex-wrap items-center justify-end gap-2 border-t border-kumo-hairline bg-kumo-canvas py-3" role="status">
          <span className="mr-auto text-sm">The order is another than the one in force.</span>
          <Button variant="secondary" onClick={() => setOrder(undefined)}>
            Discard
          </Button>
          <Button variant="primary" onClick={() => void apply()}>
            Review
          </Button>
        </div>
      )}
    </>
  );
}
