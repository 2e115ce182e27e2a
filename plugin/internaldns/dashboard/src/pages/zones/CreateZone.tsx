import { Button } from "@cloudflare/kumo";
import { useState } from "react";
import { useLocation } from "wouter";

import { below, elsewhere } from "../../api/errors";
import { useZones } from "../../api/queries";
import { useSession } from "../../api/session";
import type { Fault, Zone } from "../../api/types";
import { TextField } from "../../parts/Fields";
import { Modal } from "../../parts/Modal";
import { Faults } from "../../parts/States";
import { isOver, useReview } from "../../review/Review";
import { nameOf } from "./names";

/** CreateZone asks for the name of a new zone, and says what it will mean. */
export function CreateZone({ close }: { close: () => void }) {
  const account = useSession().account;
  const zones = useZones().data ?? [];
  const review = useReview();
  const [, navigate] = useLocation();
  const [text, setText] = useState("");
  const [faults, setFaults] = useState<Fault[]>([]);
  const named = nameOf(text);
  const same = named ? zones.filter((z) => z.name === named.name).length : 0;

  const submit = async () => {
    // What is no name or network is for the server to refuse, in its words.
    const name = named?.name ?? text.trim();
    const body = { name, type: "internal", account: { id: account.id } };
    const outcome = await review({ title: `Create zone ${name}`, calls: [{ method: "POST", path: "/zones", body }], done: `Zone ${name} created`, apply: "Create", form: true });
    if (outcome.kind === "refused") setFaults(below(outcome.faults, 0));
    if (isOver(outcome)) close();
    if (outcome.kind === "done") navigate(`/zones/${(outcome.results[0] as Zone).id}`);
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
          <Button type="submit" variant="primary" disabled={!text.trim()}>
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
          onChange={setText}
          faults={faults}
          pointer="/name"
          hint={named && <span className="mono break-all text-kumo-default">{named.name}</span>}
        />
        {named && <p className="text-sm">{named.about}</p>}
        {same > 0 && (
          <p className="text-sm">
            There {same === 1 ? "is a zone" : `are ${same} zones`} of this name already. That is allowed: each view may hold one of them, so that different people get
            different answers.
          </p>
        )}
        <Conditions />
      </div>
    </Modal>
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
        A network such as <code className="mono">10.1.0.0/16</code> becomes its reverse zone.
      </li>
      <li>Several zones may have one name. A view holds only one of them.</li>
      <li>Nobody sees a zone before a view holds it, and a resolver policy leads to that view.</li>
    </ul>
  );
}
