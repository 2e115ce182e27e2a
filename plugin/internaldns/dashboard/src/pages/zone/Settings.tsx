import { Button, Checkbox } from "@cloudflare/kumo";
import { ArrowRightIcon } from "@phosphor-icons/react";
import { useMemo, useState } from "react";
import { Link } from "wouter";

import { below, elsewhere } from "../../api/errors";
import { useZones, useZoneSettings } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Fault, Zone, ZoneSettings } from "../../api/types";
import { TextField } from "../../parts/Fields";
import { Card, Section } from "../../parts/Page";
import { Picker } from "../../parts/Picker";
import { Faults, Loaded } from "../../parts/States";
import { useReview } from "../../review/Review";
import { chainOf, troubleOf } from "./chain";
import { draftOf, formOf, pointers, times, type SettingsDraft } from "./settingsForm";

/** Settings is the reference of a zone, its SOA, and how long answers may be kept. */
export default function Settings({ zone }: { zone: Zone }) {
  const query = useZoneSettings(zone.id);
  return <Loaded query={query}>{(settings) => <Form key={zone.id} zone={zone} settings={settings} />}</Loaded>;
}

function Form({ zone, settings }: { zone: Zone; settings: ZoneSettings }) {
  const may = usePermission("Zone DNS Settings Write") && !zone.declared;
  const review = useReview();
  const [base, setBase] = useState(settings);
  const [draft, setDraft] = useState(() => draftOf(settings));
  const [faults, setFaults] = useState<Fault[]>([]);
  const set = (more: Partial<SettingsDraft>) => setDraft({ ...draft, ...more });
  const form = formOf(draft, base);
  const changed = Object.keys(form).length > 0;

  const submit = async () => {
    const calls = [{ method: "PATCH" as const, path: `/zones/${zone.id}/dns_settings`, body: form }];
    const outcome = await review({ title: `Change the settings of ${zone.name}`, calls, done: `Settings of ${zone.name} changed`, form: true });
    setFaults(outcome.kind === "refused" ? below(outcome.faults, 0) : []);
    if (outcome.kind === "collected") setDraft(draftOf(base));
    if (outcome.kind !== "done") return;
    const now = outcome.results[0] as ZoneSettings;
    setBase(now);
    setDraft(draftOf(now));
  };

  return (
    <form
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <fieldset disabled={!may} className="min-w-0">
        <Faults faults={elsewhere(faults, pointers)} />
        <Reference zone={zone} draft={draft} set={set} faults={faults} disabled={!may} />
        <Section title="Answers" about="How long they may be kept elsewhere, in seconds.">
          <Card className="space-y-4 p-5">
            <div className="grid gap-4 sm:grid-cols-3">
              {times.map((t) => (
                <TextField
                  key={t.key}
                  label={t.label}
                  inputMode="numeric"
                  value={draft[t.key]}
                  onChange={(text) => set({ [t.key]: text })}
                  hint={t.hint}
                  faults={faults}
                  pointer={t.pointer}
                />
              ))}
            </div>
            <Checkbox
              label="Flatten aliases: answer with the records that a CNAME leads to"
              checked={draft.flatten}
              onCheckedChange={(flatten) => set({ flatten })}
              disabled={!may}
            />
          </Card>
        </Section>
        <Section title="Start of authority" about="What the SOA record says of who answers for the zone.">
          <Card className="grid gap-4 p-5 sm:grid-cols-2">
            <TextField label="Primary server" mono value={draft.mname} onChange={(mname) => set({ mname })} placeholder="made up by the server" faults={faults} pointer="/soa/mname" />
            <TextField label="Contact" mono value={draft.rname} onChange={(rname) => set({ rname })} placeholder="hostmaster of the zone" faults={faults} pointer="/soa/rname" />
          </Card>
        </Section>
      </fieldset>
      {may && (
        <div className="sticky bottom-0 flex justify-end gap-2 border-t border-kumo-hairline bg-kumo-canvas py-3">
          <Button type="button" variant="secondary" disabled={!changed} onClick={() => setDraft(draftOf(base))}>
            Discard
          </Button>
          <Button type="submit" variant="primary" disabled={!changed}>
            Review
          </Button>
        </div>
      )}
    </form>
  );
}

type ReferenceProps = { zone: Zone; draft: SettingsDraft; set: (more: Partial<SettingsDraft>) => void; faults: Fault[]; disabled: boolean };

function Reference({ zone, draft, set, faults, disabled }: ReferenceProps) {
  const zones = useZones().data;
  const byID = useMemo(() => new Map((zones ?? []).map((z) => [z.id, z])), [zones]);
  const choosable = useMemo(
    () =>
      (zones ?? [])
        .filter((z) => z.id !== zone.id)
        .map((z) => ({ id: z.id, name: z.name, about: z.declared ? `Corefile:${z.declared.line}` : `${z.records} records, ${z.id.slice(0, 6)}` })),
    [zones, zone.id],
  );
  const chain = chainOf(byID.get(zone.id) ?? zone, byID, draft.reference);
  const trouble = troubleOf(chain);
  return (
    <Section title="Reference" about="Names that this zone lacks are looked up in another zone, which no view needs to hold.">
      <Card className="space-y-4 p-5">
        <Picker
          className="max-w-md"
          label="Reference zone"
          items={choosable}
          value={draft.reference}
          onChange={(reference) => set({ reference })}
          placeholder="None"
          faults={faults}
          pointer="/internal_dns/reference_zone_id"
          disabled={disabled}
        />
        {chain.length > 1 && (
          <ol className="flex flex-wrap items-center gap-2" aria-label="The order in which zones are looked in">
            {chain.map((z, i) => (
              <li key={i} className="flex items-center gap-2">
                {i > 0 && <ArrowRightIcon aria-hidden className="text-kumo-subtle" />}
                <Link href={`/zones/${z.id}`} className="mono rounded-lg bg-kumo-tint px-3 py-1.5 break-all hover:underline">
                  {z.name}
                </Link>
              </li>
            ))}
          </ol>
        )}
        {trouble && <p className="text-sm text-kumo-danger">{trouble}</p>}
        <Checkbox
          label="Also for names that exist here, but not with the type that is asked for"
          checked={draft.nodata}
          onCheckedChange={(nodata) => set({ nodata })}
          disabled={disabled || !draft.reference}
        />
      </Card>
    </Section>
  );
}
