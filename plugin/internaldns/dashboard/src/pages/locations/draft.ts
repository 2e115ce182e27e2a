import type { Location, LocationForm } from "../../api/types";

export type TTLMode = "inherit" | "override" | "disabled";

/** LocationDraft is a location as a form holds it. */
export type LocationDraft = {
  name: string;
  fallback: boolean; // the location of clients in no other
  networks: string; // one a line
  subdomain: string;
  ipv4: boolean;
  ipv6: boolean;
  doh: boolean;
  dohNetworks: string;
  dot: boolean;
  dotNetworks: string;
  ttl: TTLMode;
  seconds: string;
};

export function newLocation(): LocationDraft {
  const on = { ipv4: true, ipv6: true, doh: true, dot: true };
  return { name: "", fallback: false, networks: "", subdomain: "", ...on, dohNetworks: "", dotNetworks: "", ttl: "inherit", seconds: "" };
}

export function draftOf(location: Location): LocationDraft {
  const { doh, dot, ipv4, ipv6 } = location.endpoints;
  return {
    name: location.name,
    fallback: location.client_default,
    networks: textOf(location.networks),
    subdomain: location.doh_subdomain,
    ipv4: ipv4.enabled,
    ipv6: ipv6.enabled,
    doh: doh.enabled,
    dohNetworks: textOf(doh.networks),
    dot: dot.enabled,
    dotNetworks: textOf(dot.networks),
    ttl: location.max_ttl.mode as TTLMode,
    seconds: location.max_ttl.ttl_secs ? String(location.max_ttl.ttl_secs) : "",
  };
}

/**
 * formOf returns what the API is told. A location is written as a whole: what the form has
 * no field for is told as it was.
 */
export function formOf(draft: LocationDraft, was?: Location): LocationForm {
  const kept = was?.endpoints;
  return {
    name: draft.name.trim(),
    client_default: draft.fallback,
    ...(was?.ecs_support && { ecs_support: true }),
    networks: networksOf(draft.networks),
    ...(draft.subdomain.trim() && { doh_subdomain: draft.subdomain.trim() }),
    endpoints: {
      doh: { ...tokenOf(kept?.doh), enabled: draft.doh, networks: networksOf(draft.dohNetworks) },
      dot: { ...tokenOf(kept?.dot), enabled: draft.dot, networks: networksOf(draft.dotNetworks) },
      ipv4: { enabled: draft.ipv4, networks: kept?.ipv4.networks ?? [] },
      ipv6: { enabled: draft.ipv6, networks: kept?.ipv6.networks ?? [] },
    },
    max_ttl: ttlOf(draft),
  };
}

function tokenOf(was: { require_token?: boolean | null } | undefined) {
  return was?.require_token ? { require_token: true } : {};
}

function ttlOf({ ttl, seconds }: LocationDraft): LocationForm["max_ttl"] {
  if (ttl !== "override") return { mode: ttl };
  const n = Number(seconds.trim() || NaN);
  return { mode: ttl, ttl_secs: Number.isInteger(n) ? n : 0 }; // which the server refuses, in its words
}

function networksOf(text: string): { network: string }[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((network) => ({ network }));
}

function textOf(networks: { network: string }[]): string {
  return networks.map((n) => n.network).join("\n");
}

/** pointers are the members that the form has fields for. */
export const pointers = {
  name: "/name",
  networks: "/networks",
  subdomain: "/doh_subdomain",
  fallback: "/client_default",
  ttl: "/max_ttl",
  doh: "/endpoints/doh",
  dot: "/endpoints/dot",
};

/** ttlWords says which highest TTL the clients of a location get. */
export function ttlWords({ max_ttl: { mode, ttl_secs } }: Location): string {
  if (mode === "override") return `${ttl_secs ?? 0} s`;
  return mode === "disabled" ? "any" : "the account’s";
}
