import type { Query } from "../../api/call";
import type { Logged } from "../../api/types";
import { paramsOf as testerParams } from "../tester/form";

/** Filter is which queries are wanted, all of it text; "" stands for all. */
export type Filter = { name: string; type: string; client: string; policy: string; view: string; zone: string; rcode: string; fallback: string };

const keys = ["name", "type", "client", "policy", "view", "zone", "rcode", "fallback"] as const;

export const noFilter: Filter = { name: "", type: "", client: "", policy: "", view: "", zone: "", rcode: "", fallback: "" };

/** filterOf reads the filter from an address. */
export function filterOf(params: URLSearchParams): Filter {
  return Object.fromEntries(keys.map((key) => [key, params.get(key) ?? ""])) as Filter;
}

/** paramsOf puts it into an address. */
export function paramsOf(filter: Filter): URLSearchParams {
  return new URLSearchParams(keys.filter((key) => filter[key].trim()).map((key) => [key, filter[key].trim()]));
}

/** queryOf returns what the API is asked for. A part of a name is enough. */
export function queryOf(filter: Filter): Query {
  const { name, ...rest } = filter;
  const set = Object.entries(rest).filter(([, value]) => value.trim());
  return { ...Object.fromEntries(set.map(([key, value]) => [key, value.trim()])), ...(name.trim() && { "QueryName.contains": name.trim().replace(/\.$/, "") }) };
}

export function isFiltered(filter: Filter): boolean {
  return keys.some((key) => filter[key].trim() !== "");
}

/** testerHref leads to the tester with what a query asked, from where. */
export function testerHref(q: Logged): string {
  const server = q.DstIP ? (q.DstIP.includes(":") ? `[${q.DstIP}]:${q.DstPort ?? 53}` : `${q.DstIP}:${q.DstPort ?? 53}`) : "";
  const form = { name: q.QueryName || ".", type: q.QueryTypeName, client: q.SrcIP ?? "", server, identity: "", host: "", transport: "", plain: false, dnssec: false };
  return `/tester?${testerParams(form).toString()}`;
}

const rcodes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"];

/** rcodeName words a response code. */
export function rcodeName(code: number): string {
  return rcodes[code] ?? String(code);
}

/** rcodeNames are those that are worth a choice. */
export const rcodeNames = ["NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL", "FORMERR", "NOTIMP"];

/** tookWords words a duration. */
export function tookWords(us: number): string {
  if (us < 1000) return `${us} µs`;
  return us < 100_000 ? `${(us / 1000).toFixed(1)} ms` : `${Math.round(us / 1000).toLocaleString()} ms`;
}

/** timeWords words a time to the millisecond, without the day. */
export function timeWords(text: string): string {
  const time = new Date(text);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
