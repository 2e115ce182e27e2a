import { Input } from "@cloudflare/kumo";

import { useRules, useViews } from "../../api/queries";
import { Choice } from "../../parts/Fields";
import { rcodeNames, type Filter } from "./filter";

type Props = { filter: Filter; set: (filter: Filter) => void };

const fallbacks = [
  { value: "", label: "Fallback or not" },
  { value: "none", label: "No fallback" },
  { value: "public_dns", label: "Fell back" },
  { value: "refused", label: "since no zone has it" },
  { value: "nxdomain", label: "since it does not exist" },
  { value: "cname", label: "since an alias leads out" },
  { value: "nodata", label: "since it lacks the type" },
  { value: "apex", label: "at the top of a zone" },
];

/** Filters says which queries are wanted. All of it must be true. */
export function Filters({ filter, set }: Props) {
  const rules = useRules().data ?? [];
  const views = useViews().data ?? [];
  const change = (more: Partial<Filter>) => set({ ...filter, ...more });
  const named = (any: string, all: { id: string; name: string }[], value: string) => [
    { value: "", label: any },
    ...all.map((o) => ({ value: o.id, label: o.name })),
    ...(value && !all.some((o) => o.id === value) ? [{ value, label: value }] : []),
  ];
  return (
    <div role="search" aria-label="Queries" className="mb-2 grid grid-cols-2 gap-2 sm:grid-cols-4">
      <Input aria-label="Name" placeholder="Part of a name" className="mono w-full min-w-0" value={filter.name} onChange={(e) => change({ name: e.target.value })} />
      <Input aria-label="Type" placeholder="Type" className="mono w-full min-w-0" value={filter.type} onChange={(e) => change({ type: e.target.value })} />
      <Input aria-label="Client" placeholder="Client or network" className="mono w-full min-w-0" value={filter.client} onChange={(e) => change({ client: e.target.value })} />
      <Input aria-label="Zone" placeholder="Zone" className="mono w-full min-w-0" value={filter.zone} onChange={(e) => change({ zone: e.target.value })} />
      <Choice label="RCode" className="w-full min-w-0" value={filter.rcode} onChange={(rcode) => change({ rcode })} options={[{ value: "", label: "Any RCode" }, ...rcodeNames.map((c) => ({ value: c, label: c }))]} />
      <Choice label="Resolver policy" className="w-full min-w-0" value={filter.policy} onChange={(policy) => change({ policy })} options={named("Any policy", rules, filter.policy)} />
      <Choice label="View" className="w-full min-w-0" value={filter.view} onChange={(view) => change({ view })} options={named("Any view", views, filter.view)} />
      <Choice label="Fallback" className="w-full min-w-0" value={filter.fallback} onChange={(fallback) => change({ fallback })} options={fallbacks} />
    </div>
  );
}
