// The policies of a token, as a form holds them and as words.
import type { PermissionGroup, TokenPolicy } from "../../api/types";

/** Level is what a policy is about of a kind of objects. */
export type Level = "none" | "read" | "write";

/** Kind is a pair of permission groups, of which writing includes reading. */
export type Kind = { name: string; read?: PermissionGroup; write?: PermissionGroup; zones: boolean };

/** Scope is what a policy is about. "other" is what this form has no words for, kept as it is. */
export type Scope = "account" | "zones" | "zone" | "view" | "rule" | "list" | "location" | "other";

/** Grant is a policy as a form holds it. */
export type Grant = {
  key: number; // of this form only
  deny: boolean;
  scope: Scope;
  ids: string[]; // of the objects of the scope
  suffix: string; // names of records, with what is below them
  types: string; // of records
  levels: Record<string, Level>; // by the name of the kind
  kept?: TokenPolicy["resources"]; // as the API gave it, as long as nobody chose another
};

type Resources = Record<string, unknown>;

const accountKey = "com.cloudflare.api.account.";
const zoneKey = "com.cloudflare.api.account.zone.";
const prefixes: Partial<Record<Scope, string>> = {
  zone: zoneKey,
  view: "internaldns.view.",
  rule: "internaldns.rule.",
  list: "internaldns.list.",
  location: "internaldns.location.",
};

/** scopes are what can be chosen, in words. */
export const scopes: { value: Scope; label: string; about: string }[] = [
  { value: "account", label: "The whole account", about: "all zones, and all else there is" },
  { value: "zones", label: "All zones", about: "also those made later" },
  { value: "zone", label: "Chosen zones", about: "and no others" },
  { value: "view", label: "The zones of chosen views", about: "as the views hold them at the time" },
  { value: "rule", label: "Chosen resolver policies", about: "" },
  { value: "list", label: "Chosen lists", about: "" },
  { value: "location", label: "Chosen locations", about: "" },
];

/** ofZones tells whether a scope is about zones, and may be about some of their records. */
export function ofZones(scope: Scope): boolean {
  return scope === "zones" || scope === "zone" || scope === "view";
}

/** kindsOf pairs the permission groups, in their order. */
export function kindsOf(groups: PermissionGroup[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const group of groups) {
    const found = /^(.*) (Read|Write)$/.exec(group.name);
    const name = found?.[1] ?? group.name;
    const kind = kinds.get(name) ?? { name, zones: group.scopes.every((s) => s.endsWith(".zone")) };
    kinds.set(name, { ...kind, [found?.[2] === "Read" ? "read" : "write"]: group });
  }
  return [...kinds.values()];
}

const single: Partial<Record<Scope, string[]>> = { rule: ["Resolver Policies", "Zero Trust"], list: ["Lists", "Zero Trust"], location: ["Locations", "Zero Trust"] };

/** kindsFor returns what can be granted on a scope. */
export function kindsFor(scope: Scope, kinds: Kind[]): Kind[] {
  if (ofZones(scope)) return kinds.filter((k) => k.zones);
  const names = single[scope];
  return names ? kinds.filter((k) => names.includes(k.name)) : kinds;
}

let last = 0;

export function newGrant(): Grant {
  return { key: ++last, deny: false, scope: "zones", ids: [], suffix: "", types: "", levels: {} };
}

/** grantsOf reads the policies of a token. */
export function grantsOf(policies: TokenPolicy[], account: string, kinds: Kind[]): Grant[] {
  return policies.map((policy) => ({
    ...newGrant(),
    deny: policy.effect === "deny",
    levels: levelsOf(policy, kinds),
    kept: policy.resources,
    ...scopeOf(policy.resources as Resources | string, account),
  }));
}

function levelsOf(policy: TokenPolicy, kinds: Kind[]): Record<string, Level> {
  const has = new Set(policy.permission_groups.map((g) => g.id));
  const levels: Record<string, Level> = {};
  for (const kind of kinds) {
    if (kind.write && has.has(kind.write.id)) levels[kind.name] = "write";
    else if (kind.read && has.has(kind.read.id)) levels[kind.name] = "read";
  }
  return levels;
}

/** scopeOf reads resources, as far as they are of one kind. */
function scopeOf(resources: Resources | string, account: string): Pick<Grant, "scope"> & Partial<Grant> {
  const other = { scope: "other" as const };
  if (typeof resources === "string") return other;
  const inner = resources[accountKey + account];
  if (typeof inner === "object" && inner !== null && Object.keys(resources).length === 1) return scopeOf(inner as Resources, account);
  const keys = Object.keys(resources);
  // Who has the account has its zones.
  if (inner === "*" && keys.every((k) => k === accountKey + account || k === zoneKey + "*")) return { scope: "account" };
  const limits = new Set(Object.values(resources).map((v) => JSON.stringify(v)));
  if (limits.size !== 1) return other;
  const limit = limitOf(Object.values(resources)[0]);
  if (!limit) return other;
  if (keys.length === 1 && keys[0] === zoneKey + "*") return { scope: "zones", ...limit };
  for (const [scope, prefix] of Object.entries(prefixes) as [Scope, string][]) {
    const ids = keys.map((k) => k.slice(prefix.length));
    if (keys.every((k) => k.startsWith(prefix)) && !ids.includes("*")) return { scope, ids, ...limit };
  }
  return other;
}

