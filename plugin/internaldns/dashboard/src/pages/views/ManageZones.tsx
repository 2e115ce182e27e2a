import { Banner, Button, Input } from "@cloudflare/kumo";
import { MinusIcon, PlusIcon, WarningIcon } from "@phosphor-icons/react";
import { useMemo, useState, type ReactNode } from "react";

import { below } from "../../api/errors";
import { useAccount } from "../../api/queries";
import type { Declared, Fault, View } from "../../api/types";
import { DeclaredMark } from "../../parts/Marks";
import { Card } from "../../parts/Page";
import { Faults } from "../../parts/States";
import { usePending } from "../../review/collected";
import { isOver, useReview } from "../../review/Review";
import { clashes, clashWith, sameSet, withoutPolicies } from "./clash";

type Choosable = { id: string; name: string; declared?: Declared | null };

const most = 200; // zones that a pane shows: who has more types a part of the name

/** ManageZones chooses the zones of a view, in two panes: those outside, and those within. */
export function ManageZones({ view, zones, close }: { view: View; zones: Choosable[]; close: () => void }) {
  const path = `${useAccount()}/dns_settings/views/${view.id}`;
  const review = useReview();
  const pending = usePending("zones");
  const [base] = useState(() => withoutPolicies(view));
  const [ids, setIDs] = useState(base.zones);
  const [faults, setFaults] = useState<Fault[]>([]);
  const held = useMemo(() => new Set(ids), [ids]);
  const all = [...zones, ...pending];
  const chosen = all.filter((z) => held.has(z.id));
  const outside = all.filter((z) => !held.has(z.id));
  const clashing = clashes(chosen);
  const changed = !sameSet(ids, base.zones);

  const submit = async () => {
    const calls = [{ method: "PATCH" as const, path, body: { zones: ids } }];
    const outcome = await review({ title: `Change the zones of ${view.name}`, calls, done: `Zones of ${view.name} changed`, base, form: true });
    if (outcome.kind === "refused") setFaults(below(outcome.faults, 0));
    if (isOver(outcome)) close();
  };
  return (
    <div className="space-y-3">
      <Faults faults={faults} title="The view cannot hold these zones" />
      {clashing.map((c) => (
        <Banner
          key={c.name}
          variant="alert"
          icon={<WarningIcon weight="fill" />}
          description={`${c.zones.length} zones are called ${c.name}. A view may hold one of them: take the others out.`}
        />
      ))}
      <div className="grid gap-4 md:grid-cols-2">
        <Pane title="Other zones" zones={outside} empty="All zones are in the view.">
          {(z) => {
            const clash = clashWith(z, chosen);
            return (
              <>
                {clash && <span className="text-sm text-kumo-warning">name is taken</span>}
                <Button size="sm" variant="secondary" icon={<PlusIcon />} aria-label={`Add ${z.name}`} onClick={() => setIDs([...ids, z.id])}>
                  Add
                </Button>
              </>
            );
          }}
        </Pane>
        <Pane title="In the view" zones={chosen} empty="None yet.">
          {(z) => (
            <Button size="sm" variant="ghost" icon={<MinusIcon />} aria-label={`Take ${z.name} out`} onClick={() => setIDs(ids.filter((id) => id !== z.id))}>
              Take out
            </Button>
          )}
        </Pane>
      </div>
      <div className="flex justify-end gap-2">
        <Button variant="secondary" onClick={close}>
          Cancel
        </Button>
        <Button variant="primary" disabled={!changed || clashing.length > 0} onClick={() => void submit()}>
          Review
        </Button>
      </div>
    </div>
  );
}

function Pane({ title, zones, empty, children }: { title: string; zones: Choosable[]; empty: string; children: (zone: Choosable) => ReactNode }) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = wanted ? zones.filter((z) => z.name.includes(wanted)) : zones;
  return (
    <Card className="flex h-72 flex-col md:h-96 overflow-hidden">
      <div className="flex items-center gap-3 border-b border-kumo-hairline p-3">
        <h3 className="text-sm font-semibold whitespace-nowrap">
          {title} <span className="font-normal text-kumo-subtle">{zones.length.toLocaleString()}</span>
        </h3>
        <Input size="sm" className="ml-auto min-w-0 flex-1" aria-label={`Search ${title}`} placeholder="Search" value={text} onChange={(e) => setText(e.target.value)} />
      </div>
      <ul className="min-h-0 flex-1 divide-y divide-kumo-hairline overflow-y-auto" aria-label={title}>
        {found.slice(0, most).map((z) => (
          <li key={z.id} className="flex items-center gap-2 px-3 py-1.5">
            <span className="min-w-0 flex-1 truncate text-sm" title={z.name}>
              {z.name} <DeclaredMark declared={z.declared} />
              {z.id.startsWith("$") && <span className="text-kumo-subtle"> of the change set</span>}
            </span>
            {children(z)}
          </li>
        ))}
        {found.length === 0 && <li className="px-3 py-6 text-center text-sm text-kumo-subtle">{zones.length ? "None is called this." : empty}</li>}
        {found.length > most && <li className="px-3 py-2 text-sm text-kumo-subtle">and {(found.length - most).toLocaleString()} more: search for them</li>}
      </ul>
    </Card>
  );
}
