import { Button, Checkbox, ClipboardText } from "@cloudflare/kumo";
import { FlaskIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "wouter";

import { call } from "../../api/call";
import { useAccount, useStatus } from "../../api/queries";
import type { Explained } from "../../api/types";
import { ChoiceField, TextField } from "../../parts/Fields";
import { Card, Page, Section } from "../../parts/Page";
import { Loaded, Nothing } from "../../parts/States";
import { curlLine, digLine } from "./commands";
import { Path } from "./Path";
import { bodyOf, formOf, paramsOf, type Form } from "./form";

/** Tester tells why a query is answered as it is. What is asked stands in the address. */
export default function Tester() {
  const [params, setParams] = useSearchParams();
  const asked = formOf(params);
  return (
    <Page title="Tester" about="Asks this server how it would answer a query, and why: nothing is sent to anybody.">
      <Ask key={params.toString()} start={asked} ask={(form) => setParams(paramsOf(form))} />
      {asked.name ? (
        <Explanation form={asked} />
      ) : (
        <Nothing icon={<FlaskIcon size={40} />} title="Nothing was asked yet">
          Give a name, and the address of a client that policies should see.
        </Nothing>
      )}
    </Page>
  );
}

const types = ["A", "AAAA", "CNAME", "MX", "TXT", "SRV", "NS", "SOA", "PTR", "CAA", "HTTPS", "SVCB", "DS", "ANY"];

function Ask({ start, ask }: { start: Form; ask: (form: Form) => void }) {
  const [form, setForm] = useState(start);
  const set = (more: Partial<Form>) => setForm({ ...form, ...more });
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
            Explain
          </Button>
        </div>
        <details className="text-sm" open={Boolean(form.server || form.identity || form.host || form.transport || form.plain || form.dnssec)}>
          <summary className="w-fit cursor-pointer rounded text-kumo-link outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand">More</summary>
          <div className="mt-4 grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
            <TextField label="Server address" mono value={form.server} onChange={(server) => set({ server })} placeholder="where the query arrives" />
            <TextField label="Identity" mono value={form.identity} onChange={(identity) => set({ identity })} placeholder="ada@corp.example" />
            <TextField label="Host name" mono value={form.host} onChange={(host) => set({ host })} placeholder="of DoH, DoT or DoQ" />
            <ChoiceField
              label="Transport"
              value={form.transport}
              onChange={(transport) => set({ transport })}
              options={["", "udp", "tcp", "tls", "https", "https3", "quic", "grpc"].map((t) => ({ value: t, label: t || "any" }))}
            />
            <Checkbox label="Without recursion" checked={form.plain} onCheckedChange={(plain) => set({ plain })} />
            <Checkbox label="With DNSSEC records" checked={form.dnssec} onCheckedChange={(dnssec) => set({ dnssec })} />
          </div>
        </details>
      </form>
    </Card>
  );
}

function Explanation({ form }: { form: Form }) {
  const account = useAccount();
  const listen = useStatus().data?.servers[0]?.addresses?.[0];
  const body = bodyOf(form);
  const query = useQuery({
    queryKey: ["explain", body],
    queryFn: async ({ signal }) => (await call<Explained>("POST", `${account}/internal_dns/explain`, { body, signal })).result,
  });
  return (
    <Loaded query={query}>
      {(explained) => (
        <>
          <Path explained={explained} />
          <Section title="From a terminal">
            <div className="space-y-2">
              <ClipboardText text={digLine(form, listen)} size="sm" className="w-full" />
              <ClipboardText text={curlLine(body, window.location.origin, account)} size="sm" className="w-full" />
            </div>
          </Section>
        </>
      )}
    </Loaded>
  );
}
