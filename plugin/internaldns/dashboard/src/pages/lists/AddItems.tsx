import { Button, Checkbox } from "@cloudflare/kumo";
import { useDeferredValue, useMemo, useState } from "react";

import { below } from "../../api/errors";
import { useAccount } from "../../api/queries";
import type { Fault, List, ListItem } from "../../api/types";
import { AreaField } from "../../parts/Fields";
import { Modal } from "../../parts/Modal";
import { Faults } from "../../parts/States";
import { count } from "../../parts/time";
import { isOver, useReview } from "../../review/Review";
import { kindOf } from "./kinds";
import { canonical, fitting, keepLines, readLines, summary, type Line, type Wrong } from "./paste";

/** AddItems takes values that are typed or pasted, and tells of those that cannot be added. */
export function AddItems({ list, items, close }: { list: List; items: ListItem[]; close: () => void }) {
  const path = `${useAccount()}/gateway/lists/${list.id}`;
  const review = useReview();
  const [text, setText] = useState("");
  const [skip, setSkip] = useState(false);
  const [refused, setRefused] = useState<{ faults: Fault[]; sent: Line[] }>({ faults: [], sent: [] });
  const known = useMemo(() => new Set(items.map((i) => canonical(list.type, i.value))), [items, list.type]);
  const settled = useDeferredValue(text);
  const read = useMemo(() => readLines(settled, list.type, known), [settled, list.type, known]);
  const kind = kindOf(list.type);

  const submit = async () => {
    const now = readLines(text, list.type, known); // the text may be newer than what is shown
    const all = now.items.map(({ value, description }) => ({ value, ...(description && { description }) }));
    const n = fitting(all);
    const sent = now.items.slice(0, n);
    const many = count(n, "item");
    const outcome = await review({ title: `Add ${many} to ${list.name}`, calls: [{ method: "PATCH", path, body: { append: all.slice(0, n) } }], done: `${many} added`, form: true });
    setRefused({ faults: outcome.kind === "refused" ? below(outcome.faults, 0) : [], sent });
    if (!isOver(outcome)) return;
    if (n === all.length) return close();
    setText(keepLines(text, sent));
  };

  const most = fitting(read.items);
  return (
    <Modal
      open
      wide
      onClose={close}
      title={`Add items to ${list.name}`}
      onSubmit={() => void submit()}
      foot={
        <>
          <Button type="button" variant="secondary" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" disabled={!read.items.length || (read.wrong.length > 0 && !skip)}>
            Review
          </Button>
        </>
      }
    >
      <div className="space-y-4 pb-2">
        <Refused {...refused} />
        <AreaField
          label={kind.name}
          mono
          rows={10}
          value={text}
          onChange={setText}
          placeholder={`${kind.example}\n${kind.example}, why it is here`}
          hint={
            <>
              One a line; what stands behind a comma or a <code className="mono">#</code> is its description. <span role="status">{text.trim() && `${summary(read)}.`}</span>
            </>
          }
        />
        {most < read.items.length && (
          <p className="text-sm">
            One change takes {most.toLocaleString()} of these. They are added first; the others stay here for the next one.
          </p>
        )}
        {read.wrong.length > 0 && <WrongLines wrong={read.wrong} skip={skip} setSkip={setSkip} />}
      </div>
    </Modal>
  );
}

const shown = 50;

function WrongLines({ wrong, skip, setSkip }: { wrong: Wrong[]; skip: boolean; setSkip: (skip: boolean) => void }) {
  return (
    <div className="space-y-3">
      <ul aria-label="Lines that cannot be added" tabIndex={0} className="max-h-48 space-y-1 overflow-y-auto rounded-lg bg-kumo-tint px-4 py-3 text-sm outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand">
        {wrong.slice(0, shown).map((w) => (
          <li key={w.line} className="flex gap-3">
            <span className="shrink-0 text-kumo-subtle tabular-nums">line {w.line}</span>
            <span className="min-w-0 break-words">{w.text}</span>
          </li>
        ))}
        {wrong.length > shown && <li className="text-kumo-subtle">and {(wrong.length - shown).toLocaleString()} more</li>}
      </ul>
      <Checkbox label={`Leave ${wrong.length === 1 ? "this line" : "these lines"} out`} checked={skip} onCheckedChange={setSkip} />
    </div>
  );
}

/** Refused shows what the server refuses, by the lines of the text. */
function Refused({ faults, sent }: { faults: Fault[]; sent: Line[] }) {
  const told = faults.map((f) => {
    const at = /^\/append\/(\d+)/.exec(f.source?.pointer ?? "");
    const line = at && sent[Number(at[1])]?.line;
    return line ? { ...f, message: `line ${line}: ${f.message}` } : f;
  });
  return <Faults faults={told} title="This cannot be added" />;
}
