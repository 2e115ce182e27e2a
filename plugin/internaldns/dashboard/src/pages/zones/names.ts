// What the form says of the name of a zone that is to be made. The server decides; this
// is told while typing.

/** Named is what a typed text will be: the name of a zone, or of several that make up a network. */
export type Named = { names: string[]; about: string };

/** nameOf reads what was typed: a name, or a network, which becomes its reverse zones. */
export function nameOf(text: string): Named | undefined {
  const typed = text.trim();
  if (!typed) return undefined;
  if (typed.includes("/")) return reverse(typed);
  if (v4(typed) || (typed.includes(":") && v6(typed))) {
    return { names: [typed], about: `This is an address and no name. For the reverse zone of a network write its prefix, too, such as ${typed}/${typed.includes(":") ? 64 : 24}.` };
  }
  const name = typed === "." ? typed : typed.replace(/\.$/, "").toLowerCase();
  const one = (about: string) => ({ names: [name], about });
  if (name === ".") return one("The root: every name that no other zone of a view holds is looked for here. It answers all of DNS for whoever sees it.");
  if (!name.includes(".")) return one(`The whole top-level domain ${name}: public names below it are hidden from whoever sees this zone, unless a policy falls back.`);
  if (name.endsWith(".in-addr.arpa") || name.endsWith(".ip6.arpa")) return one("A reverse zone: PTR records lead from addresses to names.");
  return one("Answers this name and all names below it, but for those that a deeper zone of the same view holds.");
}

/**
 * reverse returns the reverse zones of a network: one if it ends where a label does, else
 * those of its parts. What is smaller than 256 IPv4 addresses has no zone of its own.
 */
function reverse(network: string): Named | undefined {
  const [address = "", bits = ""] = network.split("/");
  const six = address.includes(":");
  const labels = six ? v6(address) : v4(address);
  const length = Number(bits);
  if (!labels || !/^\d{1,3}$/.test(bits) || length === 0 || length > (six ? 128 : 32)) return undefined;
  const each = six ? 4 : 8;
  const taken = six ? length : Math.min(length, 24);
  const whole = Math.ceil(taken / each);
  const parts = 2 ** (whole * each - taken);
  const suffix = six ? ".ip6.arpa" : ".in-addr.arpa";
  const base = six ? 16 : 10;
  const last = parseInt(labels[whole - 1] ?? "0", base);
  const from = last - (last % parts);
  const names = Array.from({ length: parts }, (_, i) => [...labels.slice(0, whole - 1), (from + i).toString(base)].reverse().join(".") + suffix);
  if (taken < length) return { names, about: `The reverse zone of the 256 addresses around ${network}: no zone is smaller. PTR records lead from addresses to names.` };
  if (parts > 1) return { names, about: `${parts} reverse zones make up ${network}: names are cut at every ${six ? "4 bits" : "octet"}. They are created as one change.` };
  return { names, about: `The reverse zone of ${network}: PTR records lead from its addresses to names.` };
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
