import { Button } from "@cloudflare/kumo";
import { ArrowCounterClockwiseIcon } from "@phosphor-icons/react";
import { useState } from "react";
import { useLocation } from "wouter";

import { call } from "../../api/call";
import { faultsOf, guarded } from "../../api/errors";
import { useAccount, useChange } from "../../api/queries";
import { useSession } from "../../api/session";
import type { Change as ChangeObject, Fault } from "../../api/types";
import { Modal } from "../../parts/Modal";
import { Page } from "../../parts/Page";
import { Faults, Loaded } from "../../parts/States";
import { count, exactly } from "../../parts/time";
import { Objects } from "../../review/Objects";
import { useTell } from "../../shell/Toasts";
import { mayUndo } from "./rights";
import { callWords } from "./words";

/** Change is the page of one change: its objects before and after, and the way back. */
export default function Change({ revision }: { revision: number }) {
  const query = useChange(revision);
  const change = query.data;
  const may = mayUndo(change?.objects ?? [], useSession().permissions);
  return (
    <Page
      title={change ? callWords(change.method, change.path) : `Change ${revision}`}
      within={{ href: "/history", name: "History" }}
      {...(change && { about: <By change={change} />, ...(may && { actions: <Revert change={change} /> }) })}
    >
      <Loaded query={query}>
        {(found) => (
          <>
            <h2 className="mb-3 text-base font-semibold">{count(found.object_count ?? 0, "object")}</h2>
            <Objects objects={found.objects ?? []} total={found.object_count ?? 0} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function By({ change }: { change: ChangeObject }) {
  return (
    <>
      Change {change.revision}, {exactly(change.time)}, by {change.token_name ?? "the server itself"}
      {change.address && ` from ${change.address}`}
      <code className="mono mt-1 block break-all">
        {change.method} {change.path}
      </code>
    </>
  );
}

/** Revert undoes the change, after it was said what that does: the objects above, turned around. */
function Revert({ change }: { change: ChangeObject }) {
  const path = `${useAccount()}/internal_dns/changes/${change.revision}/revert`;
  const tell = useTell();
  const [, navigate] = useLocation();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const force = guarded(faults);
  const revert = async () => {
    setBusy(true);
    try {
      const { revision } = await call("POST", path, { query: force ? { force } : {} });
      tell.made(`Change ${change.revision} undone`, revision);
      navigate("/history");
    } catch (error) {
      setFaults(faultsOf(error));
      setBusy(false);
    }
  };
  const back = (change.objects ?? []).map((o) => ({ ...o, before: o.after, after: o.before }));
  return (
    <>
      <Button variant="secondary" icon={<ArrowCounterClockwiseIcon />} onClick={() => setOpen(true)}>
        Undo this change
      </Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        wide
        title={`Undo change ${change.revision}`}
        about="A change of its own, which can be undone again."
        foot={
          <>
            <Button variant="secondary" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button variant={force ? "destructive" : "primary"} loading={busy} onClick={() => void revert()}>
              {force ? "Undo all the same" : "Undo"}
            </Button>
          </>
        }
      >
        <div className="space-y-4 pb-2">
          <Faults faults={faults} title="This was not undone" />
          <Objects objects={back} total={change.object_count ?? 0} />
        </div>
      </Modal>
    </>
  );
}
