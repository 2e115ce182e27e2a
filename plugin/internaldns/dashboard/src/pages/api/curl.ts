import { quote } from "../tester/commands";
import type { Operation } from "./document";

/** Values are what parameters are given, by their names. */
export type Values = Record<string, string>;

/** pathOf fills a path in; what is not given stays as the document has it. */
export function pathOf(operation: Operation, values: Values): string {
  return operation.path.replace(/\{(\w+)\}/g, (whole, name: string) => (values[name]?.trim() ? encodeURIComponent(values[name].trim()) : whole));
}

/** searchOf returns the parameters behind the path. */
export function searchOf(operation: Operation, values: Values): string {
  const set = operation.parameters.filter((p) => p.in === "query" && values[p.name]?.trim()).map((p): [string, string] => [p.name, values[p.name]?.trim() ?? ""]);
  return set.length ? "?" + new URLSearchParams(set).toString() : "";
}

/** missing returns the names of what a path still needs. */
export function missing(operation: Operation, values: Values): string[] {
  return operation.parameters.filter((p) => p.in === "path" && !values[p.name]?.trim()).map((p) => p.name);
}

/** curlLine returns the call for a terminal; the token stands in a variable. */
export function curlLine(operation: Operation, values: Values, url: string, body: unknown): string {
  const parts = ["curl -s"];
  if (operation.method !== "GET") parts.push(`-X ${operation.method}`);
  parts.push(quote(url + pathOf(operation, values) + searchOf(operation, values)));
  if (operation.bearer) parts.push('-H "Authorization: Bearer $TOKEN"');
  if (operation.body?.kind === "multipart/form-data") parts.push("-F file=@zone.txt");
  else if (operation.body) parts.push(`-d ${quote(JSON.stringify(body))}`);
  return parts.join(" ");
}
