import type { ZoneSettings, ZoneSettingsForm } from "../../api/types";

type Time = "ns_ttl" | "negative_ttl" | "min_ttl" | "ttl" | "refresh" | "retry" | "expire";

/** SettingsDraft is the settings of a zone as a form holds them. */
export type SettingsDraft = Record<Time, string> & { reference: string; nodata: boolean; flatten: boolean; mname: string; rname: string };

/** times are the settings that are seconds. */
export const times: { key: Time; label: string; pointer: string; hint: string }[] = [
  { key: "ttl", label: "SOA record", pointer: "/soa/ttl", hint: "300 to 86400" },
  { key: "min_ttl", label: "Negative answers", pointer: "/soa/min_ttl", hint: "60 to 86400, part of the SOA" },
  { key: "negative_ttl", label: "Negative answers, at most", pointer: "/internal_dns/negative_ttl", hint: "Bounds the one before; empty for no bound" },
  { key: "ns_ttl", label: "NS records", pointer: "/ns_ttl", hint: "30 to 86400" },
  { key: "refresh", label: "Refresh", pointer: "/soa/refresh", hint: "600 to 86400" },
  { key: "retry", label: "Retry", pointer: "/soa/retry", hint: "600 to 86400" },
  { key: "expire", label: "Expire", pointer: "/soa/expire", hint: "86400 to 2419200" },
];

/** pointers are the members that the form has fields for. */
export const pointers = [...times.map((t) => t.pointer), "/internal_dns/reference_zone_id", "/soa/mname", "/soa/rname"];

export function draftOf(s: ZoneSettings): SettingsDraft {
  return {
    reference: s.internal_dns.reference_zone_id ?? "",
    nodata: s.internal_dns.reference_nodata ?? false,
    flatten: s.internal_dns.flatten,
    negative_ttl: s.internal_dns.negative_ttl?.toString() ?? "",
    ns_ttl: String(s.ns_ttl),
    mname: s.soa.mname ?? "",
    rname: s.soa.rname,
    min_ttl: String(s.soa.min_ttl),
    ttl: String(s.soa.ttl),
    refresh: String(s.soa.refresh),
    retry: String(s.soa.retry),
    expire: String(s.soa.expire),
  };
}

/** formOf returns what the API is told: what differs from the settings as they are. */
export function formOf(draft: SettingsDraft, base: ZoneSettings): ZoneSettingsForm {
  const old = draftOf(base);
  const differs = (key: keyof SettingsDraft) => draft[key] !== old[key];
  const internal: NonNullable<ZoneSettingsForm["internal_dns"]> = {};
  if (differs("reference")) internal.reference_zone_id = draft.reference || null;
  if (differs("nodata")) internal.reference_nodata = draft.nodata;
  if (differs("flatten")) internal.flatten = draft.flatten;
  if (differs("negative_ttl")) internal.negative_ttl = draft.negative_ttl.trim() ? seconds(draft.negative_ttl) : null;
  const soa: NonNullable<ZoneSettingsForm["soa"]> = {};
  if (differs("mname")) soa.mname = draft.mname.trim() || null;
  if (differs("rname")) soa.rname = draft.rname.trim() || null;
  for (const key of ["min_ttl", "ttl", "refresh", "retry", "expire"] as const) if (differs(key)) soa[key] = seconds(draft[key]);
  const form: ZoneSettingsForm = {};
  if (Object.keys(internal).length) form.internal_dns = internal;
  if (Object.keys(soa).length) form.soa = soa;
  if (differs("ns_ttl")) form.ns_ttl = seconds(draft.ns_ttl);
  return form;
}

/** seconds reads a number; what is none is sent as it is, for the API to name it. */
function seconds(text: string): number {
  const trimmed = text.trim();
  return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : (trimmed as unknown as number);
}
