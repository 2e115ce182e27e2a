/** Asker is who asks, and how. */
export type Asker = { client: string; server: string; identity: string; host: string; transport: string };

export const nobody: Asker = { client: "", server: "", identity: "", host: "", transport: "" };

/** Form is what the tester is asked, all of it text. */
export type Form = Asker & {
  name: string;
  type: string;
  other?: Asker; // who it is compared with
  plain: boolean; // without RD
  dnssec: boolean;
};

const asking = ["client", "server", "identity", "host", "transport"] as const;
const texts = ["name", "type", ...asking] as const;

/** formOf reads the form from an address. */
export function formOf(params: URLSearchParams): Form {
  const text = (key: string) => params.get(key) ?? "";
  const other = Object.fromEntries(asking.map((key) => [key, text(`${key}2`)])) as Asker;
  return {
    ...(params.has("compare") && { other }),
    ...{ name: text("name"), type: text("type") || "A", client: text("client"), server: text("server") },
    ...{ identity: text("identity"), host: text("host"), transport: text("transport") },
    ...{ plain: params.has("plain"), dnssec: params.has("dnssec") },
  };
}

/** paramsOf puts the form into an address. */
export function paramsOf(form: Form): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of texts) if (form[key].trim()) params.set(key, form[key].trim());
  if (form.other) params.set("compare", "1");
  for (const key of asking) if (form.other?.[key].trim()) params.set(`${key}2`, form.other[key].trim());
  if (form.plain) params.set("plain", "1");
  if (form.dnssec) params.set("dnssec", "1");
  return params;
}

/** otherOf is the same question, asked by who is compared. */
export function otherOf(form: Form): Form | undefined {
  const { other, ...rest } = form;
  return other && { ...rest, ...other };
}

/** bodyOf returns what the API is asked. An address as the name asks for its PTR record. */
export function bodyOf(form: Form): Record<string, string | boolean> {
  const body: Record<string, string | boolean> = {};
  for (const key of texts) if (form[key].trim()) body[key] = form[key].trim();
  if (form.plain) body["no_recursion"] = true;
  if (form.dnssec) body["dnssec"] = true;
  return body;
}
