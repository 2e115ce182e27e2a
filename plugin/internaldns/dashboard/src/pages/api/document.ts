// The API's own document (OpenAPI 3.1), as its page shows it.

export type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
};

export type Parameter = { name: string; in: "path" | "query" | "header" | "cookie"; required?: boolean; description?: string; schema?: Schema };
type Content = Record<string, { schema?: Schema }>;
type Response = { description?: string; content?: Content };
type Raw = {
  operationId: string;
  summary: string;
  tags?: string[];
  parameters?: (Parameter & { $ref?: string })[];
  requestBody?: { content: Content };
  responses: Record<string, Response & { $ref?: string }>;
  security?: Record<string, string[]>[];
  "x-permission"?: string;
};

export type Document = {
  info: { version: string; description: string };
  paths: Record<string, Record<string, Raw>>;
  components: { schemas: Record<string, Schema>; parameters: Record<string, Parameter>; responses: Record<string, Response> };
};

/** Operation is a call, with all that the document says of it. */
export type Operation = {
  id: string;
  method: string;
  path: string;
  summary: string;
  group: string;
  permission: string; // the permission group that it needs, "" for none
  bearer: boolean; // whether it bears a token
  parameters: Parameter[];
  body?: { kind: string; schema: Schema };
  answer?: { kind: string; schema: Schema };
  streams: boolean;
  errors: { status: string; about: string }[];
};

/** groups are what calls are about, by their tag or the part of the path that tells it, in the order of the page. */
const groups: [string, string][] = [
  ["zones", "Zones"],
  ["dns_records", "Records"],
  ["dns_settings", "DNS settings"],
  ["views", "Views"],
  ["rules", "Resolver policies"],
  ["lists", "Lists"],
  ["locations", "Locations"],
  ["internal_dns", "Preview, history and what happens now"],
  ["tokens", "Tokens"],
  ["session", "Session"],
  ["gateway", "Gateway"],
  ["accounts", "Accounts"],
];

function groupOf(path: string, tag: string): string {
  const part = tag === "accounts" ? (["internal_dns", "gateway"].find((p) => path.includes(`/${p}`)) ?? tag) : tag;
  return groups.find(([key]) => key === part)?.[1] ?? part;
}

/** operationsOf reads the calls of a document, in the order of the groups, then of the paths. */
export function operationsOf(doc: Document): Operation[] {
  const order = groups.map(([, name]) => name);
  const all = Object.entries(doc.paths).flatMap(([path, of]) => Object.entries(of).map(([method, raw]) => operationOf(doc, path, method, raw)));
  const at = (o: Operation) => (order.includes(o.group) ? order.indexOf(o.group) : order.length);
  return all.sort((a, b) => at(a) - at(b) || (a.path === b.path ? methods.indexOf(a.method) - methods.indexOf(b.method) : 0));
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]; // in their order

function operationOf(doc: Document, path: string, method: string, raw: Raw): Operation {
  const answers = raw.responses["200"]?.content ?? {};
  const answer = Object.entries(answers)[0];
  const body = Object.entries(raw.requestBody?.content ?? {})[0];
  return {
    id: raw.operationId,
    method: method.toUpperCase(),
    path,
    summary: raw.summary,
    group: groupOf(path, raw.tags?.[0] ?? ""),
    permission: raw["x-permission"] ?? "",
    bearer: raw.security?.some((s) => "token" in s) ?? true,
    parameters: (raw.parameters ?? []).map((p) => (p.$ref ? (doc.components.parameters[lastOf(p.$ref)] ?? p) : p)),
    ...(body && { body: { kind: body[0], schema: body[1].schema ?? {} } }),
    ...(answer && { answer: { kind: answer[0], schema: answer[1].schema ?? {} } }),
    streams: "text/event-stream" in answers,
    errors: Object.entries(raw.responses)
      .filter(([status]) => status !== "200")
      .map(([status, r]) => ({ status, about: (r.$ref ? doc.components.responses[lastOf(r.$ref)] : r)?.description ?? "" })),
  };
}

