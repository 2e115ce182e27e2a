import { useEffect, useRef, useState, type ReactNode } from "react";

import { useTell } from "../shell/Toasts";
import { toClipboard } from "./clipboard";
import { Modal } from "./Modal";

/**
 * useCopy returns a function that copies a text and tells so, and what is to be shown
 * beside: the text itself, selected, should the browser not let it be copied.
 */
export function useCopy(): { copy: (what: string, text: Promise<string>) => Promise<void>; shown: ReactNode } {
  const tell = useTell();
  const [left, setLeft] = useState<{ what: string; text: string }>();
  const copy = async (what: string, text: Promise<string>) => {
    try {
      const copied = await toClipboard(text);
      const loaded = await text;
      if (copied) tell.note(`${what} copied`);
      else setLeft({ what, text: loaded });
    } catch (error) {
      tell.failed(`${what} could not be copied`, error);
    }
  };
  return { copy, shown: left && <ToCopy {...left} close={() => setLeft(undefined)} /> };
}

function ToCopy({ what, text, close }: { what: string; text: string; close: () => void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => area.current?.select()); // after the dialog has moved the focus
    return () => clearTimeout(timer);
  }, []);
  return (
    <Modal open wide onClose={close} title={what} about="The browser does not let this page copy. The text is selected: press Ctrl+C, or ⌘C.">
      <textarea
        ref={area}
        readOnly
        aria-label={what}
        value={text}
        rows={Math.min(20, text.split("\n").length + 1)}
        className="mono mb-4 w-full rounded-lg bg-kumo-control px-3 py-2 text-kumo-default ring ring-kumo-line outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand"
      />
    </Modal>
  );
}
