import { Badge, Button } from "@cloudflare/kumo";
import { TrashIcon, XIcon } from "@phosphor-icons/react";
import { useId, type ReactNode } from "react";

import { useSession } from "../../api/session";
import { Choice, ChoiceField, TextField } from "../../parts/Fields";
import { Card } from "../../parts/Page";
import { Picker, type Choosable } from "../../parts/Picker";
import { kindsFor, missing, narrowed, ofZones, scopes, type Grant, type Kind, type Level, type Scope } from "./rights";
import type { Named } from "./useNamed";

type Props = {
  number: number;
  grant: Grant;
  set: (next: Grant) => void;
  remove: (() => void) | undefined;
  kinds: Kind[];
  named: Named;
  disabled: boolean;
};

/** GrantFields are the fields of one policy: what it is about, and what is allowed there. */
export function GrantFields({ number, grant, set, remove, kinds, named, disabled }: Props) {
  const title = useId();
  const change = (more: Partial<Grant>) => set(narrowed(grant, more, kinds));
  const lacks = missing(grant);
  return (
    <Card className="p-5">
      <div role="group" aria-labelledby={title} className="space-y-4">
        <div className="flex items-center justify-between gap-3">
          <h3 id={title} className="flex items-center gap-2 text-sm font-semibold">
            Policy {number} {grant.deny && <Badge variant="error">denies</Badge>}
          </h3>
          {remove && !disabled && <Button type="button" variant="ghost" shape="square" size="sm" icon={<TrashIcon />} aria-label={`Remove policy ${number}`} onClick={remove} />}
        </div>
        <div className="grid gap-4 sm:grid-cols-[8rem_1fr]">
          <ChoiceField
            label="Effect"
            value={grant.deny ? "deny" : "allow"}
            onChange={(effect) => set({ ...grant, deny: effect === "deny" })}
            options={[
              { value: "allow", label: "Allow" },
              { value: "deny", label: "Deny" },
            ]}
            disabled={disabled}
          />
          <ScopeField grant={grant} change={change} disabled={disabled} />
        </div>
        <Resources grant={grant} change={change} named={named} disabled={disabled} />
        <Levels grant={grant} set={set} kinds={kindsFor(grant.scope, kinds)} disabled={disabled} />
        {lacks && !disabled && <p className="text-sm text-kumo-subtle">{lacks}</p>}
      </div>
    </Card>
  );
}

type Change = (more: Partial<Grant>) => void;

function ScopeField({ grant, change, disabled }: { grant: Grant; change: Change; disabled: boolean }) {
  const options = scopes.map(({ value, label, about }) => ({ value, label: about ? `${label}: ${about}` : label }));
  return (
    <ChoiceField<Scope>
      label="About"
      value={grant.scope}
      onChange={(scope) => change({ scope, ids: [], suffix: "", types: "" })}
      options={grant.scope === "other" ? [...options, { value: "other", label: "Resources as the API has them" }] : options}
      disabled={disabled}
    />
  );
}

/** Resources are the objects that a policy is about, and which of their records. */
function Resources({ grant, change, named, disabled }: { grant: Grant; change: Change; named: Named; disabled: boolean }) {
  if (grant.scope === "other") {
    return <pre className="mono overflow-x-auto rounded-lg bg-kumo-tint px-3 py-2 whitespace-pre-wrap">{JSON.stringify(grant.kept, undefined, 2)}</pre>;
  }
  const items = named.by[grant.scope];
  return (
    <>
      {items && <Several items={items} ids={grant.ids} change={(ids) => change({ ids })} scope={grant.scope} disabled={disabled} />}
      {ofZones(grant.scope) && (
        <details className="text-sm" open={Boolean(grant.suffix || grant.types)}>
          <summary className="w-fit cursor-pointer rounded text-kumo-link outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand">Only some of the records</summary>
          <div className="mt-3 grid gap-4 sm:grid-cols-2">
            <TextField label="Names that end with" mono value={grant.suffix} onChange={(suffix) => change({ suffix })} placeholder="build.corp.example" />
            <TextField label="Types" mono value={grant.types} onChange={(types) => change({ types })} placeholder="A, AAAA, TXT" />
          </div>
        </details>
      )}
    </>
  );
}

const nouns: Partial<Record<Scope, string>> = { zone: "zone", view: "view", rule: "resolver policy", list: "list", location: "location" };

