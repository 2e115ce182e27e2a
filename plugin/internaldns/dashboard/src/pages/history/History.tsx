import { Button } from "@cloudflare/kumo";
import { useState } from "react";
import { useSearchParams } from "wouter";

import { TextField } from "../../parts/Fields";
import { Page } from "../../parts/Page";
import { ChangeList } from "./ChangeList";

/** History lists the changes of the account, the newest first. What is asked stands in the address. */
export default function History() {
  const [params, setParams] = useSearchParams();
  const actor = params.get("actor") ?? "";
  const since = params.get("since") ?? "";
  const until = params.get("until") ?? "";
  const query = { actor, object: params.get("object") ?? "", since: since && start(since), until: until && end(until) };
  return (
    <Page title="History" about="Who changed what. Each change can be looked at, and undone unless later ones touched the same objects.">
      <Filter key={params.toString()} actor={actor} since={since} until={until} set={setParams} />
      <ChangeList key={JSON.stringify(query)} query={query} />
    </Page>
  );
}

type FilterProps = { actor: string; since: string; until: string; set: (params: URLSearchParams) => void };

function Filter(props: FilterProps) {
  const [actor, setActor] = useState(props.actor);
  const [since, setSince] = useState(props.since);
  const [until, setUntil] = useState(props.until);
  const apply = () => props.set(new URLSearchParams(Object.entries({ actor: actor.trim(), since, until }).filter(([, value]) => value)));
  return (
    <form
      className="mb-4 grid grid-cols-2 items-end gap-3 sm:flex"
      onSubmit={(e) => {
        e.preventDefault();
        apply();
      }}
    >
      <TextField className="col-span-2 sm:w-56" label="Token" value={actor} onChange={setActor} placeholder="name or id" />
      <Day label="From" value={since} set={setSince} />
      <Day label="To" value={until} set={setUntil} />
      <Button type="submit" variant="secondary" className="col-span-2 justify-center">
        Filter
      </Button>
    </form>
  );
}

function Day({ label, value, set }: { label: string; value: string; set: (day: string) => void }) {
  return (
    <label className="block text-sm font-medium">
      <span className="mb-1.5 block">{label}</span>
      <input
        type="date"
        value={value}
        onChange={(e) => set(e.target.value)}
        className="h-9 w-full rounded-lg bg-kumo-control px-3 text-base font-normal ring ring-kumo-line outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand"
      />
    </label>
  );
}

function start(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

function end(day: string): string {
  return new Date(`${day}T23:59:59.999`).toISOString();
}
