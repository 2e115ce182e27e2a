import { CommandPalette, Dialog } from "@cloudflare/kumo";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { useLocation } from "wouter";

import { call } from "../api/call";
import { useAccount, useLists, useLocations, useRules, useViews, useZones } from "../api/queries";
import { usePermission } from "../api/session";
import type { FoundRecords } from "../api/types";
import { count } from "../parts/time";
import { useSettled } from "../parts/useSettled";
import { findObjects, foundRecords, type Found } from "./find";
import { places } from "./places";

const pause = 120; // milliseconds without a key before the server is asked

type Group = { kind: string; items: Found[] };

/** Palette searches everything that has a name, and leads there. */
export default function Palette({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  const [, navigate] = useLocation();
  const wanted = useDeferredValue(text.trim());
  const { groups, busy } = useFound(wanted);
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
      <Dialog.Title className="sr-only">Search</Dialog.Title>
      <CommandPalette.Input placeholder="Search zones, records, views, policies, lists, locations" aria-label="Search" />
      <CommandPalette.List>
        <CommandPalette.Results>
          {(group: Group) => (
            <CommandPalette.Group key={group.kind} items={group.items}>
              <CommandPalette.GroupLabel>{group.kind}</CommandPalette.GroupLabel>
              {group.items.map((found) => (
                <CommandPalette.Item key={found.key} value={found} onClick={() => go(found)}>
                  <span className="flex min-w-0 items-baseline gap-3">
                    <span className="truncate">{found.title}</span>
                    <span className="truncate text-sm text-kumo-subtle">{found.about}</span>
                  </span>
                </CommandPalette.Item>
              ))}
            </CommandPalette.Group>
          )}
        </CommandPalette.Results>
        <CommandPalette.Empty>{busy ? "Searching…" : "Nothing has this in its name, and no record in any part."}</CommandPalette.Empty>
      </CommandPalette.List>
    </CommandPalette.Root>
  );
}

function useFound(text: string): { groups: Group[]; busy: boolean } {
  const zones = useZones().data;
  const views = useViews().data;
  const rules = useRules().data;
  const allLists = useLists().data;
  const lists = useMemo(() => allLists?.map((l) => ({ ...l, about: count(l.count, "item") })), [allLists]);
  const allLocations = useLocations().data;
  const locations = useMemo(() => allLocations?.map((l) => ({ ...l, about: l.doh_subdomain })), [allLocations]);
  const { records, busy } = useRecords(text);
  const groups = useMemo(() => {
    const pages = places
      .filter((p) => p.name.toLowerCase().includes(text.toLowerCase()))
      .map((p) => ({ key: p.href, title: p.name, about: p.about, href: p.href, kind: "Pages" }));
    const all = text ? [...findObjects(text, { zones, views, rules, lists, locations }), ...records, ...pages] : pages;
    return Object.values(Object.groupBy(all, (found) => found.kind)).map((items = []) => ({ kind: items[0]?.kind ?? "", items }));
  }, [text, zones, views, rules, lists, locations, records]);
  return { groups, busy };
}

/** useRecords has the server search the records of all zones, once somebody pauses. */
function useRecords(text: string): { records: Found[]; busy: boolean } {
  const path = `${useAccount()}/internal_dns/records`;
  const may = usePermission("DNS Read");
  const wanted = useSettled(text, pause);
  const query = useQuery({
    queryKey: ["find", wanted],
    enabled: may && wanted !== "",
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => (await call<FoundRecords>("GET", path, { query: { search: wanted, per_page: 8 }, signal })).result,
  });
  const { data } = query;
  const records = useMemo(() => (data && wanted ? foundRecords(text, data.records, data.more) : []), [data, wanted, text]);
  return { records, busy: may && text !== "" && (query.isFetching || wanted !== text) };
}
