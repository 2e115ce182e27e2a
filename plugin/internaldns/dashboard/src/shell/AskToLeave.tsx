import { Button } from "@cloudflare/kumo";

import { Modal } from "../parts/Modal";
import { count } from "../parts/time";
import { leave } from "./leaving";

/** AskToLeave says that signing out discards the change set. */
export default function AskToLeave({ edits, close }: { edits: number; close: () => void }) {
  return (
    <Modal
      open
      onClose={close}
      title="Sign out?"
      about={`The change set holds ${count(edits, "edit")}, which would be discarded.`}
      foot={
        <>
          <Button variant="secondary" onClick={close}>
            Stay
          </Button>
          <Button variant="destructive" onClick={() => void leave()}>
            Discard and sign out
          </Button>
        </>
      }
    >
      {null}
    </Modal>
  );
}
