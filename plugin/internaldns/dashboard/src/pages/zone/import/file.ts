import type { ImportGroup, ImportPreview } from "../../../api/types";

/** Kind is what becomes of a record of a file. */
export type Kind = "added" | "changed" | "present" | "refused";

/** kinds words them, and says what is to be known of each. */
export const kinds: { kind: Kind; title: string; about: string }[] = [
  { kind: "added", title: "Added", about: "The first records of their name and type." },
  { kind: "changed", title: "Beside others", about: "Names and types that have records already, which stay: the answer has all of them." },
  { kind: "present", title: "There already", about: "These stay as they are." },
  { kind: "refused", title: "Refused", about: "These cannot be in the zone. Lines are counted from the top of the file." },
];

/** firstKind returns the tab to begin with: what is wrong before what is new. */
export function firstKind(preview: ImportPreview): Kind {
  const order: Kind[] = ["refused", "added", "changed", "present"];
  return order.find((kind) => preview[kind].count > 0) ?? "added";
}

/** added returns how many records an import adds. */
export function added(preview: ImportPreview): number {
  return preview.added.count + preview.changed.count;
}

/** linesOf returns the lines of a text that a group is about, by their number. */
export function linesOf(text: string, group: ImportGroup): Map<number, string> {
  const wanted = new Set(group.records.map((r) => r.line));
  const found = new Map<number, string>();
  for (let line = 1, at = 0; at <= text.length && found.size < wanted.size; line++) {
    const end = text.indexOf("\n", at);
    const stop = end < 0 ? text.length : end;
    if (wanted.has(line)) found.set(line, text.slice(at, stop).trim());
    at = stop + 1;
  }
  return found;
}

/** sizeText words how large a file is. */
export function sizeText(octets: number): string {
  return octets < 1_000_000 ? `${Math.ceil(octets / 1000).toLocaleString()} kB` : `${(octets / 1_000_000).toFixed(1)} MB`;
}
