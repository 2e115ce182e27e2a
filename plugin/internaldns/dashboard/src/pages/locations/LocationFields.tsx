import { Checkbox, Switch } from "@cloudflare/kumo";

import { at } from "../../api/errors";
import type { Fault } from "../../api/types";
import { AreaField, ChoiceField, TextField } from "../../parts/Fields";
import { Card, Section } from "../../parts/Page";
import { FaultText } from "../../parts/States";
import { pointers, type LocationDraft, type TTLMode } from "./draft";

type Props = { draft: LocationDraft; set: (more: Partial<LocationDraft>) => void; faults: Fault[]; made: boolean; disabled: boolean };

const modes: { value: TTLMode; label: string }[] = [
  { value: "inherit", label: "As the account’s settings say" },
  { value: "override", label: "At most" },
  { value: "disabled", label: "As long as records say" },
];

/** LocationFields are the fields of a location. */
export function LocationFields({ draft, set, faults, made, disabled }: Props) {
  return (
    <>
      <Section title="Name">
        <Card className="space-y-4 p-5">
          <TextField
            label="Name"
            className="max-w-md"
            required
            autoFocus={!made}
            value={draft.name}
            onChange={(name) => set({ name })}
            placeholder="London"
            hint="Policies ask for it: a change of it changes what they match."
            faults={faults}
            pointer={pointers.name}
          />
          <div>
            <Switch label="Clients in no other location are here" checked={draft.fallback} onCheckedChange={(fallback) => set({ fallback })} disabled={disabled} />
            <p className="mt-1.5 text-sm text-kumo-subtle">One location may be this default. Another one that is ceases to be.</p>
            <Wrong faults={faults} pointer={pointers.fallback} />
          </div>
        </Card>
      </Section>
      <Section title="Which clients are here" about="The subdomain counts before networks. Of networks that hold an address, the smallest counts.">
        <Card className="grid gap-5 p-5 md:grid-cols-2">
          <div className="space-y-3">
            <AreaField
              label="Networks"
              mono
              rows={5}
              value={draft.networks}
              onChange={(networks) => set({ networks })}
              placeholder={"192.0.2.0/24\n2001:db8::/32"}
              hint="Addresses and networks of clients, one a line."
              faults={faults}
              pointer={pointers.networks}
            />
            <div className="flex flex-wrap gap-x-6 gap-y-2">
              <Checkbox label="IPv4 networks count" checked={draft.ipv4} onCheckedChange={(ipv4) => set({ ipv4 })} disabled={disabled} />
              <Checkbox label="IPv6 networks count" checked={draft.ipv6} onCheckedChange={(ipv6) => set({ ipv6 })} disabled={disabled} />
            </div>
          </div>
          <TextField
            label="Subdomain"
            mono
            value={draft.subdomain}
            onChange={(subdomain) => set({ subdomain })}
            placeholder={made ? "" : "made up, if none is given"}
            hint="The first label of the host name that clients reach this server by over HTTPS, TLS or QUIC, as in london.dns.corp.example."
            faults={faults}
            pointer={pointers.subdomain}
          />
        </Card>
      </Section>
      <Reaching draft={draft} set={set} faults={faults} disabled={disabled} />
      <Lifetime draft={draft} set={set} faults={faults} disabled={disabled} />
    </>
  );
}

type Part = Omit<Props, "made">;

/** Reaching says from where the subdomain may be used. */
function Reaching({ draft, set, faults, disabled }: Part) {
  return (
    <Section title="Who may use the subdomain" about="Who comes by it from elsewhere is not here. Without networks all may; what either allows is allowed for both.">
      <Card className="grid gap-5 p-5 md:grid-cols-2">
        <div className="space-y-3">
          <Checkbox label="DNS over HTTPS" checked={draft.doh} onCheckedChange={(doh) => set({ doh })} disabled={disabled} />
          <AreaField
            label="Networks that may use it over HTTPS"
            mono
            rows={3}
            value={draft.dohNetworks}
            onChange={(dohNetworks) => set({ dohNetworks })}
            placeholder="all"
            disabled={!draft.doh}
            faults={faults}
            pointer={pointers.doh}
          />
        </div>
        <div className="space-y-3">
          <Checkbox label="DNS over TLS and QUIC" checked={draft.dot} onCheckedChange={(dot) => set({ dot })} disabled={disabled} />
          <AreaField
            label="Networks that may use it over TLS and QUIC"
            mono
            rows={3}
            value={draft.dotNetworks}
            onChange={(dotNetworks) => set({ dotNetworks })}
            placeholder="all"
            disabled={!draft.dot}
            faults={faults}
            pointer={pointers.dot}
          />
        </div>
      </Card>
    </Section>
  );
}

function Lifetime({ draft, set, faults, disabled }: Part) {
  return (
    <Section title="How long answers may be kept">
      <Card className="p-5">
        <div className="grid max-w-md items-start gap-4 sm:grid-cols-2">
          <ChoiceField label="Highest TTL" value={draft.ttl} onChange={(ttl) => set({ ttl })} options={modes} disabled={disabled} />
          {draft.ttl === "override" && (
            <TextField label="Seconds" inputMode="numeric" value={draft.seconds} onChange={(seconds) => set({ seconds })} placeholder="300" hint="60 to 36,000." faults={faults} pointer={pointers.ttl} />
          )}
        </div>
      </Card>
    </Section>
  );
}

function Wrong({ faults, pointer }: { faults: Fault[]; pointer: string }) {
  const wrong = at(faults, pointer);
  return (
    wrong && (
      <div role="alert" className="mt-1.5 text-sm text-kumo-danger">
        <FaultText message={wrong} />
      </div>
    )
  );
}