function limitOf(value: unknown): Pick<Grant, "suffix" | "types"> | undefined {
  if (value === "*") return { suffix: "", types: "" };
  if (typeof value !== "object" || value === null) return undefined;
  const { "name ends_with": suffix, type, ...rest } = value as Resources;
  if (Object.keys(rest).length || (suffix !== undefined && typeof suffix !== "string")) return undefined;
  return { suffix: suffix ?? "", types: [type ?? []].flat().join(", ") };
}

/** policiesOf returns what the API is told. */
export function policiesOf(grants: Grant[], account: string, kinds: Kind[]): TokenPolicy[] {
  return grants.map((grant) => ({
    effect: grant.deny ? "deny" : "allow",
    permission_groups: kinds.flatMap((kind) => groupOf(kind, grant.levels[kind.name])),
    resources: grant.kept ?? (resourcesOf(grant, account) as TokenPolicy["resources"]),
  }));
}

function groupOf(kind: Kind, level: Level | undefined): { id: string; name: string }[] {
  const group = level === "write" ? kind.write : level === "read" ? kind.read : undefined;
  return group ? [{ id: group.id, name: group.name }] : [];
}

function resourcesOf(grant: Grant, account: string): Resources {
  if (grant.scope === "account") return { [accountKey + account]: "*" };
  const value = ofZones(grant.scope) ? valueOf(grant) : "*";
  if (grant.scope === "zones") return { [zoneKey + "*"]: value };
  return Object.fromEntries(grant.ids.map((id) => [(prefixes[grant.scope] ?? "") + id, value]));
}

function valueOf({ suffix, types }: Grant): unknown {
  const list = types.split(/[\s,]+/).filter(Boolean);
  if (!suffix.trim() && !list.length) return "*";
  return { ...(suffix.trim() && { "name ends_with": suffix.trim() }), ...(list.length && { type: list.map((t) => t.toUpperCase()) }) };
}

/** narrowed changes what a grant is about: rights that there are none of on it go. */
export function narrowed(grant: Grant, more: Partial<Grant>, kinds: Kind[]): Grant {
  const { kept: _, ...rest } = grant;
  const next: Grant = { ...rest, ...more };
  const possible = new Set(kindsFor(next.scope, kinds).map((k) => k.name));
  next.levels = Object.fromEntries(Object.entries(next.levels).filter(([name]) => possible.has(name)));
  return next;
}

/** missing says what a grant lacks to be one, "" if nothing. */
export function missing(grant: Grant): string {
  if (!Object.values(grant.levels).some((l) => l !== "none")) return "Choose what it may read or write.";
  if (!grant.kept && prefixes[grant.scope] && !grant.ids.length) return "Choose what it is about.";
  return "";
}

/** wordsOf says what a policy grants, and on what. names finds the names of ids. */
export function wordsOf(grant: Grant, kinds: Kind[], names: Map<string, string>): { rights: string; on: string } {
  const possible = kindsFor(grant.scope, kinds);
  const all = (level: Level) => possible.length > 1 && possible.every((k) => grant.levels[k.name] === level);
  const listed = (level: Level) => kinds.filter((k) => grant.levels[k.name] === level).map((k) => k.name);
  const parts = all("write") ? ["read and write everything"] : all("read") ? ["read everything"] : [part("write", listed("write")), part("read", listed("read"))];
  const rights = parts.filter(Boolean).join("; ") || "nothing";
  return { rights: grant.deny ? `never: ${rights}` : rights, on: onWords(grant, names) };
}

function part(verb: string, names: string[]): string {
  return names.length ? `${verb} ${names.join(", ")}` : "";
}

function onWords(grant: Grant, names: Map<string, string>): string {
  const limit = limitWords(grant);
  const listed = grant.ids.map((id) => names.get(id) ?? id).join(", ");
  switch (grant.scope) {
    case "account":
      return "the whole account";
    case "zones":
      return "all zones" + limit;
    case "view":
      return `the zones of ${listed}${limit}`;
    case "other":
      return JSON.stringify(grant.kept);
    default:
      return listed + limit;
  }
}

function limitWords({ suffix, types }: Grant): string {
  const parts = [suffix && `names that end with ${suffix}`, types && `types ${types}`].filter(Boolean);
  return parts.length ? ` (only ${parts.join(" and ")})` : "";
}
