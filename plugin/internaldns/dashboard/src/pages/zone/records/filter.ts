import type { Query } from "../../../api/call";
import type { Order } from "../../../parts/DataTable";

/** Condition is one of the conditions that records are filtered by. */
export type Condition = { field: Field; how: How; value: string };
export type Field = "name" | "content" | "comment" | "tag" | "type";
export type How = "contains" | "exact" | "startswith" | "endswith" | "present" | "absent";

export const fields: Field[] = ["name", "content", "comment", "tag", "type"];

/** RecordFilter is which records the list shows. */
export type RecordFilter = { search: string; type: string; conditions: Condition[]; match: "all" | "any" };

export const noFilter: RecordFilter = { search: "", type: "", conditions: [], match: "all" };

/** hows returns the conditions that there are on a field. */
export function hows(field: Field): How[] {
  if (field === "type") return ["exact"];
  const texts: How[] = ["contains", "exact", "startswith", "endswith"];
  return field === "comment" || field === "tag" ? [...texts, "present", "absent"] : texts;
}

/** needsValue tells whether a condition asks for a text; whether a tag is there asks for its name. */
export function needsValue(c: Condition): boolean {
  return c.field === "tag" || (c.how !== "present" && c.how !== "absent");
}

/**
 * free returns the conditions on a field that no other condition has yet: the API takes each
 * once.
 */
export function free(conditions: Condition[], field: Field, but: number): How[] {
  return hows(field).filter((how) => !conditions.some((c, i) => i !== but && c.field === field && c.how === how));
}

/** another returns a condition that there is none of yet, undefined when there are all. */
export function another(conditions: Condition[]): Condition | undefined {
  for (const field of fields) {
    const how = free(conditions, field, -1)[0];
    if (how && !conditions.some((c) => c.field === field)) return { field, how, value: "" };
  }
  const field = fields.find((f) => free(conditions, f, -1).length > 0);
  return field && { field, how: free(conditions, field, -1)[0] ?? "contains", value: "" };
}

/** queryOf returns the parameters of a call that lists the records. */
export function queryOf(filter: RecordFilter, order: Order): Query {
  const query: Query = { search: filter.search.trim(), only_type: filter.type, order: order.by, direction: order.down ? "desc" : "asc" };
  for (const c of filter.conditions) {
    if (c.field === "type") query["type"] = c.value;
    else if (!needsValue(c)) query[`${c.field}.${c.how}`] = "true";
    else if (c.value.trim()) query[`${c.field}.${c.how}`] = c.value.trim();
  }
  if (filter.match === "any") query["match"] = "any";
  return query;
}

/** filterOf returns the filter that an address asks for, such as one that the search leads to. */
export function filterOf(search: string): RecordFilter {
  const asked = new URLSearchParams(search);
  const name = asked.get("name");
  return {
    ...noFilter,
    search: asked.get("search") ?? "",
    type: asked.get("type") ?? "",
    conditions: name ? [{ field: "name", how: "exact", value: name }] : [],
  };
}

/** isFiltered tells whether a filter leaves anything out. */
export function isFiltered(filter: RecordFilter): boolean {
  const { order: _, direction: __, match: ___, ...conditions } = queryOf(filter, { by: "name", down: false });
  return Object.values(conditions).some((value) => value !== "");
}
