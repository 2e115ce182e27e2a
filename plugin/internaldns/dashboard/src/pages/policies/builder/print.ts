import type { Condition, Form } from "./form";
import { patternIn } from "./strings";
import { selectorOf, type Selector } from "./selectors";

/** print writes a form as an expression. Where a value is missing the server will say so. */
export function print(form: Form): string {
  return form.map((group) => (group.length > 1 && form.length > 1 ? `(${disjunction(group)})` : disjunction(group))).join(" and ");
}

function disjunction(group: Condition[]): string {
  return group.map(condition).join(" or ");
}

function condition(c: Condition): string {
  const s = selectorOf(c.selector);
  const unequal = c.not && c.operator === "is" && !s.many;
  const text = `${left(s, c.key ?? "")} ${unequal ? "!=" : operators[c.operator]} ${right(s, c)}`.trim();
  return `${c.not && !unequal ? "not " : ""}${s.many ? `any(${text})` : text}`;
}

const operators = { is: "==", in: "in", list: "in", contains: "contains", wildcard: "wildcard", matches: "matches" };

function left(s: Selector, key: string): string {
  if (!s.many) return s.path;
  return `${s.path}${s.keyed ? `[${quoted(key)}]` : ""}[*]${s.member ? `.${s.member}` : ""}`;
}

function right(s: Selector, c: Condition): string {
  const value = c.values[0];
  switch (c.operator) {
    case "in":
      return `{${c.values.map((v) => literal(s, v)).join(" ")}}`;
    case "list":
      return value && isName(value) ? `$${value}` : "$";
    case "matches":
      return value === undefined ? "" : pattern(value);
    default:
      return value === undefined ? "" : literal(s, value);
  }
}

/** isName tells whether a text can be the name of a list. */
export function isName(text: string): boolean {
  return /^[\w.-]+$/.test(text);
}

// What cannot be an address or a number is quoted: it is wrong all the same, but can be
// nothing else than a value.
const bare = { address: /^[0-9a-fA-F:][0-9a-fA-F:./]*$/, number: /^-?[0-9]+(\.\.-?[0-9]+)?$/ };

function literal(s: Selector, value: string): string {
  if ((s.kind === "address" || s.kind === "number") && bare[s.kind].test(value)) return value;
  return quoted(value);
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** pattern writes a regular expression: in quotes, which leave backslashes alone, or raw if those would end it elsewhere. */
function pattern(value: string): string {
  const plain = `"${value}"`;
  const read = patternIn(plain, 0);
  if (read?.value === value && read.end === plain.length) return plain;
  let fence = "";
  while (value.includes(`"${fence}`)) fence += "#";
  return `r${fence}"${value}"${fence}`;
}
