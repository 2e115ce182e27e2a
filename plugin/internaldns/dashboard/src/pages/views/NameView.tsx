import { Button } from "@cloudflare/kumo";
import { useState } from "react";

import { elsewhere } from "../../api/errors";
import type { Fault } from "../../api/types";
import { TextField } from "../../parts/Fields";
import { Modal } from "../../parts/Modal";
import { Faults } from "../../parts/States";

type Props = { title: string; about?: string; start: string; faults: Fault[]; close: () => void; submit: (name: string) => void };

/** NameView asks for the name of a view. */
export function NameView({ title, about, start, faults, close, submit }: Props) {
  const [name, setName] = useState(start);
  return (
    <Modal
      open
      onClose={close}
      title={title}
      about={about}
      onSubmit={() => submit(name.trim())}
      foot={
        <>
          <Button type="button" variant="secondary" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" disabled={!name.trim() || name.trim() === start}>
            Review
          </Button>
        </>
      }
    >
      <div className="space-y-4 pb-2">
        <Faults faults={elsewhere(faults, ["/name"])} />
        <TextField label="Name" autoFocus required value={name} onChange={setName} placeholder="london" faults={faults} pointer="/name" />
      </div>
    </Modal>
  );
}