function lastOf(ref: string): string {
  return ref.slice(ref.lastIndexOf("/") + 1);
}

/** findOperations returns the calls that have all words of a text in their path, summary, permission, group or parameters. */
export function findOperations(text: string, all: Operation[]): Operation[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((o) => {
    const hay = [o.method, o.path, o.summary, o.permission, o.group, ...o.parameters.map((p) => p.name)].join(" ").toLowerCase();
    return words.every((w) => hay.includes(w));
  });
}

/** Member is a member of a body or answer, with how deep it stands within others. */
export type Member = { path: string; name: string; depth: number; type: string; about: string; required: boolean };

const deepest = 8;

/** membersOf returns the members of a schema, those of others within them behind these. What repeats itself ends. */
export function membersOf(doc: Document, schema: Schema): Member[] {
  const out: Member[] = [];
  walk(doc, schema, "", 0, [], out);
  return out;
}

function walk(doc: Document, schema: Schema, path: string, depth: number, above: string[], out: Member[]) {
  const { found, names } = resolve(doc, schema, above);
  if (!found || depth > deepest) return;
  if (found.items) return walk(doc, found.items, path + "[]", depth, names, out);
  const alternative = found.anyOf?.find((s) => s.$ref || s.properties || s.items);
  if (alternative) return walk(doc, alternative, path, depth, names, out);
  if (typeof found.additionalProperties === "object" && Object.keys(found.additionalProperties).length) {
    return walk(doc, { properties: { "(any name)": found.additionalProperties } }, path, depth, names, out);
  }
  for (const [name, member] of Object.entries(found.properties ?? {})) {
    const at = `${path}/${name}`;
    const about = member.description ?? resolve(doc, member, []).found?.description ?? "";
    out.push({ path: at, name, depth, type: typeOf(doc, member), about, required: found.required?.includes(name) ?? false });
    walk(doc, member, at, depth + 1, names, out);
  }
}

/** resolve follows references; found is missing where a schema holds itself. */
function resolve(doc: Document, schema: Schema, above: string[]): { found?: Schema; names: string[] } {
  let found: Schema | undefined = schema;
  const names = [...above];
  while (found?.$ref) {
    const name = lastOf(found.$ref);
    if (names.includes(name)) return { names };
    names.push(name);
    found = doc.components.schemas[name];
  }
  return { ...(found && { found }), names };
}

/** typeOf words the type of a schema. */
export function typeOf(doc: Document, schema: Schema): string {
  const { found } = resolve(doc, schema, []);
  if (!found) return "object";
  if (found.const !== undefined) return JSON.stringify(found.const);
  if (found.enum) return found.enum.map((v) => JSON.stringify(v)).join(" | ");
  if (found.anyOf) return [...new Set(found.anyOf.map((s) => typeOf(doc, s)))].join(" | ");
  const types = [found.type ?? (found.properties ? "object" : "any")].flat();
  return types.map((t) => (t === "array" && found.items ? `array of ${typeOf(doc, found.items)}` : t === "string" && found.format ? `string (${found.format})` : t)).join(" | ");
}

/** resultOf returns what stands in the envelope of an answer, or the answer if that has none. */
export function resultOf(schema: Schema): Schema {
  return schema.properties?.["result"] ?? schema;
}

/** exampleOf returns a body with what is needed. */
export function exampleOf(doc: Document, schema: Schema, above: string[] = []): unknown {
  const { found, names } = resolve(doc, schema, above);
  if (!found) return {};
  if (found.const !== undefined) return found.const;
  if (found.enum) return found.enum[0];
  if (found.anyOf) return exampleOf(doc, found.anyOf[0] ?? {}, names);
  switch ([found.type ?? "object"].flat()[0]) {
    case "array":
      return found.items ? [exampleOf(doc, found.items, names)] : [];
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return true;
    case "string":
      return "…";
    default: {
      const needed = Object.entries(found.properties ?? {}).filter(([name, member]) => found.required?.includes(name) || member.description?.startsWith("needed"));
      return Object.fromEntries(needed.map(([name, member]) => [name, exampleOf(doc, member, names)]));
    }
  }
}
