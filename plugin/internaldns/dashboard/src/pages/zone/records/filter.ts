import type { Query } from "../../../api/call";
import type { Order } from "../../../parts/DataTable";

/** Condition is one of the conditions that records are filtered by. */
export type Condition = { field: Field; how: How; value: string };
export type Field = "name" | "content" | "comment" | "tag";
export type How = "contains" | "exact" | "startswith" | "endswith" | "present" | "absent";

/** RecordFilter is which records the list shows. */
export type RecordFilter = { search: string; type: string; conditions: Condition[]; match: "all" | "any" };

export const noFilter: RecordFilter = { search: "", type: "", conditions: [], match: "all" };

/** hows returns the conditions that there are on a field. */
export function hows(field: Field): How[] {
  const texts: How[] = ["contains", "exact", "startswith", "endswith"];
  return field === "comment" || field === "tag" ? [...texts, "present", "absent"] : texts;
}

/** needsValue tells whether a condition asks for a text; whether a tag is there asks for its name. */
export function needsValue(c: Condition): boolean {
  return c.field === "tag" || (c.how !== "present" && c.how !== "absent");
}

/** queryOf returns the parameters of a call that lists the records. */
export function queryOf(filter: RecordFilter, order: Order): Query {
  const query: Query = { search: filter.search.trim(), type: filter.type, order: order.by, direction: order.down ? "desc" : "asc" };
  for (const c of filter.conditions) {
    if (!needsValue(c)) query[`${c.field}.${c.how}`] = "true";
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
