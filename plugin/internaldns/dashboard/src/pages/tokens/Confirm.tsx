import { Banner, Button } from "@cloudflare/kumo";
import { WarningIcon } from "@phosphor-icons/react";
import { useRef, useState, type ReactNode } from "react";

import { faultsOf } from "../../api/errors";
import type { Fault } from "../../api/types";
import { Modal } from "../../parts/Modal";
import { Faults } from "../../parts/States";

type Props = {
  title: string;
  apply: string;
  danger?: boolean;
  warning?: string;
  run: () => Promise<void>; // makes the call, and closes
  refused?: (faults: Fault[]) => boolean; // whether a form shows what was refused
  close: () => void;
  children: ReactNode;
};

/**
 * Confirm asks before a call about a token. Writes go through useReview otherwise, but
 * these the API makes alone: they can be no part of a preview or of a change of several
 * calls, since the value of a token is answered once. No answer of DNS depends on them.
 */
export function Confirm({ title, apply, danger, warning, run, refused, close, children }: Props) {
  const [making, setMaking] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const button = useRef<HTMLButtonElement>(null);
  const make = async () => {
    setMaking(true);
    setFaults([]);
    try {
      await run();
    } catch (error) {
      setMaking(false);
      if (!refused?.(faultsOf(error))) setFaults(faultsOf(error));
    }
  };
  return (
    <Modal
      open
      wide
      onClose={close}
      title={title}
      about="What this changes, before it is done."
      foot={
        <>
          <Button type="button" variant="secondary" onClick={close}>
            Cancel
          </Button>
          <Button type="button" ref={button} autoFocus variant={danger ? "destructive" : "primary"} loading={making} onClick={() => void make()}>
            {apply}
          </Button>
        </>
      }
    >
      <div className="space-y-4 pb-2">
        <Faults faults={faults} title="This was not done" />
        {warning && <Banner variant="alert" size="sm" icon={<WarningIcon weight="fill" />} description={warning} />}
        {children}
      </div>
    </Modal>
  );
}
