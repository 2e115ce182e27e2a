import { Button, Checkbox } from "@cloudflare/kumo";
import { PencilSimpleIcon, TrashIcon } from "@phosphor-icons/react";
import { useState } from "react";

import { elsewhere } from "../../../api/errors";
import type { Call, DNSRecord, Fault, Zone } from "../../../api/types";
import { TextField } from "../../../parts/Fields";
import { Modal } from "../../../parts/Modal";
import { Faults } from "../../../parts/States";
import { count } from "../../../parts/time";
import { isOver, useReview } from "../../../review/Review";
import { batches, most, noEdit, patchesOf, wrongTTL, type Edit } from "./bulk";
import { TTLField } from "./RecordFields";

type Props = {
  zone: Zone;
  chosen: DNSRecord[];
  clear: () => void;
  matching: number; // of the filter
  chooseAll: () => Promise<void>; // of these
};

/** Bulk is what can be done with the records that are chosen. */
export function Bulk({ zone, chosen, clear, matching, chooseAll }: Props) {
  const review = useReview();
  const [editing, setEditing] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const many = count(chosen.length, "record");
  const remove = async () => {
    const calls = batches(zone.id, "deletes", chosen.map(({ id }) => ({ id })));
    if (!calls) return;
    const outcome = await review({ title: `Delete ${many}`, calls, done: `${many} deleted`, apply: "Delete", danger: true });
    if (isOver(outcome)) clear();
  };
  const all = async () => {
    setChoosing(true);
    await chooseAll();
    setChoosing(false);
  };
  const tooMany = chosen.length > most;
  return (
    <div role="toolbar" aria-label="Chosen records" className="mb-3 flex flex-wrap items-center gap-2 rounded-lg bg-kumo-tint px-3 py-2">
      <span className="mr-auto w-full text-sm font-medium sm:w-auto">
        {many} chosen{tooMany && `, at most ${most.toLocaleString()} can be changed at once`}
      </span>
      {matching > chosen.length && (
        <Button size="sm" variant="ghost" loading={choosing} onClick={() => void all()}>
          Choose {matching > most ? `the first ${most.toLocaleString()}` : `all ${matching.toLocaleString()}`}
        </Button>
      )}
      <Button size="sm" variant="secondary" icon={<PencilSimpleIcon />} disabled={tooMany} onClick={() => setEditing(true)}>
        Edit
      </Button>
      <Button size="sm" variant="secondary-destructive" icon={<TrashIcon />} disabled={tooMany} onClick={() => void remove()}>
        Delete
      </Button>
      <Button size="sm" variant="ghost" onClick={clear}>
        Clear
      </Button>
      {editing && (
        <EditMany
          zone={zone}
          chosen={chosen}
          close={(done) => {
            setEditing(false);
            if (done) clear();
          }}
        />
      )}
    </div>
  );
}

/** EditMany changes TTL, comment and tags of many records. */
function EditMany({ zone, chosen, close }: { zone: Zone; chosen: DNSRecord[]; close: (done: boolean) => void }) {
  const review = useReview();
  const [edit, setEdit] = useState(noEdit);
  const [faults, setFaults] = useState<Fault[]>([]);
  const set = (more: Partial<Edit>) => setEdit({ ...edit, ...more });
  const patches = patchesOf(chosen, edit);
  const calls: Call[] | undefined = batches(zone.id, "patches", patches);
  const many = count(patches.length, "record");

  const submit = async () => {
    if (!calls) return;
    const outcome = await review({ title: `Change ${many}`, calls, done: `${many} changed`, form: true });
    // Which of the records it is does not matter: the field is the same for all.
    if (outcome.kind === "refused") setFaults(outcome.faults.slice(0, 1).map(ofField));
    if (isOver(outcome)) close(true);
  };
  return (
    <Modal
      open
      onClose={() => close(false)}
      title={`Edit ${count(chosen.length, "record")}`}
      about="What is left empty stays as it is."
      onSubmit={() => void submit()}
      foot={
        <>
          <p className="mr-auto w-full self-center text-sm text-kumo-subtle sm:w-auto" role="status">
            {calls ? `${many} will be others` : "Too much for one change: choose fewer"}
          </p>
          <Button type="button" variant="secondary" onClick={() => close(false)}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" disabled={!calls || patches.length === 0 || wrongTTL(edit)}>
            Review
          </Button>
        </>
      }
    >
      <div className="space-y-4 pb-2">
        <Faults faults={elsewhere(faults, ["/ttl", "/comment", "/tags"])} />
        <TTLField value={edit.ttl} onChange={(ttl) => set({ ttl })} faults={faults} />
        <div className="space-y-2">
          <TextField label="Comment" value={edit.comment} onChange={(comment) => set({ comment })} disabled={edit.noComment} faults={faults} pointer="/comment" />
          <Checkbox label="Take the comments away" checked={edit.noComment} onCheckedChange={(noComment) => set({ noComment })} />
        </div>
        <TextField label="Add tags" value={edit.add} onChange={(add) => set({ add })} placeholder="owner:web, site" faults={faults} pointer="/tags" />
        <TextField label="Remove tags" value={edit.remove} onChange={(remove) => set({ remove })} placeholder="owner, site:berlin" hint="By name, or by name and value." />
      </div>
    </Modal>
  );
}

/** ofField has an error about a member of one of many records be about that of the form. */
function ofField(fault: Fault): Fault {
  const member = fault.source?.pointer.match(/\/(ttl|comment|tags)(\/\d+)?$/)?.[1];
  return { ...fault, source: member ? { pointer: `/${member}` } : null };
}
