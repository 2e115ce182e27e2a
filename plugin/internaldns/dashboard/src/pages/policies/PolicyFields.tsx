import { Checkbox, Radio, Switch } from "@cloudflare/kumo";
import { useMemo } from "react";

import { useViews } from "../../api/queries";
import type { Fault } from "../../api/types";
import { AreaField, Field, TextField } from "../../parts/Fields";
import { Card, Section } from "../../parts/Page";
import { Picker } from "../../parts/Picker";
import { usePending } from "../../review/collected";
import { settingsPointers, triggers, type Action, type PolicyDraft } from "./draft";
import { ExpressionField } from "./ExpressionField";
import { Selectors } from "./Selectors";
import { TimesFields } from "./TimesFields";

type Set = (more: Partial<PolicyDraft>) => void;
type Props = { draft: PolicyDraft; set: Set; faults: Fault[]; check: { busy: boolean; checked: boolean }; disabled: boolean };

/** PolicyFields are the fields of a resolver policy, in the order of the guide. */
export function PolicyFields({ draft, set, faults, check, disabled }: Props) {
  return (
    <>
      <Section title="Name">
        <Card className="grid gap-4 p-5 sm:grid-cols-2">
          <TextField label="Name" required value={draft.name} onChange={(name) => set({ name })} placeholder="London office" faults={faults} pointer="/name" />
          <TextField label="Description" value={draft.description} onChange={(description) => set({ description })} faults={faults} pointer="/description" />
          <Switch label="The policy is on" checked={draft.enabled} onCheckedChange={(enabled) => set({ enabled })} disabled={disabled} />
        </Card>
      </Section>
      <Section title="Whose queries" about="Both must be true. One that is empty is true for every query.">
        <Card className="space-y-6 p-5">
          {(["traffic", "identity"] as const).map((of) => (
            <ExpressionField key={of} of={of} text={draft[of]} set={(text) => set({ [of]: text })} faults={faults} check={check} disabled={disabled} />
          ))}
          <Selectors />
        </Card>
      </Section>
      <Section title="Where they are answered">
        <Card className="space-y-5 p-5">
          <Radio.Group legend="Resolve with" value={draft.action} onValueChange={(action) => set({ action: action as Action })} disabled={disabled}>
            <Radio.Item value="view" label="Use Internal DNS: a view" />
            <Radio.Item value="resolvers" label="Custom resolvers" />
            <Radio.Item value="public" label="Public DNS" />
          </Radio.Group>
          {draft.action === "view" && <ViewFields draft={draft} set={set} faults={faults} disabled={disabled} />}
          {draft.action === "resolvers" && (
            <AreaField
              label="Resolvers"
              mono
              rows={3}
              className="max-w-md"
              value={draft.resolvers}
              onChange={(resolvers) => set({ resolvers })}
              placeholder={"192.0.2.53\n[2001:db8::53]:5353"}
              hint="One a line, with a port if it is not 53. Up to ten of IPv4 and ten of IPv6."
              faults={faults}
              pointer={settingsPointers.resolvers}
            />
          )}
        </Card>
      </Section>
      <Section title="When">
        <Card className="p-5">
          <TimesFields times={draft.times} set={(times) => set({ times })} faults={faults} disabled={disabled} />
        </Card>
      </Section>
    </>
  );
}

function ViewFields({ draft, set, faults, disabled }: Omit<Props, "check">) {
  const views = useViews().data;
  const pending = usePending("views");
  const items = useMemo(() => [...(views ?? []).map((v) => ({ id: v.id, name: v.name, about: `${v.zones.length} zones` })), ...pending.map((v) => ({ ...v, about: "of the change set" }))], [views, pending]);
  return (
    <>
      <Picker
        label="View"
        className="max-w-md"
        items={items}
        value={draft.view}
        onChange={(view) => set({ view })}
        placeholder="Choose a view"
        faults={faults}
        pointer={settingsPointers.view}
        disabled={disabled}
      />
      <div>
        <Switch label="Fallback through public DNS" checked={draft.fallback} onCheckedChange={(fallback) => set({ fallback })} disabled={disabled} />
        <p className="mt-1.5 text-sm text-kumo-subtle">
          {draft.fallback ? "What the view cannot answer is asked of public DNS." : "What the view cannot answer is denied."}
        </p>
      </div>
      {draft.fallback && (
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label="Falls back when" faults={faults} pointer={settingsPointers.triggers}>
            <div className="flex flex-col items-start gap-2">
              {triggers.map((t) => (
                <Checkbox
                  key={t.value}
                  label={t.label}
                  checked={draft.triggers.includes(t.value)}
                  onCheckedChange={(on) => set({ triggers: on ? [...draft.triggers, t.value] : draft.triggers.filter((x) => x !== t.value) })}
                  disabled={disabled}
                />
              ))}
            </div>
          </Field>
          <AreaField
            label="Private names"
            mono
            rows={4}
            value={draft.privateNames}
            onChange={(privateNames) => set({ privateNames })}
            placeholder={"corp.example\nspecial"}
            hint={
              <>
                Never asked of public DNS, nor is what is below them. <code className="mono">special</code> stands for names such as local, internal, and reverse
                names of private addresses.
              </>
            }
            faults={faults}
            pointer={settingsPointers.privateNames}
          />
          <Checkbox
            className="sm:col-span-2"
            label="A public alias that leads to a name of the view is answered from there"
            checked={draft.reenter}
            onCheckedChange={(reenter) => set({ reenter })}
            disabled={disabled}
          />
        </div>
      )}
    </>
  );
}
