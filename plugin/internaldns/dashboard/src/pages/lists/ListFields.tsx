import { Button } from "@cloudflare/kumo";
import { useState } from "react";

import { elsewhere } from "../../api/errors";
import type { Fault, ListKind } from "../../api/types";
import { ChoiceField, TextField } from "../../parts/Fields";
import { Modal } from "../../parts/Modal";
import { Faults } from "../../parts/States";
import { kindOf, kinds } from "./kinds";

export type ListDraft = { name: string; description: string; type: ListKind };

type Props = { title: string; start: ListDraft; fixed?: boolean; faults: Fault[]; close: () => void; submit: (draft: ListDraft) => void };

/** ListFields asks for what a list has beside its items. The type of one that there is stays. */
export function ListFields({ title, start, fixed, faults, close, submit }: Props) {
  const [draft, setDraft] = useState(start);
  const set = (more: Partial<ListDraft>) => setDraft({ ...draft, ...more });
  const kind = kindOf(draft.type);
  const ready = draft.name.trim() !== "" && (!fixed || JSON.stringify(draft) !== JSON.stringify(start));
  return (
    <Modal
      open
      onClose={close}
      title={title}
      {...(!fixed && { about: "Its items are put in on its page." })}
      onSubmit={() => submit({ ...draft, name: draft.name.trim(), description: draft.description.trim() })}
      foot={
        <>
          <Button type="button" variant="secondary" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" disabled={!ready}>
            Review
          </Button>
        </>
      }
    >
      <div className="space-y-4 pb-2">
        <Faults faults={elsewhere(faults, ["/name", "/type", "/description"])} />
        <TextField label="Name" autoFocus required value={draft.name} onChange={(name) => set({ name })} placeholder="Shops" faults={faults} pointer="/name" />
        {!fixed && (
          <ChoiceField
            label="Type"
            value={draft.type}
            onChange={(type) => set({ type })}
            options={kinds.map((k) => ({ value: k.value, label: k.name }))}
            faults={faults}
            pointer="/type"
            hint={
              <>
                {kind.about} Such as <code className="mono break-all">{kind.example}</code>. The type cannot be changed later.
              </>
            }
          />
        )}
        <TextField label="Description" value={draft.description} onChange={(description) => set({ description })} faults={faults} pointer="/description" />
      </div>
    </Modal>
  );
}
