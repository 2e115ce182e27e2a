// An explanation of the API as a path of stages, each with the object that decided it.
import type { Explained } from "../../api/types";
import { sayStep } from "./steps";

export type Tone = "good" | "bad" | "plain" | "quiet";

/** Line is a sentence of a stage; a link leads to the object it is about. */
export type Line = { text: string; saw?: string; tone: Tone; href?: string; records?: string[] };

/** Stage is one station of a query on its way to an answer. */
export type Stage = { kind: string; title: string; tone: Tone; href?: string; lines: Line[] };

/** pathOf returns the stages of an explanation: policy, view, searches, fallback, answer. */
export function pathOf(x: Explained): Stage[] {
  const stages = [question(x), policies(x)];
  if (x.view) {
    stages.push(view(x));
    for (const search of x.searches ?? []) if (search.purpose !== "additional") stages.push(searched(x, search));
    if (x.fallback) stages.push(fallback(x, x.fallback));
  }
  stages.push(answer(x));
  return stages;
}

/** zoneLink returns the address of the page of a zone that an explanation names. */
export function zoneLink(x: Explained, name: string | undefined): string | undefined {
  const id = name === undefined ? undefined : x.ids.zones[name];
  return id && `/zones/${id}`;
}

function question(x: Explained): Stage {
  const { name, type, client, server, recursion_desired: wanted } = x.query;
  const lines: Line[] = [{ text: [client && `from ${client}`, server && `to ${server}`].filter(Boolean).join(" "), tone: "quiet" }];
  if (!wanted) lines.push({ text: "without the flag for recursion", tone: "quiet" });
  return { kind: "Query", title: `${short(name)} ${type}`, tone: "plain", lines: lines.filter((l) => l.text) };
}

function policies(x: Explained): Stage {
  const lines: Line[] = [];
  for (const p of x.policies) {
    const id = x.ids.policies[p.name];
    lines.push({ text: `${p.matched ? "✓" : "✗"} ${p.name}`, tone: p.matched ? "good" : "quiet", ...(id && { href: `/policies/${id}` }) });
    for (const e of [p.traffic, p.identity]) {
      for (const c of e?.clauses ?? []) {
        const saw = (c.saw ?? []).map((s) => `${s.field} is ${s.value}`).join(", ");
        lines.push({ text: `${c.text} is ${c.result}`, ...(saw && { saw }), tone: "quiet" });
      }
    }
  }
  if (x.policies_not_tried) lines.push({ text: `${x.policies_not_tried} after it not tried`, tone: "quiet" });
  if (x.disagrees) lines.push({ text: `The server chooses ${x.disagrees}: this is a bug, please report it.`, tone: "bad" });
  const id = x.ids.policies[x.policy];
  if (x.policy) return { kind: "Policy", title: x.policy, tone: "good", ...(id && { href: `/policies/${id}` }), lines };
  return { kind: "Policy", title: x.policies.length ? "None matches" : "None is on", tone: "plain", lines };
}

function view(x: Explained): Stage {
  const { name = "", gone, zones = 0 } = x.view ?? {};
  const id = x.ids.views[name];
  const lines: Line[] = [{ text: gone ? "It is there no longer." : `${zones} ${zones === 1 ? "zone" : "zones"}`, tone: gone ? "bad" : "quiet" }];
  return { kind: "View", title: name, tone: gone ? "bad" : "good", ...(id && { href: `/views/${id}` }), lines };
}

type Search = NonNullable<Explained["searches"]>[number];

function searched(x: Explained, s: Search): Stage {
  const lines: Line[] = [];
  for (const zone of s.zones) {
    if (!zone.matches) continue;
    const href = zoneLink(x, zone.zone);
    lines.push({ text: `${short(zone.apex)} is the deepest zone that holds the name`, tone: "plain", ...(href && { href }) });
  }
  const rest = s.zones.filter((z) => !z.matches).length;
  if (rest) lines.push({ text: `${rest} shallower ${rest === 1 ? "zone" : "zones"} not searched`, tone: "quiet" });
  if (!s.zones.length && s.purpose !== "references") lines.push({ text: "No zone of the view holds the name", tone: "bad" });
  for (const step of s.steps) {
    const line = sayStep(step);
    const href = zoneLink(x, step.zone);
    if (line) lines.push({ ...line, ...(href && { href }) });
  }
  const kind = { target: "Target of the alias", references: "References" }[s.purpose] ?? "Search";
  return { kind, title: `${short(s.name)} ${s.type}`, tone: lines.some((l) => l.tone === "bad") ? "bad" : "good", lines };
}

function fallback(x: Explained, f: NonNullable<Explained["fallback"]>): Stage {
  const [first, second] = f.asks ?? [];
  const stage = (title: string, tone: Tone, lines: Line[] = []): Stage => ({ kind: "Fallback", title, tone, lines });
  const chosen = (x.policies.at(-1)?.fallback ?? []).length > 0;
  switch (f.decision) {
    case "no_trigger":
      return stage("Not needed", "plain");
    case "not_chosen":
      return stage("No", "plain", [{ text: chosen ? `The policy does not fall back on ${f.trigger}.` : "The policy has no fallback.", tone: "plain" }]);
    case "not_allowed":
      return stage("No", "plain", [{ text: "A query without the flag for recursion, or of type ANY, is never sent out.", tone: "plain" }]);
    case "private":
      return stage("No", "bad", [{ text: `${first?.name} is private to the policy and never leaves.`, tone: "bad" }]);
    default: {
      const lines: Line[] = [{ text: `Public DNS is asked for ${first?.name} ${first?.type}, because of ${f.trigger}.`, tone: "good" }];
      if (second) lines.push({ text: second.private ? `${second.name} is private, so it is not asked for.` : `If that has no record: for ${second.name} ${second.type}.`, tone: "plain" });
      return stage("Public DNS", "good", lines);
    }
  }
}

function answer(x: Explained): Stage {
  const m = x.answer;
  if (!m) {
    const title = { resolvers: "What the policy's resolvers say", refused: "Refused" }[x.route] ?? "What public DNS says";
    const lines = x.public_path.filter(() => x.route === "public").map((u): Line => ({ text: [u.plugin, ...(u.addresses ?? [])].join(" "), tone: "quiet" }));
    return { kind: "Answer", title, tone: x.route === "refused" ? "bad" : "plain", lines };
  }
  const lines: Line[] = [];
  if (m.held) lines.push({ text: "Held back for what public DNS says", tone: "plain" });
  for (const [title, records] of [["Answer", m.answer], ["Authority", m.authority], ["Additional", m.additional]] as const) {
    if (records.length) lines.push({ text: title, tone: "quiet", records });
  }
  if (m.ede) lines.push({ text: `${m.ede.name}: ${m.ede.text}`, tone: "plain" });
  lines.push({ text: `flags ${m.flags.join(" ")}`, tone: "quiet" });
  const good = m.status === "NOERROR" && m.answer.length > 0;
  return { kind: "Answer", title: m.status === "NOERROR" && !m.answer.length ? "NOERROR, without records" : m.status, tone: good ? "good" : "bad", lines };
}

/** short is a name without its final dot. */
export function short(absolute: string | undefined): string {
  if (!absolute || absolute === ".") return absolute ?? "";
  return absolute.replace(/\.$/, "");
}
