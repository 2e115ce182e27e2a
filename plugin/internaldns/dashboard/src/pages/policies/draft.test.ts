import { describe, expect, it } from "vitest";

import type { Rule, RuleSettings } from "../../api/types";
import { draftOf, formOf, newPolicy, ofExpression, outcomeOf, resolverOf, resolverText } from "./draft";

const rule = (rule_settings: RuleSettings): Rule =>
  ({ id: "r", name: "n", enabled: true, traffic: 'dns.fqdn == "x"', identity: "", description: "d", precedence: 1, rule_settings }) as Rule;

describe("policies in forms", () => {
  it.each<RuleSettings>([
    { resolve_dns_internally: { view_id: "v", fallback: "none" } },
    { resolve_dns_internally: { view_id: "v", fallback: "public_dns" } },
    { resolve_dns_internally: { view_id: "v", fallback: "public_dns", fallback_on: ["nxdomain", "nodata"], private_names: ["corp.example", "special"] } },
    { resolve_dns_internally: { view_id: "v", fallback: "public_dns", fallback_on: ["cname"], reenter: true } },
    { resolve_dns_through_cloudflare: true },
    { dns_resolvers: { ipv4: [{ ip: "192.0.2.53" }, { ip: "192.0.2.54", port: 5353 }], ipv6: [{ ip: "2001:db8::53", port: 5353 }] } },
  ])("%j comes back as it was", (settings) => expect(formOf(draftOf(rule(settings))).rule_settings).toEqual(settings));

  it("do not name Cloudflare's own triggers", () => {
    const draft = { ...newPolicy("v"), fallback: true, triggers: ["cname" as const, "refused" as const, "nxdomain" as const], privateNames: "" };
    expect(formOf(draft).rule_settings).toEqual({ resolve_dns_internally: { view_id: "v", fallback: "public_dns" } });
  });
  it("have no triggers without a fallback", () => {
    expect(formOf({ ...newPolicy("v"), triggers: ["nodata"] }).rule_settings).toEqual({ resolve_dns_internally: { view_id: "v", fallback: "none" } });
  });
});

describe("resolvers", () => {
  it.each([
    ["192.0.2.53", { ip: "192.0.2.53" }],
    ["192.0.2.53:5353", { ip: "192.0.2.53", port: 5353 }],
    ["2001:db8::53", { ip: "2001:db8::53" }],
    ["[2001:db8::53]", { ip: "2001:db8::53" }],
    ["[2001:db8::53]:5353", { ip: "2001:db8::53", port: 5353 }],
    ["nonsense", { ip: "nonsense" }],
  ])("%s", (text, resolver) => expect(resolverOf(text)).toEqual(resolver));
  it("are worded as they are read", () => expect(resolverText({ ip: "2001:db8::53", port: 5353 })).toBe("[2001:db8::53]:5353"));
});

describe("errors under an expression", () => {
  it.each([
    ['line 2: resolver policy "a": there is no operator "="', 'line 2: there is no operator "="'],
    ['resolver policy "with \\"quotes\\"": unknown field\na\n^', "unknown field\na\n^"],
    ["the expression is too long", "the expression is too long"],
  ])("%s", (message, shown) => expect(ofExpression(message)).toBe(shown));
});

describe("outcomeOf", () => {
  const views = new Map([["v", "london"]]);
  it("names the view", () => expect(outcomeOf(rule({ resolve_dns_internally: { view_id: "v", fallback: "public_dns" } }), views)).toBe("view london, then public DNS"));
  it("tells the id of one that is gone", () => expect(outcomeOf(rule({ resolve_dns_internally: { view_id: "w" } }), views)).toBe("view w"));
  it("lists resolvers", () => expect(outcomeOf(rule({ dns_resolvers: { ipv4: [{ ip: "192.0.2.53" }] } }), views)).toBe("resolvers 192.0.2.53"));
});
