import { Button, Input, Switch } from "@cloudflare/kumo";
import { useId } from "react";

import { at } from "../../api/errors";
import type { Fault } from "../../api/types";
import { Field, TextField } from "../../parts/Fields";
import { dayNames, days, office, type Times } from "./times";

type Props = { times: Times; set: (times: Times) => void; faults: Fault[]; disabled: boolean };

/** TimesFields are when a policy is in force. Most always are, so they are folded away. */
export function TimesFields({ times, set, faults, disabled }: Props) {
  const wrong = at(faults, "/schedule") ?? at(faults, "/expiration");
  return (
    <details className="text-sm" open={times.scheduled || times.expires || wrong !== undefined}>
      <summary className="w-fit cursor-pointer rounded text-base font-medium outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand">Only at times</summary>
      <div className="mt-4 space-y-5">
        <div>
          <Switch
            label="At certain hours of the week"
            checked={times.scheduled}
            onCheckedChange={(on) => set(on ? office(times) : { ...times, scheduled: false })}
            disabled={disabled}
          />
          {times.scheduled && <Hours times={times} set={set} faults={faults} disabled={disabled} />}
        </div>
        <div>
          <Switch label="Until a certain time" checked={times.expires} onCheckedChange={(expires) => set({ ...times, expires })} disabled={disabled} />
          {times.expires && <Until times={times} set={set} faults={faults} disabled={disabled} />}
        </div>
      </div>
    </details>
  );
}

function Hours({ times, set, faults, disabled }: Props) {
  const zones = useId();
  const { hours } = times;
  const alike = { ...hours, tue: hours.mon, wed: hours.mon, thu: hours.mon, fri: hours.mon };
  return (
    <div className="mt-4 space-y-4">
      <p className="text-kumo-subtle">
        By the clock on the wall, such as <code className="mono">08:00-12:30, 13:30-17:00</code>, up to <code className="mono">24:00</code>. On a day without hours the
        policy is not in force.
      </p>
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {days.map((day) => (
          <TextField
            key={day}
            label={dayNames[day]}
            mono
            value={hours[day]}
            onChange={(text) => set({ ...times, hours: { ...hours, [day]: text } })}
            placeholder="not on this day"
            faults={faults}
            pointer={`/schedule/${day}`}
            disabled={disabled}
          />
        ))}
        <TextField
          label="Time zone"
          value={times.zone}
          onChange={(zone) => set({ ...times, zone })}
          placeholder="that of the server"
          faults={faults}
          pointer="/schedule/time_zone"
          disabled={disabled}
          list={zones}
        />
        <datalist id={zones}>
          {Intl.supportedValuesOf("timeZone").map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </div>
      {!disabled && (
        <Button type="button" variant="secondary" size="sm" onClick={() => set({ ...times, hours: alike })}>
          Monday’s hours on all working days
        </Button>
      )}
    </div>
  );
}

function Until({ times, set, faults, disabled }: Props) {
  const id = useId();
  const wrong = at(faults, "/expiration") !== undefined;
  return (
    <Field id={id} label="Expires" className="mt-4 max-w-xs" faults={faults} pointer="/expiration" hint={`By your clock (${Intl.DateTimeFormat().resolvedOptions().timeZone}). From then on it matches nothing.`}>
      <Input
        id={id}
        aria-label="Expires"
        type="datetime-local"
        step={1}
        className={`w-full ${wrong ? "ring-kumo-danger" : ""}`}
        value={times.until}
        onChange={(e) => set({ ...times, until: e.target.value })}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        disabled={disabled}
      />
    </Field>
  );
}
