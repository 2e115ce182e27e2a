import { Button, Checkbox } from "@cloudflare/kumo";
import { PlusIcon, XIcon } from "@phosphor-icons/react";
import { useState } from "react";

import { ChoiceField, TextField } from "../../parts/Fields";
import { Card } from "../../parts/Page";
import { nobody, type Asker, type Form } from "./form";

const types = ["A", "AAAA", "CNAME", "MX", "TXT", "SRV", "NS", "SOA", "PTR", "CAA", "HTTPS", "SVCB", "DS", "ANY"];
const transports = ["", "udp", "tcp", "tls", "https", "https3", "quic", "grpc"];

/** Ask is the form of the tester. */
export function Ask({ start, ask }: { start: Form; ask: (form: Form) => void }) {
  const [form, setForm] = useState(start);
  const set = (more: Partial<Form>) => setForm({ ...form, ...more });
  const compare = (on: boolean) => {
    const { other: _, ...rest } = form;
    const next = on ? { ...rest, other: nobody } : rest;
    setForm(next);
    if (!on && start.other) ask(next); // what is shown is of both
  };
  return (
    <Card className="mb-6 p-5">
      <form
        noValidate
        className="space-y-4"
        onSubmit={(e) => {
          e.preventDefault();
          ask(form);
        }}
      >
        <div className="grid items-end gap-4 sm:grid-cols-12">
          <TextField className="sm:col-span-5" label="Name" mono autoFocus={!start.name} value={form.name} onChange={(name) => set({ name })} placeholder="wiki.corp.example" />
          <ChoiceField className="sm:col-span-2" label="Type" value={form.type} onChange={(type) => set({ type })} options={types.map((t) => ({ value: t, label: t }))} />
          <TextField className="sm:col-span-3" label="Client" mono value={form.client} onChange={(client) => set({ client })} placeholder="127.0.0.1" />
          <Button type="submit" variant="primary" className="w-full justify-center sm:col-span-2" disabled={!form.name.trim()}>
            {form.other ? "Compare" : "Explain"}
          </Button>
        </div>
        <details className="text-sm" open={Boolean(form.server || form.identity || form.host || form.transport || form.plain || form.dnssec)}>
          <summary className="w-fit cursor-pointer rounded text-kumo-link outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand">More</summary>
          <div className="mt-4 grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
            <AskerFields asker={form} set={set} />
            <Checkbox label="Without recursion" checked={form.plain} onCheckedChange={(plain) => set({ plain })} />
            <Checkbox label="With DNSSEC records" checked={form.dnssec} onCheckedChange={(dnssec) => set({ dnssec })} />
          </div>
        </details>
        {form.other ? (
          <Second fresh={!start.other} other={form.other} set={(other) => set({ other })} end={() => compare(false)} />
        ) : (
          <Button type="button" variant="ghost" size="sm" icon={<PlusIcon />} onClick={() => compare(true)}>
            Compare with another client
          </Button>
        )}
      </form>
    </Card>
  );
}

type AskerProps = { asker: Asker; set: (more: Partial<Asker>) => void; second?: boolean };

/** AskerFields are who asks, beside the address. */
function AskerFields({ asker, set, second }: AskerProps) {
  const label = (text: string) => (second ? `Its ${text.toLowerCase()}` : text);
  return (
    <>
      <TextField label={label("Server address")} mono value={asker.server} onChange={(server) => set({ server })} placeholder="where the query arrives" />
      <TextField label={label("Identity")} mono value={asker.identity} onChange={(identity) => set({ identity })} placeholder="ada@corp.example" />
      <TextField label={label("Host name")} mono value={asker.host} onChange={(host) => set({ host })} placeholder="of DoH, DoT or DoQ" />
      <ChoiceField label={label("Transport")} value={asker.transport} onChange={(transport) => set({ transport })} options={transports.map((t) => ({ value: t, label: t || "any" }))} />
    </>
  );
}

/** Second is the other one who asks the same. */
function Second({ fresh, other, set, end }: { fresh: boolean; other: Asker; set: (other: Asker) => void; end: () => void }) {
  const change = (more: Partial<Asker>) => set({ ...other, ...more });
  return (
    <fieldset className="border-t border-kumo-hairline pt-4">
      <legend className="sr-only">The second client</legend>
      <div className="grid items-end gap-4 sm:grid-cols-2 lg:grid-cols-5">
        <TextField label="Second client" mono autoFocus={fresh} value={other.client} onChange={(client) => change({ client })} placeholder="127.0.0.1" />
        <AskerFields second asker={other} set={change} />
      </div>
      <Button type="button" variant="ghost" size="sm" className="mt-3" icon={<XIcon />} onClick={end}>
        Do not compare
      </Button>
    </fieldset>
  );
}
