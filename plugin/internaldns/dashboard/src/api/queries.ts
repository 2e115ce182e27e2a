// What the server holds, as the pages read it. Every key begins with the kind of the
// object. Nothing needs to be invalidated by hand: an answer that tells of a new revision
// makes all of it stale (watchRevisions).
import { keepPreviousData, QueryClient, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { call, onRevision, type Query } from "./call";
import { APIError } from "./errors";
import { useSession } from "./session";
import type { Change, List, ListItem, Location, PermissionGroup, Rule, Status, Token, View, Zone, ZoneSettings } from "./types";

export function newClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What the server has refused it will refuse again.
        retry: (count, error) => count < 2 && error instanceof APIError && (error.status === 0 || error.status >= 500),
      },
    },
  });
  onRevision(() => {
    // What is being fetched already will be as new as the answer that told of the change.
    void client.invalidateQueries({ predicate: (q) => q.state.fetchStatus !== "fetching" && q.queryKey[0] !== "preview" });
  });
  return client;
}

/** Lists that are shown as a whole, and searched here: names in pickers need all. */
const whole = 1000; // objects of a page, the most there are

/** all reads all pages of a list. */
async function all<T>(path: string, query: Query, signal: AbortSignal, size = whole): Promise<T[]> {
  const found: T[] = [];
  for (let page = 1; ; page++) {
    const { result, info } = await call<T[]>("GET", path, { query: { ...query, page, per_page: size }, signal });
    found.push(...result);
    if (!info || page >= info.total_pages) return found;
  }
}

export function useZones() {
  return useQuery({ queryKey: ["zones"], queryFn: ({ signal }) => all<Zone>("/zones", { type: "internal", order: "name" }, signal) });
}

export function useZone(id: string) {
  return useQuery({ queryKey: ["zone", id], queryFn: async ({ signal }) => (await call<Zone>("GET", `/zones/${id}`, { signal })).result });
}

export function useZoneSettings(id: string) {
  return useQuery({
    queryKey: ["zone", id, "settings"],
    queryFn: async ({ signal }) => (await call<ZoneSettings>("GET", `/zones/${id}/dns_settings`, { signal })).result,
  });
}

/** useAccount returns the path that calls about the account begin with. */
export function useAccount(): string {
  return `/accounts/${useSession().account.id}`;
}

export function useViews() {
  const path = `${useAccount()}/dns_settings/views`;
  return useQuery({ queryKey: ["views"], queryFn: ({ signal }) => all<View>(path, { order: "name" }, signal) });
}

/** useView reads a view with the policies that name it. */
export function useView(id: string) {
  const path = `${useAccount()}/dns_settings/views/${id}`;
  return useQuery({ queryKey: ["view", id], queryFn: async ({ signal }) => (await call<View>("GET", path, { signal })).result });
}

/** useNames returns the names of zones and views by their ids, as far as the token may see them. */
export function useNames(): Map<string, string> {
  const zones = useZones().data;
  const views = useViews().data;
  return useMemo(() => new Map([...(zones ?? []), ...(views ?? [])].map((o) => [o.id, o.name])), [zones, views]);
}

/** useRules reads the resolver policies, in the order in which they are tried. */
export function useRules() {
  const path = `${useAccount()}/gateway/rules`;
  return useQuery({
    queryKey: ["rules"],
    queryFn: async ({ signal }) => (await call<Rule[]>("GET", path, { signal })).result.sort((a, b) => a.precedence - b.precedence),
  });
}

export function useLists() {
  const path = `${useAccount()}/gateway/lists`;
  return useQuery({ queryKey: ["lists"], queryFn: async ({ signal }) => (await call<List[]>("GET", path, { signal })).result.sort(byName) });
}

/**
 * useItems reads all items of a list: no call searches in them. They are as many as
 * 100,000, so that a change of something else does not have them read again.
 */
export function useItems(list: List) {
  const path = `${useAccount()}/gateway/lists/${list.id}/items`;
  return useQuery({
    queryKey: ["list", list.id, "items", list.updated_at, list.count],
    queryFn: ({ signal }) => call<ListItem[]>("GET", path, { signal }),
    staleTime: "static",
    gcTime: 30_000,
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
}

export function useLocations() {
  const path = `${useAccount()}/gateway/locations`;
  return useQuery({ queryKey: ["locations"], queryFn: async ({ signal }) => (await call<Location[]>("GET", path, { signal })).result.sort(byName) });
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name.localeCompare(b.name);
}

export function useTokens() {
  const path = `${useAccount()}/tokens`;
  return useQuery({ queryKey: ["tokens"], queryFn: ({ signal }) => all<Token>(path, {}, signal, 50) });
}

export function useGroups() {
  const path = `${useAccount()}/tokens/permission_groups`;
  return useQuery({
    queryKey: ["groups"],
    staleTime: "static", // a server has those of its version
    queryFn: async ({ signal }) => (await call<PermissionGroup[]>("GET", path, { signal })).result,
  });
}

export function useStatus() {
  const path = `${useAccount()}/internal_dns/status`;
  return useQuery({ queryKey: ["status"], queryFn: async ({ signal }) => (await call<Status>("GET", path, { signal })).result });
}

export function useChanges(query: Query) {
  const path = `${useAccount()}/internal_dns/changes`;
  return useQuery({
    queryKey: ["changes", query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call<Change[]>("GET", path, { query, signal }),
  });
}

export function useChange(revision: number) {
  const path = `${useAccount()}/internal_dns/changes/${revision}`;
  return useQuery({
    queryKey: ["change", revision],
    staleTime: Infinity, // what is past stays as it was
    queryFn: async ({ signal }) => (await call<Change>("GET", path, { signal })).result,
  });
}
