import { Button } from "@cloudflare/kumo";
import { PencilSimpleIcon, TrashIcon } from "@phosphor-icons/react";
import { useState } from "react";
import { Link, useLocation } from "wouter";

import { below } from "../../api/errors";
import { useAccount, useView, useZones } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Fault, View as ViewObject, Zone } from "../../api/types";
import { CopyAs } from "../../parts/CopyAs";
import { DeclaredMark, DeclaredNote, PendingMark } from "../../parts/Marks";
import { Card, Page, Section } from "../../parts/Page";
import { Faults, Loaded, Nothing } from "../../parts/States";
import { count } from "../../parts/time";
import { isOver, useReview } from "../../review/Review";
import { withoutPolicies } from "./clash";
import { ManageZones } from "./ManageZones";
import { NameView } from "./NameView";

/** View is the page of one view: its zones, and the policies that lead to it. */
export default function View({ id }: { id: string }) {
  const query = useView(id);
  if (query.data) return <Loadedview view={query.data} />;
  return (
    <Page title="View" within={{ href: "/views", name: "Views" }}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

function Loadedview({ view }: { view: ViewObject }) {
  const account = useAccount();
  const may = usePermission("DNS View Write") && !view.declared;
  const zones = useZones();
  const [managing, setManaging] = useState(false);
  return (
    <Page
      title={view.name}
      within={{ href: "/views", name: "Views" }}
      beside={
        <>
          <DeclaredMark declared={view.declared} />
          <PendingMark id={view.id} />
        </>
      }
      about={`${count(view.zones.length, "zone")}, ${count(view.policies?.length ?? 0, "resolver policy leads", "resolver policies lead")} here.`}
      actions={
        <>
          <CopyAs path={`${account}/dns_settings/views/${view.id}`} name={view.name} />
          {may && <Actions view={view} />}
        </>
      }
    >
      <DeclaredNote declared={view.declared} kind="view" />
      {view.problem && (
        <div className="mb-5">
          <Faults faults={[{ code: 0, message: view.problem.text }]} title="This view is not served" />
        </div>
      )}
      <Section
        title="Zones"
        about="Of the zones that hold a name, the deepest answers. A name in none of them is refused, unless a policy falls back."
        actions={
          may &&
          !managing && (
            <Button variant="secondary" onClick={() => setManaging(true)}>
              Manage zones
            </Button>
          )
        }
      >
        <Loaded query={zones} rows={3}>
          {(all) =>
            managing ? (
              <ManageZones view={view} zones={all} close={() => setManaging(false)} />
            ) : (
              <ZoneList view={view} zones={all} manage={may ? () => setManaging(true) : undefined} />
            )
          }
        </Loaded>
      </Section>
      <Policies view={view} />
    </Page>
  );
}

function ZoneList({ view, zones, manage }: { view: ViewObject; zones: Zone[]; manage: (() => void) | undefined }) {
  const held = new Set(view.zones);
  const list = zones.filter((z) => held.has(z.id));
  if (!view.zones.length) {
    return (
      <Nothing title="No zones yet" actions={manage && <Button variant="primary" onClick={manage}>Manage zones</Button>}>
        Whoever sees this view gets no answers from it before it holds a zone.
      </Nothing>
    );
  }
  return (
    <Card className="overflow-hidden">
      <ul className="divide-y divide-kumo-hairline">
        {list.map((z) => (
          <li key={z.id} className="flex items-center gap-3 px-4 py-2.5">
            <Link href={`/zones/${z.id}`} className="min-w-0 truncate font-medium hover:underline">
              {z.name}
            </Link>
            <DeclaredMark declared={z.declared} />
            <span className="ml-auto text-sm whitespace-nowrap text-kumo-subtle">{count(z.records, "record")}</span>
          </li>
        ))}
        {list.length < view.zones.length && (
          <li className="px-4 py-2.5 text-sm text-kumo-subtle">and {count(view.zones.length - list.length, "zone")} that this token may not see</li>
        )}
      </ul>
    </Card>
  );
}

function Policies({ view }: { view: ViewObject }) {
  return (
    <Section title="Resolver policies referencing this view" about="They say whose queries are answered from it.">
      {view.policies?.length ? (
        <Card className="overflow-hidden">
          <ul className="divide-y divide-kumo-hairline">
            {view.policies.map((p) => (
              <li key={p.id} className="flex items-center gap-3 px-4 py-2.5">
                <span className="w-14 text-sm text-kumo-subtle tabular-nums">{p.precedence}</span>
                <Link href={`/policies/${p.id}`} className="min-w-0 truncate font-medium hover:underline">
                  {p.name}
                </Link>
                {!p.enabled && <span className="text-sm text-kumo-subtle">off</span>}
              </li>
            ))}
          </ul>
        </Card>
      ) : (
        <Nothing title="No policy leads here" actions={<NewPolicy view={view} />}>
          Nobody sees this view before a resolver policy names it.
        </Nothing>
      )}
    </Section>
  );
}

function NewPolicy({ view }: { view: ViewObject }) {
  const [, navigate] = useLocation();
  if (!usePermission("Resolver Policies Write")) return null;
  return <Button onClick={() => navigate(`/policies/new?view=${view.id}`)}>Create a policy</Button>;
}

function Actions({ view }: { view: ViewObject }) {
  const path = `${useAccount()}/dns_settings/views/${view.id}`;
  const review = useReview();
  const [, navigate] = useLocation();
  const [naming, setNaming] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const rename = async (name: string) => {
    const calls = [{ method: "PATCH" as const, path, body: { name } }];
    const outcome = await review({ title: `Rename ${view.name} to ${name}`, calls, done: `View renamed to ${name}`, base: withoutPolicies(view), form: true });
    if (outcome.kind === "refused") setFaults(below(outcome.faults, 0));
    if (isOver(outcome)) setNaming(false);
  };
  const remove = async () => {
    const calls = [{ method: "DELETE" as const, path }];
    const outcome = await review({ title: `Delete view ${view.name}`, calls, done: `View ${view.name} deleted`, apply: "Delete", danger: true });
    if (outcome.kind === "done") navigate("/views");
  };
  return (
    <>
      <Button variant="secondary" icon={<PencilSimpleIcon />} onClick={() => setNaming(true)}>
        Rename
      </Button>
      <Button variant="secondary-destructive" icon={<TrashIcon />} onClick={() => void remove()}>
        Delete
      </Button>
      {naming && <NameView title="Rename the view" start={view.name} faults={faults} close={() => setNaming(false)} submit={(name) => void rename(name)} />}
    </>
  );
}
