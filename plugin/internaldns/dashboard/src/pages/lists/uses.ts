// Which policies name a list or a location, as the server finds them before it deletes one.
import type { List, Location, Rule } from "../../api/types";

/** listsOf returns what the expressions of a policy name behind a $: ids without hyphens, or the names that a Corefile gives. */
export function listsOf(rule: Rule): Set<string> {
  const found = sources(rule).flatMap((source) => [...source.matchAll(/\$([\w.-]+)/g)].map((m) => bare(m[1] ?? "")));
  return new Set(found);
}

/** naming returns the policies that name a list, in their order. */
export function naming(list: List, rules: Rule[]): Rule[] {
  const id = bare(list.id);
  const name = list.declared && bare(list.declared.id);
  return rules.filter((rule) => {
    const lists = listsOf(rule);
    return lists.has(id) || (rule.declared && name && lists.has(name));
  });
}

/** asking returns the policies that ask for a location by its name or id. */
export function asking(location: Location, rules: Rule[]): Rule[] {
  const quoted = [`"${location.name}"`, `'${location.name}'`];
  return rules.filter((rule) =>
    sources(rule).some((s) => s.includes("dns.location") && (quoted.some((q) => s.includes(q)) || bare(s).includes(bare(location.id)))),
  );
}

function sources(rule: Rule): string[] {
  return [rule.traffic, rule.identity, rule.device_posture].filter(Boolean);
}

function bare(text: string): string {
  return text.replaceAll("-", "").toLowerCase();
}