type SeveralProps = { items: Choosable[]; ids: string[]; change: (ids: string[]) => void; scope: Scope; disabled: boolean };

/** Several picks objects one by one. */
function Several({ items, ids, change, scope, disabled }: SeveralProps) {
  const name = (id: string) => items.find((i) => i.id === id)?.name ?? id;
  const noun = nouns[scope] ?? "";
  return (
    <div className="space-y-2">
      {ids.length > 0 && (
        <ul aria-label="Chosen" className="flex flex-wrap gap-1.5">
          {ids.map((id) => (
            <li key={id} className="flex max-w-full items-center gap-1 rounded-md bg-kumo-tint py-0.5 pr-0.5 pl-2.5 text-sm">
              <span className="truncate">{name(id)}</span>
              {disabled ? (
                <span className="w-1.5" />
              ) : (
                <Button type="button" variant="ghost" shape="square" size="xs" icon={<XIcon />} aria-label={`Take ${name(id)} out`} onClick={() => change(ids.filter((x) => x !== id))} />
              )}
            </li>
          ))}
        </ul>
      )}
      {!disabled && (
        <Picker
          key={ids.length} // empty again after each choice
          label={`Add a ${noun}`}
          className="max-w-md"
          items={items.filter((i) => !ids.includes(i.id))}
          value=""
          onChange={(id) => id && change([...ids, id])}
          placeholder={`Choose a ${noun}`}
        />
      )}
    </div>
  );
}

const levels: { value: Level; label: string }[] = [
  { value: "none", label: "None" },
  { value: "read", label: "Read" },
  { value: "write", label: "Write" },
];

/** Levels is the table of what may be read and written. Who makes a token can give no more than they have. */
function Levels({ grant, set, kinds, disabled }: { grant: Grant; set: (next: Grant) => void; kinds: Kind[]; disabled: boolean }) {
  const { permissions } = useSession();
  const of = (kind: Kind) => grant.levels[kind.name] ?? "none";
  const can = (kind: Kind, level: Level) => {
    const group = level === "read" ? kind.read : kind.write;
    return level === "none" || grant.deny || (group && permissions.includes(group.name));
  };
  const all = (level: Level) => set({ ...grant, levels: Object.fromEntries(kinds.filter((k) => can(k, level)).map((k) => [k.name, level])) });
  const same = levels.find((l) => kinds.every((k) => of(k) === l.value))?.value ?? "";
  return (
    <div className="overflow-hidden rounded-lg ring ring-kumo-hairline">
      {kinds.length > 1 && (
        <Row name="Everything below" strong>
          <Choice<Level | "">
            label="Everything below"
            value={same}
            onChange={(level) => level && all(level)}
            options={[...(same ? [] : [{ value: "" as const, label: "Mixed" }]), ...levels]}
            disabled={disabled}
            className="w-28"
          />
        </Row>
      )}
      {kinds.map((kind) => (
        <Row key={kind.name} name={kind.name}>
          <span role="radiogroup" aria-label={kind.name} className="flex">
            {levels.map((level) => (
              <LevelRadio
                key={level.value}
                group={`${grant.key}-${kind.name}`}
                label={level.label}
                checked={of(kind) === level.value}
                disabled={disabled || !can(kind, level.value)}
                choose={() => set({ ...grant, levels: { ...grant.levels, [kind.name]: level.value } })}
              />
            ))}
          </span>
        </Row>
      ))}
    </div>
  );
}

function Row({ name, strong, children }: { name: string; strong?: boolean; children: ReactNode }) {
  return (
    <div className={`flex min-h-11 flex-wrap items-center justify-between gap-x-4 border-b border-kumo-hairline px-4 py-1 text-sm last:border-0 ${strong ? "bg-kumo-elevated font-medium" : ""}`}>
      <span className="max-sm:basis-full">{name}</span>
      {children}
    </div>
  );
}

type RadioProps = { group: string; label: string; checked: boolean; disabled: boolean; choose: () => void };

function LevelRadio({ group, label, checked, disabled, choose }: RadioProps) {
  return (
    <label className={`flex w-20 items-center gap-2 py-1.5 ${disabled ? "opacity-60" : "cursor-pointer"}`}>
      <input type="radio" name={group} checked={checked} disabled={disabled} onChange={choose} className="size-4 accent-kumo-brand outline-offset-2 focus-visible:outline-2 focus-visible:outline-kumo-brand" />
      {label}
    </label>
  );
}
