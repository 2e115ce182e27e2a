import type { Rule, View, Zone } from "../../api/types";

/** Step is one of the three steps of the guide (LIVE). */
export type Step = { title: string; about: string; done: boolean; missing: string[]; action: string; href: string; unseen?: boolean };

/**
 * stepsOf tells which steps are done, and what keeps answers from being given. Views or
 * policies are undefined for who may not see them: then nothing is said that follows from them.
 */
export function stepsOf(zones: Zone[], views: View[] | undefined, rules: Rule[] | undefined): Step[] {
  const steps = known(zones, views ?? [], rules ?? []);
  return steps.map((step, i) => {
    if ((i === 1 && !views) || (i === 2 && !rules)) return { ...step, done: false, missing: [], unseen: true };
    return i === 2 && !views ? { ...step, done: (rules ?? []).some((r) => r.enabled), missing: [] } : step;
  });
}

function known(zones: Zone[], views: View[], rules: Rule[]): Step[] {
  const held = new Set(views.flatMap((v) => v.zones));
  const referenced = new Set(zones.map((z) => z.internal_dns?.reference_zone_id));
  const named = new Set(rules.filter((r) => r.enabled).map((r) => r.rule_settings.resolve_dns_internally?.view_id));
  const alone = zones.filter((z) => !held.has(z.id) && !referenced.has(z.id));
  const unseen = views.filter((v) => !named.has(v.id));
  const bare = zones.filter((z) => z.records === 0);
  return [
    {
      title: "Create zones",
      about: "A zone holds the records of a name: of a domain, of a top-level domain of your own, or of the root.",
      done: zones.some((z) => z.records > 0),
      missing: some(bare, "without records"),
      action: zones.length ? "Zones" : "Create a zone",
      href: "/zones",
    },
    {
      title: "Put them into views",
      about: "A view is a set of zones that are seen together.",
      done: views.some((v) => v.zones.length > 0),
      missing: some(alone, "in no view"),
      action: views.length ? "Views" : "Create a view",
      href: "/views",
    },
    {
      title: "Write resolver policies",
      about: "A policy says whose queries are answered from which view, and whether public DNS is asked for the rest.",
      done: views.some((v) => named.has(v.id)),
      missing: some(unseen, "that no policy leads to"),
      action: rules.length ? "Resolver policies" : "Create a policy",
      href: rules.length ? "/policies" : "/policies/new",
    },
  ];
}

/** some names the first of those that something is missing of. */
function some(list: { name: string }[], what: string): string[] {
  if (!list.length) return [];
  const names = list.slice(0, 3).map((o) => o.name);
  return [`${names.join(", ")}${list.length > 3 ? ` and ${list.length - 3} more` : ""}: ${what}`];
}
