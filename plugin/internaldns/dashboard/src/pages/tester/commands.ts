// The lines that ask the same from a terminal.

export type Question = { name: string; type: string; client: string; server: string };

/** digLine returns the call of dig. Its client must be an address of the machine it runs on. */
export function digLine(q: Question, listen: string | undefined): string {
  const [host, port] = hostPort(q.server || listen || "127.0.0.1");
  return ["dig", `@${host}`, port && port !== "53" ? `-p ${port}` : "", q.client ? `-b ${quote(q.client)}` : "", quote(q.name), quote(q.type || "A")].filter(Boolean).join(" ");
}

/** curlLine returns the call of the API that explains it; the token stands in a variable. */
export function curlLine(body: object, origin: string, account: string): string {
  const url = `${origin}/client/v4${account}/internal_dns/explain`;
  return `curl -s ${quote(url)} -H "Authorization: Bearer $TOKEN" -d ${quote(JSON.stringify(body))}`;
}

/** hostPort parts an address as the server tells it: dns://127.0.0.1:53, [::1]:53, 192.0.2.1. */
export function hostPort(address: string): [string, string | undefined] {
  const bare = address.replace(/^[a-z0-9]+:\/\//, "");
  const found = /^\[(.+)\](?::(\d+))?$/.exec(bare) ?? /^([^:]*)(?::(\d+))?$/.exec(bare);
  return found ? [found[1] || "127.0.0.1", found[2]] : [bare, undefined];
}

/** quote makes a text one word of a shell. */
export function quote(text: string): string {
  return /^[\w.:/@*-]+$/.test(text) && !text.includes("*") ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
