import { Button, Input, Switch } from "@cloudflare/kumo";
import { PlusIcon } from "@phosphor-icons/react";
import { useId } from "react";

import { at } from "../../api/errors";
import type { Fault } from "../../api/types";
import { AreaField, Field, TextField } from "../../parts/Fields";
import { Card, Section } from "../../parts/Page";
import { FaultText } from "../../parts/States";
import { inDays, pointers, type TokenDraft } from "./draft";
import { GrantFields } from "./GrantFields";
import { newGrant, type Grant, type Kind } from "./rights";
import type { Named } from "./useNamed";

type Props = {
  draft: TokenDraft;
  set: (more: Partial<TokenDraft>) => void;
  faults: Fault[];
  kinds: Kind[];
  named: Named;
  made: boolean;
  disabled: boolean;
};

/** TokenFields are the fields of a token. */
export function TokenFields({ draft, set, faults, kinds, named, made, disabled }: Props) {
  const put = (i: number, next: Grant) => set({ grants: draft.grants.map((g, n) => (n === i ? next : g)) });
  const wrong = at(faults, "/policies");
  return (
    <>
      <Section title="Name">
        <Card className="space-y-4 p-5">
          <TextField label="Name" className="max-w-md" required autoFocus={!made} value={draft.name} onChange={(name) => set({ name })} placeholder="Terraform of the network team" faults={faults} pointer="/name" />
          {made && <Switch label="The token can be used" checked={draft.enabled} onCheckedChange={(enabled) => set({ enabled })} disabled={disabled} />}
        </Card>
      </Section>
      <Section title="What it may do" about="Writing includes reading. What a policy denies none of the others allows.">
        <div className="space-y-4">
          {wrong && (
            <div role="alert" className="text-sm text-kumo-danger">
              <FaultText message={wrong} />
            </div>
          )}
          {draft.grants.map((grant, i) => (
            <GrantFields
              key={grant.key}
              number={i + 1}
              grant={grant}
              set={(next) => put(i, next)}
              remove={draft.grants.length > 1 ? () => set({ grants: draft.grants.filter((_, n) => n !== i) }) : undefined}
              kinds={kinds}
              named={named}
              disabled={disabled}
            />
          ))}
          {!disabled && (
            <Button type="button" variant="secondary" icon={<PlusIcon />} onClick={() => set({ grants: [...draft.grants, newGrant()] })}>
              Add a policy
            </Button>
          )}
        </div>
      </Section>
      <When draft={draft} set={set} faults={faults} disabled={disabled} />
      <Section title="From where" about="Addresses and networks that calls have to come from. Without any the token works from everywhere.">
        <Card className="grid gap-5 p-5 md:grid-cols-2">
          <AreaField label="Only from" mono rows={3} value={draft.from} onChange={(from) => set({ from })} placeholder="192.0.2.0/24" faults={faults} pointer={pointers.from} />
          <AreaField label="Never from" mono rows={3} value={draft.notFrom} onChange={(notFrom) => set({ notFrom })} placeholder="192.0.2.7" faults={faults} pointer={pointers.notFrom} />
        </Card>
      </Section>
    </>
  );
}

const spans = [
  { days: 30, label: "30 days" },
  { days: 90, label: "90 days" },
  { days: 365, label: "A year" },
];

function When({ draft, set, faults, disabled }: Pick<Props, "draft" | "set" | "faults" | "disabled">) {
  return (
    <Section title="When" about={`Times of ${Intl.DateTimeFormat().resolvedOptions().timeZone}. A token that expires limits what a lost one can do.`}>
      <Card className="grid gap-5 p-5 md:grid-cols-2">
        <div className="space-y-2">
          <TimeField label="Expires" value={draft.expires} onChange={(expires) => set({ expires })} faults={faults} pointer="/expires_on" />
          {!disabled && (
            <div className="flex flex-wrap gap-1.5">
              {spans.map((s) => (
                <Button key={s.days} type="button" size="sm" variant="secondary" onClick={() => set({ expires: inDays(s.days) })}>
                  {s.label}
                </Button>
              ))}
              <Button type="button" size="sm" variant="secondary" disabled={!draft.expires} onClick={() => set({ expires: "" })}>
                Never
              </Button>
            </div>
          )}
        </div>
        <TimeField label="Not before" value={draft.notBefore} onChange={(notBefore) => set({ notBefore })} faults={faults} pointer="/not_before" />
      </Card>
    </Section>
  );
}

type TimeProps = { label: string; value: string; onChange: (value: string) => void; faults: Fault[]; pointer: string };

function TimeField({ label, value, onChange, faults, pointer }: TimeProps) {
  const id = useId();
  return (
    <Field label={label} id={id} faults={faults} pointer={pointer}>
      <Input id={id} type="datetime-local" aria-label={label} className="w-full max-w-64" value={value} onChange={(e) => onChange(e.target.value)} />
    </Field>
  );
}
