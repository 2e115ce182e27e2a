// The steps of a search in words (explanation.go has what they hold).
import type { Explained } from "../../api/types";
import { short, type Line } from "./stages";

type Step = NonNullable<Explained["searches"]>[number]["steps"][number];

const outcomes: Record<string, string> = {
  ...{ nodata: "the name exists, but not with this type", nxdomain: "there is no such name", cname: "an alias", dname: "an alias of all names below" },
  ...{ empty_non_terminal: "only names below it have records", delegation: "names below are asked for elsewhere" },
};

/** sayStep words a step; undefined for what other steps say already. */
export function sayStep(s: Step): Line | undefined {
  const zone = short(s.apex);
  switch (s.kind) {
    case "lookup":
      return lookup(s, zone);
    case "reference":
      return {
        text: s.skipped ? `Reference ${s.number}: ${zone} is not above the name, so not searched` : `Reference ${s.number}: ${zone} is searched next`,
        tone: "plain",
      };
    case "ignored":
      return { text: `${zone}: the ${s.outcome === "delegation" ? "zone cut" : (s.outcome ?? "").toUpperCase()} at ${s.owner} does not count, a zone stands below it`, tone: "quiet" };
    case "end":
      return end(s, zone);
    case "alias":
      return { text: `${zone}: alias ${s.number}${s.target ? ` leads to ${short(s.target)}` : " leads to a name that is too long"}`, tone: s.target ? "plain" : "bad", records: s.records ?? [] };
    case "form":
      return { text: s.form === "flattened" ? "Shown under the name that was asked for" : "The chain of aliases is shown", tone: "quiet" };
    case "loop":
      return { text: s.because === "too_many" ? "Given up: too many aliases in a row" : `Given up: ${short(s.target)} was there before`, tone: "bad" };
    case "soa":
      return { text: `${zone} denies it: its SOA is sent along`, tone: "quiet" };
    case "glue":
      return { text: `${zone}: addresses of the name servers`, tone: "quiet", records: s.records ?? [] };
    default:
      return { text: s.kind, tone: "quiet" };
  }
}

function lookup(s: Step, zone: string): Line | undefined {
  if (s.outcome === "cname" || s.outcome === "dname") return undefined; // the alias follows
  const by = s.wildcard ? ` by the wildcard ${short(s.owner)}` : "";
  if (s.outcome === "success") return { text: `${zone}: found${by}`, tone: "good", records: s.records ?? [] };
  const good = s.outcome === "delegation";
  return { text: `${zone}: ${outcomes[s.outcome ?? ""] ?? s.outcome}${by}`, tone: good ? "good" : "bad", records: s.records ?? [] };
}

function end(s: Step, zone: string): Line {
  const why: Record<string, string> = {
    no_reference: "has no reference",
    name_exists: "has the name, and its reference is not asked for other types",
    own_type: "is asked for its own SOA or NS, which no reference answers",
    limit: "would be one reference too many",
  };
  return { text: `${zone} ${why[s.because ?? ""] ?? s.because}`, tone: "quiet" };
}
