import { CommandPalette } from "@cloudflare/kumo";
import { useQueries } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { useLocation } from "wouter";

import { call } from "../api/call";
import { useLists, useLocations, useRules, useViews, useZones } from "../api/queries";
import type { DNSRecord } from "../api/types";
import { findObjects, findPlaces, zonesOf, type Found } from "./find";
import { places } from "./places";

type Group = { kind: string; items: Found[] };

/** Palette searches everything that has a name, and leads there. */
export default function Palette({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  const [, navigate] = useLocation();
  const wanted = useDeferredValue(text.trim());
  const groups = useFound(wanted);
  const go = (found: Found) => {
    close();
    navigate(found.href);
  };
  return (
    <CommandPalette.Root<Group, Found>
      open
      onOpenChange={(open) => !open && close()}
      items={groups}
      value={text}
      onValueChange={setText}
      itemToStringValue={(group) => group.kind}
      getSelectableItems={(all) => all.flatMap((group) => group.items)}
      filter={() => true}
      onSelect={go}
    >
      <CommandPalette.Input placeholder="Search zones, views, policies, records" aria-label="Search" />
      <CommandPalette.List>
        <CommandPalette.Results>
          {(group: Group) => (
            <CommandPalette.Group key={group.kind} items={group.items}>
              <CommandPalette.GroupLabel>{group.kind}</CommandPalette.GroupLabel>
              {group.items.map((found) => (
                <CommandPalette.Item key={found.key} value={found} onClick={() => go(found)}>
                  <span className="flex min-w-0 items-baseline gap-3">
                    <span className="max-w-3/4 shrink-0 truncate">{found.title}</span>
                    <span className="truncate text-sm text-kumo-subtle">{found.about}</span>
                  </span>
                </CommandPalette.Item>
              ))}
            </CommandPalette.Group>
          )}
        </CommandPalette.Results>
        <CommandPalette.Empty>Nothing has this in its name. Records are found by their full name, or the start of it with its zone.</CommandPalette.Empty>
      </CommandPalette.List>
    </CommandPalette.Root>
  );
}

function useFound(text: string): Group[] {
  const zones = useZones().data;
  const views = useViews().data;
  const rules = useRules().data;
  const lists = useLists().data;
  const locations = useLocations().data;
  const records = useRecords(text, useMemo(() => zonesOf(text, zones ?? []), [text, zones]));
  return useMemo(() => {
    const pages = places
      .filter((p) => p.name.toLowerCase().includes(text.toLowerCase()))
      .map((p) => ({ key: p.href, title: p.name, about: p.about, href: p.href, kind: "Pages" }));
    const all = text ? [...findObjects(text, zones ?? [], views ?? [], rules ?? []), ...findPlaces(text, lists ?? [], locations ?? []), ...records, ...pages] : pages;
    return Object.values(Object.groupBy(all, (found) => found.kind)).map((items = []) => ({ kind: items[0]?.kind ?? "", items }));
  }, [text, zones, views, rules, lists, locations, records]);
}

function useRecords(text: string, zones: { id: string; name: string }[]): Found[] {
  return useQueries({
    queries: zones.map((zone) => ({
      queryKey: ["find", zone.id, text],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call<DNSRecord[]>("GET", `/zones/${zone.id}/dns_records`, { query: { "name.endswith": text, per_page: 5 }, signal }),
    })),
    combine: (answers) =>
      answers.flatMap((answer) =>
        (answer.data?.result ?? []).map((r) => ({
          key: r.id,
          title: `${r.name} ${r.type}`,
          about: r.content,
          href: `/zones/${r.zone_id}/records?name=${encodeURIComponent(r.name)}`,
          kind: "Records",
        })),
      ),
  });
}
