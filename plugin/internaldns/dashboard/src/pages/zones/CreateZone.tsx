import { Button } from "@cloudflare/kumo";
import { useState } from "react";
import { useLocation } from "wouter";

import { below, elsewhere } from "../../api/errors";
import { useAccount, useViews, useZones } from "../../api/queries";
import { usePermission, useSession } from "../../api/session";
import type { Call, Fault, Zone } from "../../api/types";
import { TextField } from "../../parts/Fields";
import { Modal } from "../../parts/Modal";
import { Picker } from "../../parts/Picker";
import { Faults } from "../../parts/States";
import { count } from "../../parts/time";
import { isOver, useReview } from "../../review/Review";
import { nameOf, type Named } from "./names";
import { clashIn, sameNames, type Same } from "./same";

/** CreateZone asks for the name of a new zone, and says what it will mean. */
export function CreateZone({ close }: { close: () => void }) {
  const account = useSession().account;
  const viewsPath = `${useAccount()}/dns_settings/views`;
  const mayView = usePermission("DNS View Write");
  const zones = useZones().data ?? [];
  const views = useViews().data ?? [];
  const review = useReview();
  const [, navigate] = useLocation();
  const [text, setText] = useState("");
  const [viewID, setViewID] = useState("");
  const [faults, setFaults] = useState<Fault[]>([]);
  const named = nameOf(text);
  const same = sameNames(named?.names ?? [], zones, views);
  const view = views.find((v) => v.id === viewID);
  const clash = clashIn(view, same);

  const submit = async () => {
    // What is no name or network is for the server to refuse, in its words.
    const names = named?.names ?? [text.trim()];
    const calls: Call[] = names.map((name) => ({ method: "POST", path: "/zones", body: { name, type: "internal", account: { id: account.id } } }));
    if (view) calls.push({ method: "PATCH", path: `${viewsPath}/${view.id}`, body: { zones: [...view.zones, ...names.map((_, i) => `\${${i}.id}`)] } });
    const what = names.length > 1 ? `${names.length} zones for ${text.trim()}` : `zone ${names[0]}`;
    const outcome = await review({ title: `Create ${what}`, calls, done: `${what.replace(/^z/, "Z")} created`, apply: "Create", form: true });
    if (outcome.kind === "refused") setFaults(faultsOfAll(outcome.faults, calls.length));
    if (isOver(outcome)) close();
    if (outcome.kind === "done") navigate(names.length > 1 ? "/zones" : `/zones/${(outcome.results[0] as Zone).id}`);
  };

  return (
    <Modal
      open
      onClose={close}
      title="Create a zone"
      onSubmit={() => void submit()}
      foot={
        <>
          <Button type="button" variant="secondary" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" disabled={!text.trim() || clash !== undefined}>
            Review
          </Button>
        </>
      }
    >
      <div className="space-y-4 pb-2">
        <Faults faults={elsewhere(faults, ["/name"])} />
        <TextField
          label="Name"
          mono
          autoFocus
          required
          placeholder="corp.example"
          value={text}
          onChange={(typed) => {
            setText(typed);
            setFaults([]);
          }}
          faults={faults}
          pointer="/name"
          hint={named && <Names named={named} />}
        />
        {same.length > 0 && <SameName same={same} />}
        {mayView && views.length > 0 && (
          <Picker
            label="Put it into a view"
            items={views.filter((v) => !v.declared).map((v) => ({ id: v.id, name: v.name, about: count(v.zones.length, "zone") }))}
            value={viewID}
            onChange={setViewID}
            placeholder="None yet"
          />
        )}
        {clash && (
          <p role="alert" className="text-sm text-kumo-danger">
            The view {view?.name} holds a zone {clash.name} already, and may hold one only. Choose another view, or take that zone out first.
          </p>
        )}
        <Conditions />
      </div>
    </Modal>
  );
}

/** faultsOfAll returns the errors about any of several calls as those of one form. */
function faultsOfAll(faults: Fault[], calls: number): Fault[] {
  const all = below(faults, 0);
  for (let i = 1; i < calls; i++) all.push(...below(faults, i).filter((f) => f.source));
  return all;
}

const shown = 4; // names of one network

/** Names says what will be made of what was typed. */
function Names({ named }: { named: Named }) {
  const more = named.names.length - shown;
  return (
    <>
      <span className="mono block break-all text-kumo-default">
        {named.names.slice(0, shown).map((name) => (
          <span key={name} className="block">
            {name}
          </span>
        ))}
        {more > 0 && `and ${more} more, up to ${named.names.at(-1)}`}
      </span>
      <span className="mt-1 block">{named.about}</span>
    </>
  );
}

/** SameName tells of zones that have the name already, and where they are seen. */
function SameName({ same }: { same: Same[] }) {
  return (
    <div className="rounded-lg bg-kumo-tint px-4 py-3 text-sm">
      <p>
        {same.length === 1 ? "A zone has this name" : `${same.length} zones have this name`} already. That is allowed: each view may hold one of them, so that different people
        get different answers.
      </p>
      <ul className="mt-2 list-disc space-y-0.5 pl-5">
        {same.slice(0, shown).map(({ zone, views }) => (
          <li key={zone.id}>
            <span className="mono">{zone.name}</span> with {count(zone.records, "record")}, {views.length ? `in ${views.map((v) => v.name).join(", ")}` : "in no view"}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Conditions() {
  return (
    <ul className="list-disc space-y-1 pl-5 text-sm text-kumo-subtle">
      <li>Any name will do, whoever owns it in public DNS: a domain, a name below one, or a top-level domain that does not exist.</li>
      <li>
        A bare top-level domain such as <code className="mono">local</code>, or <code className="mono">.</code> for the root.
      </li>
      <li>
        A network such as <code className="mono">10.1.0.0/16</code> or <code className="mono">2001:db8::/32</code> becomes its reverse zones.
      </li>
      <li>Several zones may have one name. A view holds only one of them.</li>
      <li>Nobody sees a zone before a view holds it, and a resolver policy leads to that view.</li>
    </ul>
  );
}
