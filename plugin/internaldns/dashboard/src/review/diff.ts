// What a change does to objects, as the history and previews tell it.
import type { ObjectChange } from "../api/types";

/** Line is one member of an object that differs; a side is missing that has none. */
export type Line = { field: string; before?: string; after?: string };

type Fields = Record<string, unknown>;

// What objects have beside what somebody chose: it follows from that, or from the time.
const noise = new Set([
  ...["id", "zone_id", "zone_name", "status", "paused", "development_mode", "name_servers", "original_name_servers", "original_registrar"],
  ...["original_dnshost", "modified_on", "created_on", "activated_on", "meta", "owner", "account", "tenant", "tenant_unit", "permissions"],
  ...["plan", "serial", "records", "proxiable", "proxied", "locked", "settings", "comment_modified_on", "tags_modified_on", "created_time"],
  ...["modified_time", "created_at", "updated_at", "deleted_at", "version", "source_account", "sharable", "read_only", "warning_status"],
  ...["filters", "expired", "issued_on", "last_used_on", "multi_provider", "secondary_overrides", "zone_mode", "nameservers"],
  ...["flatten_all_cnames", "problem", "action"],
]);

/** diff returns the members in which two states of an object differ. */
export function diff(before: unknown, after: unknown): Line[] {
  const old = flat(before);
  const now = flat(after);
  const lines: Line[] = [];
  for (const field of new Set([...old.keys(), ...now.keys()])) {
    const line: Line = { field, before: old.get(field), after: now.get(field) };
    if (line.before !== line.after) lines.push(line);
  }
  return lines;
}

/**
 * differing returns the parts of a line in which its sides differ, as those of a long list.
 * One whose order alone is another is shown whole.
 */
export function differing(line: Line): Line {
  if (line.before === undefined || line.after === undefined) return line;
  const old = line.before.split("\n");
  const now = line.after.split("\n");
  const was = new Set(old);
  const is = new Set(now);
  if (old.filter((l) => is.has(l)).join("\n") !== now.filter((l) => was.has(l)).join("\n")) return line;
  const gone = old.filter((l) => !is.has(l));
  const came = now.filter((l) => !was.has(l));
  return { field: line.field, ...(gone.length && { before: gone.join("\n") }), ...(came.length && { after: came.join("\n") }) };
}

/** flat returns the members of an object and of those within it, by their path. */
function flat(object: unknown, path = "", out = new Map<string, string>()): Map<string, string> {
  if (typeof object !== "object" || object === null) return out;
  const fields = object as Fields;
  for (const [name, value] of Object.entries(fields)) {
    // The settings of a zone have the reference, too.
    if (noise.has(name) || isEmpty(value) || (name === "internal_dns" && path === "")) continue;
    // What the parts of a record say its content says.
    if (name === "data" && typeof fields["content"] === "string") continue;
    const at = path ? `${path}.${name}` : name;
    if (Array.isArray(value)) out.set(at, value.map(word).join("\n"));
    else if (typeof value === "object") flat(value, at, out);
    else out.set(at, word(value));
  }
  return out;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

function word(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { value: item, description, network } = value as Fields;
  if (typeof item === "string") return typeof description === "string" ? `${item}, ${description}` : item; // of a list
  if (typeof network === "string") return network; // of a location
  return JSON.stringify(value);
}

/** doing says what a change does to an object. */
export function doing(change: ObjectChange): "added" | "removed" | "changed" {
  return change.before === null ? "added" : change.after === null ? "removed" : "changed";
}

/** titleOf names the object of a change as people would. */
export function titleOf(change: ObjectChange): string {
  const object = (change.after ?? change.before ?? {}) as Fields;
  const name = typeof object["name"] === "string" ? object["name"] : (change.id ?? "");
  if (change.kind === "record") return `${name} ${String(object["type"] ?? "")}`;
  return change.kind === "settings" ? "the account" : name;
}

/** kinds words the kinds of objects. */
export const kinds: Record<string, string> = {
  ...{ zone: "Zone", record: "Record", view: "View", rule: "Resolver policy", token: "Token", settings: "Settings of", list: "List", location: "Location" },
};

/** movedOn tells whether an object is another than when a form began to edit it. */
export function movedOn(base: unknown, before: unknown): boolean {
  return base !== undefined && before !== null && diff(base, before).length > 0;
}
