// What the builder knows of expressions: the selectors that policies have (SPEC 7), and
// the operators of their types.

/** Kind is what the values of a selector are. It decides how they are written. */
export type Kind = "name" | "text" | "address" | "number";

/** Operator is what a condition asks. Each can be negated. */
export type Operator = "is" | "in" | "list" | "contains" | "wildcard" | "matches";

/** Selector is what a condition is about. */
export type Selector = {
  path: string; // as expressions spell it, without [*]
  member?: string; // of an array of records: path[*].member
  keyed?: boolean; // path["key"][*]: somebody has to say which entry
  many?: boolean; // an array, of which one element is enough
  label: string;
  of: "traffic" | "identity";
  kind: Kind;
  lists: string[]; // kinds of lists that it can be in
  choice?: boolean; // one of few values, for which patterns are of no use
};

const domains = ["DOMAIN"];
const emails = ["EMAIL"];

export const selectors: readonly Selector[] = [
  { path: "dns.src_ip", label: "Client network", of: "traffic", kind: "address", lists: ["IP"] },
  { path: "dns.domains", many: true, label: "Domain", of: "traffic", kind: "name", lists: domains },
  { path: "dns.fqdn", label: "Host", of: "traffic", kind: "name", lists: domains },
  { path: "dns.query_rtype", label: "Query type", of: "traffic", kind: "text", lists: [], choice: true },
  { path: "dns.location", label: "Location", of: "traffic", kind: "text", lists: ["LOCATION"], choice: true },
  { path: "dns.src.geo.country", label: "Client country", of: "traffic", kind: "text", lists: [], choice: true },
  { path: "dns.src.geo.continent", label: "Client continent", of: "traffic", kind: "text", lists: [], choice: true },
  { path: "dns.doh_subdomain", label: "DoH subdomain", of: "traffic", kind: "text", lists: [] },
  { path: "dns.resolved_ip", many: true, label: "Server address", of: "traffic", kind: "address", lists: ["IP"] },
  { path: "dns.content_category", many: true, label: "Content category", of: "traffic", kind: "number", lists: ["CATEGORY"] },
  { path: "dns.security_category", many: true, label: "Security category", of: "traffic", kind: "number", lists: ["CATEGORY"] },
  { path: "identity.email", label: "User email", of: "identity", kind: "text", lists: emails },
  { path: "identity.name", label: "User name", of: "identity", kind: "text", lists: [] },
  { path: "identity.groups", member: "name", many: true, label: "Group name", of: "identity", kind: "text", lists: [] },
  { path: "identity.groups", member: "email", many: true, label: "Group email", of: "identity", kind: "text", lists: emails },
  { path: "identity.groups", member: "id", many: true, label: "Group id", of: "identity", kind: "text", lists: [] },
  { path: "identity.saml_attributes", keyed: true, many: true, label: "SAML attribute", of: "identity", kind: "text", lists: [] },
  { path: "identity.oidc_claims", many: true, label: "OIDC claim (NAME=VALUE)", of: "identity", kind: "text", lists: [] },
];

/** idOf tells selectors apart. */
export function idOf(s: Selector): string {
  return s.member ? `${s.path}[*].${s.member}` : s.path;
}

const byID = new Map(selectors.map((s) => [idOf(s), s]));

export function selectorOf(id: string): Selector {
  const found = byID.get(id);
  if (!found) throw new Error(`there is no selector ${id}`);
  return found;
}

/** isSelector tells whether there is a selector of an id. */
export function isSelector(id: string): boolean {
  return byID.has(id);
}

type Words = { value: Operator; is: string; not: string };

const words: readonly Words[] = [
  { value: "is", is: "is", not: "is not" },
  { value: "in", is: "in", not: "not in" },
  { value: "list", is: "in list", not: "not in list" },
  { value: "contains", is: "contains", not: "does not contain" },
  { value: "wildcard", is: "is like (*)", not: "is not like (*)" },
  { value: "matches", is: "matches regex", not: "does not match regex" },
];

/** takesMany tells whether an operator has several values. */
export function takesMany(operator: Operator): boolean {
  return operator === "in";
}

/** allows tells whether a selector has an operator. */
export function allows(s: Selector, operator: Operator): boolean {
  return operator === "is" || operator === "in" || operator === "list" || s.kind === "name" || s.kind === "text";
}

/** operatorsOf returns the operators to choose from, negated ones beside the others. */
export function operatorsOf(s: Selector, now: Operator): Words[] {
  return words.filter(({ value }) => {
    if (value === now) return true;
    if (value === "list") return s.lists.length > 0;
    return allows(s, value) && !(s.choice && value !== "is" && value !== "in");
  });
}
