import { allows, selectorOf, takesMany, type Operator } from "./selectors";

/** Condition is a row of the builder. */
export type Condition = {
  selector: string; // id
  key?: string; // of a selector that has one
  operator: Operator;
  not: boolean;
  values: string[]; // one but for the operator in; none while somebody is still at it
};

/** Form is an expression as the builder shows it: groups joined by And, and within each conditions joined by Or. */
export type Form = Condition[][];

/** most is how many values the builder shows of one condition. */
export const most = 200;

/** newCondition is a row without values. */
export function newCondition(selector: string): Condition {
  const { keyed, choice } = selectorOf(selector);
  return { selector, ...(keyed && { key: "" }), operator: choice ? "is" : "in", not: false, values: [] };
}

/** withSelector has a condition be about something else. Its values stay if they can be those. */
export function withSelector(c: Condition, selector: string): Condition {
  const [old, now] = [selectorOf(c.selector), selectorOf(selector)];
  const fits = allows(now, c.operator) && (c.operator !== "list" || now.lists.length > 0);
  const alike = fits && old.kind === now.kind && !old.choice && !now.choice && c.operator !== "list";
  const fresh = newCondition(selector);
  return { ...fresh, not: c.not, operator: fits ? c.operator : fresh.operator, values: alike ? c.values : [] };
}

/** withOperator has a condition ask something else. The name of a list is no value, and values are no list. */
export function withOperator(c: Condition, operator: Operator, not: boolean): Condition {
  const keeps = (operator === "list") === (c.operator === "list") && (takesMany(operator) || c.values.length <= 1);
  return { ...c, operator, not, values: keeps ? c.values : [] };
}

/** replaced returns a form with another condition at a place, or without it. Groups without conditions go. */
export function replaced(form: Form, group: number, at: number, c?: Condition): Form {
  const next = form.map((conditions, g) => (g === group ? conditions.flatMap((old, i) => (i === at ? (c ? [c] : []) : [old])) : conditions));
  return next.filter((conditions) => conditions.length > 0);
}

/** added returns a form with one more condition: in a group, or in one of its own. */
export function added(form: Form, c: Condition, group = form.length): Form {
  if (group === form.length) return [...form, [c]];
  return form.map((conditions, g) => (g === group ? [...conditions, c] : conditions));
}

/** clean returns what somebody has typed or pasted as values, each once. */
export function clean(kind: string, text: string): string[] {
  const parts = kind === "text" ? text.split(/[\n\r]+/) : text.split(/[\s,;]+/);
  const values = parts.map((part) => part.replace(/[\u0000-\u001f\u007f]+/g, " ").trim()).filter(Boolean);
  return [...new Set(values)];
}
