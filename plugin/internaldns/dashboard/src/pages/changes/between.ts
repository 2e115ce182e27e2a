// What others have changed since edits were collected.
import { call } from "../../api/call";
import type { Call, Change, ObjectChange, Preview } from "../../api/types";
import type { Edit } from "../../review/changeset";
import { movedOn } from "../../review/diff";

/** Between is the changes since a revision, as far as they were read, the oldest first. */
export type Between = { changes: Change[]; unread: number };

/** Clash is a change of somebody to objects that an edit is about, too. */
export type Clash = { change: Change; objects: ObjectChange[] };

const most = 50; // changes whose objects are read
const size = 200; // changes of a page

/** readBetween reads the changes after a revision. */
export async function readBetween(account: string, since: number, signal: AbortSignal): Promise<Between> {
  const list: Change[] = [];
  for (let page = 1; ; page++) {
    const { result, info } = await call<Change[]>("GET", `${account}/internal_dns/changes`, { query: { page, per_page: size }, signal });
    const later = result.filter((c) => c.revision > since);
    list.push(...later);
    if (later.length < result.length || page >= (info?.total_pages ?? 1)) break;
  }
  const read = list.slice(0, most).map((c) => call<Change>("GET", `${account}/internal_dns/changes/${c.revision}`, { signal }));
  const changes = (await Promise.all(read)).map((a) => a.result);
  const all = list[0] ? list[0].revision - since : 0; // the oldest may be kept no longer
  return { changes: changes.reverse(), unread: all - changes.length };
}

/** clashesOf returns the changes after an edit was collected that touch what it does. */
export function clashesOf(edit: Edit, between: Between): Clash[] {
  const touched = touches(edit.calls);
  return between.changes
    .filter((c) => c.revision > edit.revision)
    .map((change) => ({ change, objects: (change.objects ?? []).filter((o) => touched(o)) }))
    .filter((c) => c.objects.length > 0);
}

/** isStale tells whether what an edit began with is no longer what the server holds. */
export function isStale(edit: Edit, preview: Preview): boolean {
  const id = (edit.base as { id?: string } | undefined)?.id;
  const object = preview.objects.find((o) => o.id !== undefined && o.id === id && o.before !== null);
  return object !== undefined && movedOn(edit.base, object.before);
}

/** touches returns which objects calls change. A call that makes one changes none. */
export function touches(calls: Call[]): (object: ObjectChange) => boolean {
  const ids = new Set<string>();
  const whole = new Set<string>(); // zones that are deleted with their records
  let account = false;
  for (const c of calls) {
    const path = c.path.replace(/\?.*$/, "");
    const at = path.replace(/\/(dns_settings|reset_expiration)$/, "").split("/").pop() ?? "";
    if (/\/accounts\/[^/]+\/dns_settings$/.test(path)) account = true;
    else if (c.method === "POST" || path.endsWith("/order")) for (const id of idsIn(c.body)) ids.add(id);
    else ids.add(at);
    if (c.method === "DELETE" && /\/zones\/[^/]+$/.test(path)) whole.add(at);
  }
  return (o) => (o.id !== undefined && ids.has(o.id)) || (o.zone_id !== undefined && whole.has(o.zone_id)) || (account && o.kind === "settings");
}

/** idsIn returns the objects that a batch of records or an order of policies names. */
function idsIn(body: unknown): string[] {
  const { rules, deletes, patches, puts } = (body ?? {}) as Record<string, unknown>;
  const list = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : []);
  const objects = [...list(deletes), ...list(patches), ...list(puts)].map((o) => (o as { id?: unknown }).id);
  return [...list(rules), ...objects].filter((id) => typeof id === "string");
}
