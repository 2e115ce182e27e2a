// What the form says of the name of a zone that is to be made. The server decides; this
// is told while typing.

/** Named is what a typed text will be as the name of a zone. */
export type Named = { name: string; about: string };

/** nameOf reads what was typed: a name, or a network, which becomes its reverse zone. */
export function nameOf(text: string): Named | undefined {
  const typed = text.trim();
  if (!typed) return undefined;
  if (typed.includes("/")) return reverse(typed);
  const name = typed === "." ? typed : typed.replace(/\.$/, "").toLowerCase();
  if (name === ".") return { name, about: "The root: every name that no other zone of a view holds is looked for here. It answers all of DNS for whoever sees it." };
  if (!name.includes(".")) return { name, about: `The whole top-level domain ${name}: public names below it are hidden from whoever sees this zone, unless a policy falls back.` };
  if (name.endsWith(".in-addr.arpa") || name.endsWith(".ip6.arpa")) return { name, about: "A reverse zone: PTR records lead from addresses to names." };
  return { name, about: "Answers this name and all names below it, but for those that a deeper zone of the same view holds." };
}

/** reverse returns the reverse zone of a network on the boundary of a label. */
function reverse(network: string): Named | undefined {
  const [address = "", bits = ""] = network.split("/");
  const length = Number(bits);
  if (!/^\d+$/.test(bits)) return undefined;
  const labels = address.includes(":") ? v6(address) : v4(address);
  const each = address.includes(":") ? 4 : 8;
  if (!labels || length % each !== 0 || length === 0 || length > labels.length * each) return undefined;
  const name = labels.slice(0, length / each).reverse().join(".") + (each === 4 ? ".ip6.arpa" : ".in-addr.arpa");
  return { name, about: `The reverse zone of ${network}: PTR records lead from its addresses to names.` };
}

function v4(address: string): string[] | undefined {
  const parts = address.split(".");
  return parts.length === 4 && parts.every((p) => /^\d{1,3}$/.test(p) && Number(p) < 256) ? parts.map((p) => String(Number(p))) : undefined;
}

function v6(address: string): string[] | undefined {
  const halves = address.toLowerCase().split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half ? half.split(":") : []));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<string>(missing).fill("0"), ...tail];
  return groups.every((g) => /^[0-9a-f]{1,4}$/.test(g)) ? [...groups.map((g) => g.padStart(4, "0")).join("")] : undefined;
}
