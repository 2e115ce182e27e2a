// What is pasted into a list: one value a line. What is told here while somebody types
// the server checks again, and more.
import type { ListKind } from "../../api/types";
import { count } from "../../parts/time";

/** Line is a value with the line that it stands on. */
export type Line = { line: number; value: string; description: string };

/** Wrong is a line that cannot be added, and why. */
export type Wrong = { line: number; text: string };

export type Read = { items: Line[]; wrong: Wrong[] };

/**
 * readLines reads values of a kind. A description stands behind a comma or a #; lines that
 * begin with a # are none. known tells what is in the list already.
 */
export function readLines(text: string, kind: ListKind, known: ReadonlySet<string>): Read {
  const read: Read = { items: [], wrong: [] };
  const seen = new Map<string, number>();
  text.split("\n").forEach((source, i) => {
    const line = i + 1;
    const { value, description } = split(source, kind);
    if (!value) return;
    const same = canonical(kind, value);
    const why = problemOf(kind, value);
    const first = seen.get(same);
    if (why) read.wrong.push({ line, text: `“${short(value)}” ${why}` });
    else if (first !== undefined) read.wrong.push({ line, text: `“${short(value)}” stands on line ${first} already` });
    else if (known.has(same)) read.wrong.push({ line, text: `“${short(value)}” is in the list already` });
    else read.items.push({ line, value, description });
    if (!seen.has(same)) seen.set(same, line);
  });
  return read;
}

/** split parts a line. URLs have commas and # of their own: there a blank stands beside the one that separates. */
function split(source: string, kind: ListKind): { value: string; description: string } {
  const text = source.trim();
  if (text.startsWith("#")) return { value: "", description: "" };
  const at = text.search(kind === "URL" ? /,\s|\s#/ : /[,#]/);
  if (at < 0) return { value: unquote(text), description: "" };
  return { value: unquote(text.slice(0, at)), description: unquote(text.slice(at).replace(/^\s*[,#]/, "")) };
}

/** unquote takes the quotes of a spreadsheet's file away. */
function unquote(text: string): string {
  return text.trim().replace(/^"(.*)"$/, "$1").trim();
}

function short(value: string): string {
  return value.length > 60 ? value.slice(0, 60) + "…" : value;
}

/** canonical returns the form that values which mean the same have in common. */
export function canonical(kind: ListKind, value: string): string {
  switch (kind) {
    case "DOMAIN":
      return value.toLowerCase().replace(/\.$/, "");
    case "EMAIL":
      return value.toLowerCase();
    case "IP":
      return value.toLowerCase().replace(/^([\d.]+)\/32$|^([\da-f:]+)\/128$/, "$1$2");
    default:
      return value;
  }
}

const most = 2048; // octets of a value

/** problemOf says why a text is no value of a kind, "" if nothing is wrong with it. */
function problemOf(kind: ListKind, value: string): string {
  if (value.length > most) return `has more than ${most} characters`;
  switch (kind) {
    case "DOMAIN":
      if (value.includes("*")) return "has a *: a list holds the name, the expression asks for all below it";
      return /[@/\s]/.test(value) || value.length > 254 || value.replace(/\.$/, "").split(".").some((l) => !l || l.length > 63) ? "is no domain name" : "";
    case "EMAIL":
      return /^[^@\s<>"]+@[^@\s<>"]+$/.test(value) ? "" : "is no mail address";
    case "IP":
      return isNetwork(value) ? "" : "is neither an address nor a network such as 192.0.2.0/24";
    case "URL":
      return /^[^:\s]+:\/\/\S+$/.test(value) ? "" : "is no URL";
    case "CATEGORY":
      return /^\d+$/.test(value) ? "" : "is no number";
    default:
      return "";
  }
}

/** isNetwork tells whether a text is an address or a CIDR. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, more] = text.split("/");
  const v6 = address.includes(":");
  if (more !== undefined || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= (v6 ? 128 : 32)))) return false;
  if (v6) return URL.canParse(`http://[${address}]/`);
  const parts = address.split(".");
  return parts.length === 4 && parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256);
}

const room = 900_000; // octets of a body that values may take: one has at most 1 MiB (LIVE 3)

/** fitting returns how many of the first values one call can have. */
export function fitting(values: unknown[]): number {
  const encoder = new TextEncoder();
  let octets = 0;
  for (const [i, value] of values.entries()) {
    octets += encoder.encode(JSON.stringify(value)).length + 1;
    if (octets > room) return i;
  }
  return values.length;
}

/** keepLines returns the text without the lines that were added. */
export function keepLines(text: string, added: Line[]): string {
  const gone = new Set(added.map((a) => a.line));
  return text
    .split("\n")
    .filter((line, i) => !gone.has(i + 1) && line.trim())
    .join("\n");
}

/** summary says what is to be added. */
export function summary(read: Read): string {
  if (!read.items.length && !read.wrong.length) return "One value a line.";
  const good = count(read.items.length, "value");
  return read.wrong.length ? `${good}, and ${count(read.wrong.length, "line")} that cannot be added` : good;
}
