import type { Call, DNSRecord } from "../../../api/types";
import { parseTTL } from "./draft";

/** most is how many records can be changed at once: batches of 3,500 (LIVE 3), of which a few make one change. */
export const most = 14_000;
const ofBatch = 3500;
const mostOctets = 1_000_000; // of the body of a change

/** Edit is what is to be done to many records, as a form holds it: what is empty stays as it is. */
export type Edit = { ttl: string; comment: string; noComment: boolean; add: string; remove: string };

export const noEdit: Edit = { ttl: "", comment: "", noComment: false, add: "", remove: "" };

type Patch = { id: string; ttl?: number; comment?: string; tags?: string[] };

/** patchesOf returns the changes of those records that an edit makes others. */
export function patchesOf(records: DNSRecord[], edit: Edit): Patch[] {
  const ttl = edit.ttl.trim() ? parseTTL(edit.ttl) : undefined;
  const comment = edit.noComment ? "" : edit.comment.trim() || undefined;
  const [add, remove] = [tagsOf(edit.add), tagsOf(edit.remove)];
  const patches: Patch[] = [];
  for (const r of records) {
    const patch: Patch = { id: r.id };
    if (ttl !== undefined && ttl !== r.ttl) patch.ttl = ttl;
    if (comment !== undefined && comment !== (r.comment ?? "")) patch.comment = comment;
    const tags = tagged(r.tags, add, remove);
    if (tags.join() !== r.tags.join()) patch.tags = tags;
    if (Object.keys(patch).length > 1) patches.push(patch);
  }
  return patches;
}

/** tagsOf reads tags with commas between them. */
export function tagsOf(text: string): string[] {
  return text.split(",").map((t) => t.trim()).filter(Boolean);
}

/**
 * tagged returns tags with some more and others less. A name takes the tag of that name
 * away, whatever its value; an added tag takes the place of one of its name.
 */
export function tagged(tags: string[], add: string[], remove: string[]): string[] {
  const nameOf = (tag: string) => (tag.split(":")[0] ?? "").toLowerCase();
  const gone = (tag: string) => remove.some((r) => (r.includes(":") ? r.toLowerCase() === tag.toLowerCase() : r.toLowerCase() === nameOf(tag)));
  const replaced = (tag: string) => add.some((a) => a !== tag && nameOf(a) === nameOf(tag));
  const kept = tags.filter((t) => !gone(t) && !replaced(t));
  return [...kept, ...add.filter((a) => !kept.includes(a))];
}

/** wrongTTL tells whether a time is none that the form understands. */
export function wrongTTL(edit: Edit): boolean {
  return edit.ttl.trim() !== "" && parseTTL(edit.ttl) === undefined;
}

/** batches returns the calls that patch or delete records, undefined if they are too much for one change. */
export function batches(zone: string, what: "patches" | "deletes", list: Patch[]): Call[] | undefined {
  const calls: Call[] = [];
  for (let i = 0; i < list.length; i += ofBatch) {
    calls.push({ method: "POST", path: `/zones/${zone}/dns_records/batch`, body: { [what]: list.slice(i, i + ofBatch) } });
  }
  return list.length > most || JSON.stringify(calls).length > mostOctets ? undefined : calls;
}
