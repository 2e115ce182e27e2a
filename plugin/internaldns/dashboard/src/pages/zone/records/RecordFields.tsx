import { Button, Checkbox } from "@cloudflare/kumo";
import { useId, useState, type ReactNode } from "react";

import { elsewhere } from "../../../api/errors";
import type { Fault } from "../../../api/types";
import { ChoiceField, TextField } from "../../../parts/Fields";
import { Faults } from "../../../parts/States";
import { absolute, pointerOf, type Draft } from "./draft";
import { isListed, other, partsOf, recordTypes } from "./types";

type Props = {
  start: Draft;
  zone: string; // name of the zone
  faults: Fault[];
  submit: (draft: Draft, pointer: boolean) => void;
  cancel: () => void;
  title: string;
  beside?: ReactNode; // a button beside the others
  reverse?: (draft: Draft) => string | undefined; // the zone in which a PTR record can be added beside
};

/** RecordFields is the form of one record, with the fields of its type. */
export function RecordFields({ start, zone, faults, submit, cancel, title, beside, reverse }: Props) {
  const [draft, setDraft] = useState(start);
  const [pointer, setPointer] = useState(false);
  const set = (more: Partial<Draft>) => setDraft({ ...draft, ...more });
  const [typing, setTyping] = useState(!isListed(start.type)); // the name of a type
  const parts = partsOf(draft.type, draft.generic);
  const options = [...recordTypes.map((t) => ({ value: t.type, label: `${t.type} – ${t.about}` })), { value: other, label: "Another type" }];
  const choose = (type: string) => {
    setTyping(type === other);
    set({ type: type === other ? "" : type, generic: false });
  };
  const reverseZone = reverse?.(draft);
  return (
    <form
      className="space-y-4 p-4 sm:p-5"
      noValidate
      aria-label={title}
      onKeyDown={(e) => e.key === "Escape" && cancel()}
      onSubmit={(e) => {
        e.preventDefault();
        submit(draft, pointer && reverseZone !== undefined);
      }}
    >
      <Faults faults={elsewhere(faults, ["/type", "/name", "/ttl", "/comment", "/tags", ...parts.map(pointerOf)])} />
      <div className="grid gap-4 sm:grid-cols-12">
        <ChoiceField
          className="sm:col-span-3"
          label="Type"
          value={typing ? other : draft.type}
          onChange={choose}
          options={options}
          faults={typing ? [] : faults}
          pointer="/type"
        />
        <TextField
          className="sm:col-span-6"
          label="Name"
          mono
          autoFocus
          value={draft.name}
          onChange={(name) => set({ name })}
          placeholder="@ for the zone itself"
          faults={faults}
          pointer="/name"
          hint={<span className="mono break-all">{absolute(draft.name, zone)}</span>}
        />
        <TTLField className="sm:col-span-3" value={draft.ttl} onChange={(ttl) => set({ ttl })} faults={faults} />
        {typing && (
          <TextField
            className="sm:col-span-12"
            label="Name of the type"
            mono
            required
            value={draft.type}
            onChange={(type) => set({ type })}
            placeholder="AFSDB, TYPE65280"
            faults={faults}
            pointer="/type"
          />
        )}
        {parts.map((part) => (
          <TextField
            key={part.key}
            className={part.wide ? "sm:col-span-12" : "sm:col-span-3"}
            label={part.label}
            mono
            value={draft.parts[part.key] ?? ""}
            onChange={(text) => set({ parts: { ...draft.parts, [part.key]: text } })}
            faults={faults}
            pointer={pointerOf(part)}
            {...(part.number ? { inputMode: "numeric" as const } : {})}
            {...(part.example ? { placeholder: part.example } : {})}
            {...(part.hint ? { hint: part.hint } : {})}
          />
        ))}
        <TextField className="sm:col-span-6" label="Comment" value={draft.comment} onChange={(comment) => set({ comment })} faults={faults} pointer="/comment" />
        <TextField
          className="sm:col-span-6"
          label="Tags"
          value={draft.tags}
          onChange={(tags) => set({ tags })}
          placeholder="owner:web, site"
          faults={faults}
          pointer="/tags"
        />
      </div>
      {reverseZone && <Checkbox label={`Also add the PTR record to ${reverseZone}`} checked={pointer} onCheckedChange={setPointer} />}
      <div className="flex items-center justify-end gap-2">
        <div className="mr-auto">{beside}</div>
        <Button type="button" variant="secondary" onClick={cancel}>
          Cancel
        </Button>
        <Button type="submit" variant="primary">
          Review
        </Button>
      </div>
    </form>
  );
}

/** TTLField is a time to live: a word of a list, or whatever is typed. */
export function TTLField(props: { value: string; onChange: (text: string) => void; faults?: Fault[]; className?: string }) {
  const list = useId();
  return (
    <>
      <TextField {...props} label="TTL" pointer="/ttl" list={list} placeholder="auto, 300, 5m, 1h" />
      <datalist id={list}>
        {["auto", "1m", "5m", "30m", "1h", "12h", "1d"].map((ttl) => (
          <option key={ttl} value={ttl} />
        ))}
      </datalist>
    </>
  );
}
