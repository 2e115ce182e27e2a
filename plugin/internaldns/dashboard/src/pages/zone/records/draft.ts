import type { DNSRecord, RecordForm } from "../../../api/types";
import { partsOf, type Part } from "./types";

/** Draft is a record as a form holds it: everything is text that somebody types. */
export type Draft = { type: string; name: string; ttl: string; comment: string; tags: string; parts: Record<string, string>; generic?: boolean };

export function newDraft(): Draft {
  return { type: "A", name: "", ttl: "auto", comment: "", tags: "", parts: {} };
}

/** draftOf returns a record of the API as a form holds it. */
export function draftOf(record: DNSRecord): Draft {
  const parts: Record<string, string> = {};
  const generic = !record.data && partsOf(record.type).some((p) => p.at === "data");
  for (const part of partsOf(record.type, generic)) {
    const value = part.at === "data" ? record.data?.[part.key] : record[part.at];
    parts[part.key] = value === undefined || value === null ? "" : String(value).trim();
  }
  return {
    type: record.type,
    name: relative(record.name, record.zone_name),
    ttl: ttlText(record.ttl),
    comment: record.comment ?? "",
    tags: record.tags.join(", "),
    parts,
    generic,
  };
}

/** formOf returns what the API is told of a draft. What is missing or wrong the API says. */
export function formOf(draft: Draft, zone: string): RecordForm {
  const form: RecordForm = {
    type: draft.type.trim().toUpperCase(),
    name: absolute(draft.name, zone),
    ttl: parseTTL(draft.ttl) ?? NaN,
    comment: draft.comment.trim(),
    tags: draft.tags.split(",").map((t) => t.trim()).filter(Boolean),
  };
  const data: Record<string, unknown> = {};
  for (const part of partsOf(draft.type, draft.generic)) {
    const value = valueOf(part, draft.parts[part.key] ?? "");
    if (part.at === "data") data[part.key] = value;
    else if (part.at === "priority") form.priority = value as number;
    else form.content = value as string;
  }
  if (Object.keys(data).length) form.data = data;
  return form;
}

/** valueOf reads a part. A text that is no number is sent as it is, for the API to name it. */
function valueOf(part: Part, text: string): string | number {
  const trimmed = text.trim();
  if (!part.number) return trimmed;
  return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

/** pointerOf returns where in the body of a call a part stands. */
export function pointerOf(part: Part): string {
  return part.at === "data" ? `/data/${part.key}` : `/${part.at}`;
}

/** relative shortens a name within a zone, as people write it. */
export function relative(name: string, zone: string): string {
  if (name === zone) return "@";
  if (zone === ".") return name;
  return name.endsWith("." + zone) ? name.slice(0, -zone.length - 1) : name;
}

/**
 * absolute returns the full name of what was typed: names within the zone may be written
 * with or without it. A final dot says that the name is full.
 */
export function absolute(typed: string, zone: string): string {
  const name = typed.trim();
  if (name === "" || name === "@") return zone;
  if (name.endsWith(".")) return name === "." ? name : name.slice(0, -1);
  if (zone === "." || name === zone || name.toLowerCase().endsWith("." + zone.toLowerCase())) return name;
  return `${name}.${zone}`;
}

const units: Record<string, number> = { "": 1, s: 1, m: 60, h: 3600, d: 86400 };

/** parseTTL reads a time in seconds, or 5m, 1h, 1d; auto is 1, as the API has it. */
export function parseTTL(text: string): number | undefined {
  const typed = text.trim().toLowerCase();
  if (typed === "" || typed === "auto") return 1;
  const found = /^(\d{1,9})\s*([smhd]?)$/.exec(typed);
  return found ? Number(found[1]) * (units[found[2] ?? ""] ?? 1) : undefined;
}

/** ttlText words a TTL so that parseTTL reads the same. */
export function ttlText(seconds: number): string {
  if (seconds === 1) return "auto";
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["m", 60]] as const) if (seconds >= size && seconds % size === 0) return seconds / size + unit;
  return String(seconds);
}

/** reverseOf returns the name at which an address has its PTR record. */
export function reverseOf(type: string, address: string): string | undefined {
  if (type === "A") {
    const parts = address.trim().split(".");
    return parts.length === 4 && parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256) ? parts.reverse().join(".") + ".in-addr.arpa" : undefined;
  }
  if (type !== "AAAA") return undefined;
  const [head = "", tail, more] = address.trim().toLowerCase().split("::");
  if (more !== undefined) return undefined;
  const left = head ? head.split(":") : [];
  const right = tail ? tail.split(":") : [];
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array<string>(missing).fill("0"), ...right];
  if (!groups.every((g) => /^[0-9a-f]{1,4}$/.test(g))) return undefined;
  return [...groups.map((g) => g.padStart(4, "0")).join("")].reverse().join(".") + ".ip6.arpa";
}
