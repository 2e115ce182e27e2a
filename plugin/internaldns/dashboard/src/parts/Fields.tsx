import { Input } from "@cloudflare/kumo";
import { useId, type ReactNode } from "react";

import { at } from "../api/errors";
import type { Fault } from "../api/types";
import { FaultText } from "./States";

type Common = { label: string; hint?: ReactNode; faults?: Fault[]; pointer?: string; className?: string };

/** Field is the frame of what is typed or chosen: label, hint, and the errors at its pointer. */
export function Field({ label, hint, faults = [], pointer, className, id, children }: Common & { id?: string; children: ReactNode }) {
  const wrong = pointer === undefined ? undefined : at(faults, pointer);
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      {children}
      {hint && <div className="mt-1.5 text-sm text-kumo-subtle">{hint}</div>}
      {wrong && (
        <div role="alert" className="mt-1.5 text-sm text-kumo-danger" id={id && `${id}-wrong`}>
          <FaultText message={wrong} />
        </div>
      )}
    </div>
  );
}

type TextProps = Common & {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  mono?: boolean;
  required?: boolean;
  autoFocus?: boolean;
  disabled?: boolean;
  inputMode?: "numeric" | "text";
  list?: string;
};

/** TextField is a line of text. */
export function TextField({ value, onChange, mono, inputMode, autoFocus, required, disabled, placeholder, list, ...common }: TextProps) {
  const id = useId();
  const wrong = common.pointer !== undefined && at(common.faults ?? [], common.pointer) !== undefined;
  return (
    <Field {...common} id={id}>
      <Input
        id={id}
        aria-label={common.label}
        className={`w-full ${wrong ? "ring-kumo-danger" : ""} ${mono ? "mono" : ""}`}
        value={value}
        onChange={(e) => onChange(e.target.value)}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        aria-required={required}
        autoComplete="off"
        spellCheck={false}
        autoFocus={autoFocus}
        disabled={disabled}
        placeholder={placeholder}
        inputMode={inputMode}
        list={list}
      />
    </Field>
  );
}

/** AreaField is text of several lines. */
export function AreaField({ value, onChange, mono, rows = 4, placeholder, disabled, ...common }: TextProps & { rows?: number }) {
  const id = useId();
  const wrong = common.pointer !== undefined && at(common.faults ?? [], common.pointer) !== undefined;
  return (
    <Field {...common} id={id}>
      <textarea
        id={id}
        className={`w-full rounded-lg bg-kumo-control px-3 py-2 text-base text-kumo-default ring outline-none placeholder:text-kumo-placeholder focus-visible:ring-2 disabled:opacity-60 ${wrong ? "ring-kumo-danger" : "ring-kumo-line focus-visible:ring-kumo-brand"} ${mono ? "mono" : ""}`}
        value={value}
        onChange={(e) => onChange(e.target.value)}
        rows={rows}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        spellCheck={false}
        placeholder={placeholder}
        disabled={disabled}
      />
    </Field>
  );
}

type ChoiceProps<V extends string> = Common & {
  value: V;
  onChange: (value: V) => void;
  options: { value: V; label: string }[];
  disabled?: boolean;
};

/** ChoiceField is one of few. The browser's own list serves phones and keyboards best. */
export function ChoiceField<V extends string>({ value, onChange, options, disabled, ...common }: ChoiceProps<V>) {
  const id = useId();
  return (
    <Field {...common} id={id}>
      <Choice id={id} value={value} onChange={onChange} options={options} disabled={disabled} className="w-full" />
    </Field>
  );
}

/** Choice is ChoiceField without its frame, for bars of filters. */
export function Choice<V extends string>(props: {
  id?: string;
  label?: string;
  value: V;
  onChange: (value: V) => void;
  options: { value: V; label: string }[];
  disabled?: boolean | undefined;
  className?: string;
}) {
  return (
    <select
      id={props.id}
      aria-label={props.label}
      value={props.value}
      disabled={props.disabled}
      onChange={(e) => props.onChange(e.target.value as V)}
      className={`h-9 rounded-lg bg-kumo-control px-3 text-base text-kumo-default ring ring-kumo-line outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand disabled:opacity-60 ${props.className ?? ""}`}
    >
      {props.options.map((o) => (
        <option key={o.value} value={o.value}>
          {o.label}
        </option>
      ))}
    </select>
  );
}
