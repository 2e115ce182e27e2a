import type { Rule, RuleForm, RuleSettings, Trigger } from "../../api/types";
import { always, timesForm, timesOf, timesPointers, type Times } from "./times";

export type Action = "view" | "resolvers" | "public";

/** PolicyDraft is a resolver policy as a form holds it. */
export type PolicyDraft = {
  name: string;
  description: string;
  enabled: boolean;
  traffic: string;
  identity: string;
  times: Times;
  action: Action;
  view: string; // id
  fallback: boolean;
  triggers: Trigger[];
  reenter: boolean;
  privateNames: string; // one a line
  resolvers: string; // one a line, IP or IP:PORT or [IP]:PORT
};

/** triggers are what a fallback can be for. The first three are those of Cloudflare. */
export const triggers: { value: Trigger; label: string }[] = [
  { value: "refused", label: "no zone of the view holds the name" },
  { value: "nxdomain", label: "the name does not exist" },
  { value: "cname", label: "an alias leads out of the view" },
  { value: "nodata", label: "the name exists, but not with the type asked for" },
];

const usual: Trigger[] = ["refused", "nxdomain", "cname"];

export function newPolicy(view: string): PolicyDraft {
  const texts = { name: "", description: "", traffic: "", identity: "", privateNames: "special", resolvers: "" };
  return { ...texts, enabled: true, times: always(), action: "view", view, fallback: false, triggers: usual, reenter: false };
}

export function draftOf(rule: Rule): PolicyDraft {
  const { resolve_dns_internally: internally, dns_resolvers: resolvers } = rule.rule_settings;
  const fallback = internally?.fallback === "public_dns";
  return {
    name: rule.name,
    description: rule.description ?? "",
    enabled: rule.enabled,
    traffic: rule.traffic,
    identity: rule.identity,
    times: timesOf(rule),
    action: actionOf(rule),
    view: internally?.view_id ?? "",
    fallback,
    triggers: fallback && internally.fallback_on?.length ? internally.fallback_on : usual,
    reenter: internally?.reenter ?? false,
    privateNames: internally?.private_names?.join("\n") ?? "",
    resolvers: [...(resolvers?.ipv4 ?? []), ...(resolvers?.ipv6 ?? [])].map(resolverText).join("\n"),
  };
}

export function actionOf(rule: Rule): Action {
  if (rule.rule_settings.resolve_dns_internally) return "view";
  return rule.rule_settings.resolve_dns_through_cloudflare ? "public" : "resolvers";
}

/** formOf returns what the API is told of a draft. */
export function formOf(draft: PolicyDraft): RuleForm {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    enabled: draft.enabled,
    action: "resolve",
    filters: ["dns_resolver"],
    traffic: draft.traffic.trim(),
    identity: draft.identity.trim(),
    rule_settings: settingsOf(draft),
    ...timesForm(draft.times),
  };
}

function settingsOf(draft: PolicyDraft): RuleSettings {
  if (draft.action === "public") return { resolve_dns_through_cloudflare: true };
  if (draft.action === "resolvers") return { dns_resolvers: resolversOf(draft.resolvers) };
  const internally: NonNullable<RuleSettings["resolve_dns_internally"]> = { view_id: draft.view, fallback: draft.fallback ? "public_dns" : "none" };
  if (draft.fallback) {
    // Cloudflare's own triggers are not named, so that its clients see what they know.
    if (draft.triggers.length !== usual.length || !usual.every((t) => draft.triggers.includes(t))) {
      internally.fallback_on = triggers.map((t) => t.value).filter((t) => draft.triggers.includes(t));
    }
    if (draft.reenter) internally.reenter = true;
    const names = lines(draft.privateNames);
    if (names.length) internally.private_names = names;
  }
  return { resolve_dns_internally: internally };
}

type Resolver = { ip: string; port?: number | null };

function resolversOf(text: string): NonNullable<RuleSettings["dns_resolvers"]> {
  const all = lines(text).map(resolverOf);
  const v6 = (r: Resolver) => r.ip.includes(":");
  return { ipv4: all.filter((r) => !v6(r)), ipv6: all.filter(v6) };
}

/** resolverOf reads one line. What is no address is sent as it is, for the API to name it. */
export function resolverOf(text: string): Resolver {
  const found = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text);
  if (found) return { ip: found[1] ?? found[2] ?? "", port: Number(found[3]) };
  return { ip: text.replace(/^\[(.*)\]$/, "$1") };
}

export function resolverText({ ip, port }: Resolver): string {
  if (!port || port === 53) return ip;
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function lines(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** ofExpression leaves out of an error under an expression which policy it is about. */
export function ofExpression(message: string): string {
  return message.replace(/^(line \d+: )?resolver policy "(?:[^"\\]|\\.)*": /, "$1");
}

/** settingsPointers are the members of the settings that the form has fields for. */
export const settingsPointers = {
  view: "/rule_settings/resolve_dns_internally/view_id",
  triggers: "/rule_settings/resolve_dns_internally/fallback_on",
  privateNames: "/rule_settings/resolve_dns_internally/private_names",
  resolvers: "/rule_settings/dns_resolvers",
};

/** policyPointers are all members that the form has fields for. */
export const policyPointers = ["/name", "/description", "/traffic", "/identity", ...Object.values(settingsPointers), ...timesPointers];

/** outcomeOf words what a policy does with the queries it matches. */
export function outcomeOf(rule: Rule, views: Map<string, string>): string {
  const { resolve_dns_internally: internally } = rule.rule_settings;
  switch (actionOf(rule)) {
    case "view": {
      const view = internally?.view_id ?? "";
      return `view ${views.get(view) ?? view}${internally?.fallback === "public_dns" ? ", then public DNS" : ""}`;
    }
    case "public":
      return "public DNS";
    default:
      return `resolvers ${draftOf(rule).resolvers.replaceAll("\n", ", ")}`;
  }
}
