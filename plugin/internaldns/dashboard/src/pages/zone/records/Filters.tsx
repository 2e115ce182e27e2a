import { Button, Input } from "@cloudflare/kumo";
import { FunnelSimpleIcon, TrashIcon } from "@phosphor-icons/react";
import { useEffect, useRef, useState } from "react";

import { Choice } from "../../../parts/Fields";
import { useSettled } from "../../../parts/useSettled";
import { another, fields, free, needsValue, noFilter, type Condition, type How, type RecordFilter } from "./filter";
import { recordTypes } from "./types";

const pause = 80; // milliseconds without a key before the table is asked for something else

const words: Record<How, string> = { contains: "contains", exact: "is", startswith: "begins with", endswith: "ends with", present: "is there", absent: "is missing" };

/** Filters is the bar over the records: a text, a type, and conditions for those who need more. */
export function Filters({ filter, set }: { filter: RecordFilter; set: (filter: RecordFilter) => void }) {
  const next = another(filter.conditions);
  const change = (i: number, more: Partial<Condition>) =>
    set({ ...filter, conditions: filter.conditions.map((c, j) => (i === j ? { ...c, ...more } : c)) });
  return (
    <div className="w-full min-w-0 space-y-2 sm:w-auto sm:flex-1">
      <div className="flex flex-wrap items-center gap-2">
        <Search text={filter.search} set={(search) => set({ ...filter, search })} />
        <Choice
          label="Type"
          value={filter.type}
          onChange={(type) => set({ ...filter, type })}
          options={[{ value: "", label: "Any type" }, ...recordTypes.map((t) => ({ value: t.type, label: t.type }))]}
        />
        <Button variant="secondary" icon={<FunnelSimpleIcon />} disabled={!next} onClick={() => next && set({ ...filter, conditions: [...filter.conditions, next] })}>
          Condition
        </Button>
        {filter !== noFilter && (filter.search || filter.type || filter.conditions.length > 0) && (
          <Button variant="ghost" onClick={() => set(noFilter)}>
            Clear
          </Button>
        )}
      </div>
      {filter.conditions.map((c, i) => (
        <div key={i} className="flex flex-wrap items-center gap-2">
          {i === 0 ? (
            <span className="hidden w-16 text-sm text-kumo-subtle sm:block">Where</span>
          ) : (
            <Choice
              label="Which conditions must hold"
              className="w-16 px-1!"
              value={filter.match}
              onChange={(match) => set({ ...filter, match })}
              options={[
                { value: "all", label: "and" },
                { value: "any", label: "or" },
              ]}
            />
          )}
          <Choice
            label="Field"
            value={c.field}
            onChange={(field) => change(i, { field, how: free(filter.conditions, field, i)[0] ?? "contains", ...((field === "type" || c.field === "type") && { value: "" }) })}
            options={fields.filter((f) => free(filter.conditions, f, i).length > 0).map((f) => ({ value: f, label: f }))}
          />
          <Choice label="How" value={c.how} onChange={(how) => change(i, { how })} options={free(filter.conditions, c.field, i).map((h) => ({ value: h, label: words[h] }))} />
          {c.field === "type" && (
            <Choice label="Value" value={c.value} onChange={(value) => change(i, { value })} options={[{ value: "", label: "Choose" }, ...recordTypes.map((t) => ({ value: t.type, label: t.type }))]} />
          )}
          {c.field !== "type" && needsValue(c) && (
            <Input
              aria-label="Value"
              className="mono order-last min-w-0 flex-1 basis-full sm:order-none sm:max-w-72 sm:basis-auto"
              autoFocus={!c.value}
              placeholder={c.field === "tag" ? (c.how === "present" || c.how === "absent" ? "owner" : "owner:web") : ""}
              value={c.value}
              onChange={(e) => change(i, { value: e.target.value })}
            />
          )}
          <Button
            variant="ghost"
            shape="square"
            icon={<TrashIcon />}
            aria-label="Take the condition away"
            onClick={() => set({ ...filter, conditions: filter.conditions.filter((_, j) => j !== i) })}
          />
        </div>
      ))}
    </div>
  );
}

/** Search holds what is typed until somebody pauses: the table need not be made anew with each key. */
function Search({ text, set }: { text: string; set: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const settled = useSettled(typed, pause);
  const tell = useRef(set);
  tell.current = set;
  useEffect(() => setTyped(text), [text]); // as when the filter is cleared
  useEffect(() => tell.current(settled), [settled]);
  return (
    <Input
      aria-label="Search records"
      placeholder="Search in any part"
      className="min-w-0 flex-1 basis-full sm:max-w-72 sm:basis-auto"
      value={typed}
      onChange={(e) => setTyped(e.target.value)}
    />
  );
}
