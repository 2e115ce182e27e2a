import { Input } from "@cloudflare/kumo";
import { XIcon } from "@phosphor-icons/react";
import { useId, useState, type ClipboardEvent, type KeyboardEvent } from "react";

import { Choice } from "../../../parts/Fields";
import { valueOf, wordOf, type Choice as Suggested } from "./choices";
import { clean, type Condition } from "./form";
import { selectorOf, takesMany } from "./selectors";
import type { Choices } from "./useChoices";

type Props = { condition: Condition; set: (values: string[]) => void; choices: Choices; label: string; disabled: boolean };

const placeholders = { address: "192.0.2.0/24", name: "corp.example", text: "", number: "7" };

/** Values is the right side of a row: a list, one value or several. */
export function Values({ condition, set, choices, label, disabled }: Props) {
  const s = selectorOf(condition.selector);
  const value = condition.values[0] ?? "";
  if (condition.operator === "list") return <OneOf what="a list" choices={choices.lists(s)} value={value} set={set} label={label} disabled={disabled} />;
  const suggested = choices.values(s);
  if (takesMany(condition.operator)) return <Many kind={s.kind} values={condition.values} set={set} suggested={suggested} label={label} disabled={disabled} />;
  if (s.path === "dns.location") return <OneOf what="a location" choices={suggested} value={value} set={set} label={label} disabled={disabled} />;
  return <One value={value} set={set} suggested={condition.operator === "is" ? suggested : []} label={label} placeholder={placeholders[s.kind]} disabled={disabled} />;
}

type OneOfProps = { what: string; choices: Suggested[]; value: string; set: (values: string[]) => void; label: string; disabled: boolean };

function OneOf({ what, choices, value, set, label, disabled }: OneOfProps) {
  const known = value === "" || choices.some((c) => c.value === value);
  const options = [
    { value: "", label: choices.length ? `Choose ${what}` : `There is no such ${what.slice(2)}` },
    ...choices.map((c) => ({ value: c.value, label: c.label ?? c.value })),
    ...(known ? [] : [{ value, label: value }]),
  ];
  return <Choice label={label} value={value} options={options} onChange={(v) => set(v ? [v] : [])} disabled={disabled} className="w-full" />;
}

type OneProps = { value: string; set: (values: string[]) => void; suggested: Suggested[]; label: string; placeholder: string; disabled: boolean };

function One({ value, set, suggested, label, placeholder, disabled }: OneProps) {
  const id = useId();
  return (
    <>
      <Input
        aria-label={label}
        className="mono w-full"
        value={value}
        onChange={(e) => set(e.target.value ? [e.target.value] : [])}
        onBlur={() => value && set([valueOf(suggested, value.trim())])}
        list={suggested.length ? id : undefined}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
      />
      <Suggestions id={id} suggested={suggested} />
    </>
  );
}

function Suggestions({ id, suggested }: { id: string; suggested: Suggested[] }) {
  if (!suggested.length) return null;
  return (
    <datalist id={id}>
      {suggested.slice(0, 500).map((c) => (
        <option key={c.value} value={c.label ?? c.value}>
          {c.label ? c.value : undefined}
        </option>
      ))}
    </datalist>
  );
}

type ManyProps = { kind: string; values: string[]; set: (values: string[]) => void; suggested: Suggested[]; label: string; disabled: boolean };

/** Many is values that were chosen, and a field for one more. Enter takes what is typed, and so does leaving the field. */
function Many({ kind, values, set, suggested, label, disabled }: ManyProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const add = (text: string) => {
    const more = clean(kind, text).map((v) => valueOf(suggested, v));
    setTyped("");
    if (more.some((v) => !values.includes(v))) set([...new Set([...values, ...more])]);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const ends = e.key === "Enter" || (kind !== "text" && (e.key === "," || e.key === " "));
    if (ends && (typed.trim() || e.key !== "Enter")) {
      e.preventDefault(); // Enter would send the form
      add(typed);
    } else if (e.key === "Backspace" && !typed && values.length) set(values.slice(0, -1));
  };
  const onPaste = (e: ClipboardEvent) => {
    const text = e.clipboardData.getData("text");
    if (clean(kind, text).length < 2) return;
    e.preventDefault();
    add(typed + text);
  };
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-1 rounded-lg bg-kumo-control p-1 ring ring-kumo-line focus-within:ring-2 focus-within:ring-kumo-brand">
      {values.map((value) => (
        <Chip key={value} value={value} word={wordOf(suggested, value)} remove={disabled ? undefined : () => set(values.filter((v) => v !== value))} />
      ))}
      <input
        aria-label={label}
        className="mono h-7 min-w-28 flex-1 bg-transparent px-2 text-base text-kumo-default outline-none placeholder:text-kumo-placeholder disabled:opacity-60"
        value={typed}
        onChange={(e) => {
          setTyped(e.target.value);
          if (suggested.some((c) => c.label === e.target.value)) add(e.target.value); // chosen from the list
        }}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onBlur={() => add(typed)}
        list={suggested.length ? id : undefined}
        placeholder={values.length ? "" : placeholders[kind as keyof typeof placeholders]}
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
      />
      <Suggestions id={id} suggested={suggested} />
    </div>
  );
}

function Chip({ value, word, remove }: { value: string; word?: string | undefined; remove?: (() => void) | undefined }) {
  return (
    <span className="inline-flex max-w-full items-center gap-1 rounded-md bg-kumo-tint py-0.5 pr-1 pl-2 text-sm" title={value}>
      <span className={`truncate ${word ? "" : "mono"}`}>{word ?? value}</span>
      {remove && (
        <button
          type="button"
          onClick={remove}
          aria-label={`Remove ${word ?? value}`}
          className="flex size-6 items-center justify-center rounded text-kumo-subtle outline-none hover:text-kumo-default focus-visible:ring-2 focus-visible:ring-kumo-brand"
        >
          <XIcon size={12} aria-hidden />
        </button>
      )}
    </span>
  );
}
