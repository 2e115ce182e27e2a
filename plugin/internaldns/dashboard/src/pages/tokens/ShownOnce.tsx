import { Banner, Button, ClipboardText } from "@cloudflare/kumo";
import { CheckIcon, CopyIcon, WarningIcon } from "@phosphor-icons/react";
import { useRef, useState } from "react";

import { base } from "../../api/call";
import { Modal } from "../../parts/Modal";

type Props = { name: string; value: string; account: string; close: () => void };

/**
 * ShownOnce shows the value of a token. Nothing keeps it: once this is closed nobody can
 * see it again, so that a click beside it or Esc does not close it.
 */
export function ShownOnce({ name, value, account, close }: Props) {
  const [copied, setCopied] = useState(false);
  const [left, setLeft] = useState(false); // whether somebody tried to
  const text = useRef<HTMLElement>(null);
  const copy = async () => {
    // Browsers give pages without TLS no clipboard, but let what is selected be copied.
    if (text.current) window.getSelection()?.selectAllChildren(text.current);
    await navigator.clipboard?.writeText(value).then(() => setCopied(true));
  };
  return (
    <Modal
      open
      wide
      onClose={() => (copied ? close() : setLeft(true))}
      title={`The value of ${name}`}
      foot={
        <Button type="button" variant="primary" onClick={close}>
          I have copied it
        </Button>
      }
    >
      <div className="space-y-4 pb-2">
        <Banner
          variant="alert"
          icon={<WarningIcon weight="fill" />}
          title="Copy it now"
          description="It is shown this once. The server keeps no more than its hash, and a lost value can only be replaced. Whoever has it can do what the token may."
        />
        <div className="flex flex-wrap items-center gap-3 rounded-lg bg-kumo-tint px-4 py-3">
          <code ref={text} aria-label="Value" className="mono min-w-0 flex-1 basis-60 break-all select-all">
            {value}
          </code>
          <Button type="button" variant="secondary" icon={copied ? <CheckIcon /> : <CopyIcon />} onClick={() => void copy()}>
            {copied ? "Copied" : "Copy"}
          </Button>
        </div>
        {left && !copied && (
          <p role="alert" className="text-sm">
            Press “I have copied it” to leave: the value is gone then.
          </p>
        )}
        <div>
          <p className="mb-1.5 text-sm text-kumo-subtle">Whether it works, once it stands in a variable of a shell:</p>
          <ClipboardText text={`curl -s ${window.location.origin}${base}${account}/tokens/verify -H "Authorization: Bearer $TOKEN"`} size="sm" className="w-full" />
        </div>
      </div>
    </Modal>
  );
}
