import { describe, expect, it } from "vitest";

import type { Explained } from "../../api/types";
import { pathOf } from "./stages";

const explained = (more: Partial<Explained>): Explained => ({
  ...{ version: 1, generation: 1, block: [], public_path: [], policy: "", policies: [], policies_not_tried: 0, route: "public" },
  query: { name: "wiki.corp.example.", type: "A", client: "192.0.2.7", recursion_desired: true },
  ids: { policies: { london: "p1" }, views: { office: "v1" }, zones: { corp: "z1" } },
  ...more,
});
const policy = { name: "london", precedence: 1, matched: true, action: "view", view: "office", fallback: ["nxdomain"] };
const kinds = (x: Explained) => pathOf(x).map((s) => s.kind);

const inView = (more: Partial<Explained>) => explained({ route: "view", policy: "london", policies: [policy], view: { name: "office", zones: 1 }, ...more });

describe("pathOf", () => {
  it("goes to public DNS without a policy", () => {
    const path = pathOf(explained({ public_path: [{ plugin: "forward", addresses: ["192.0.2.1:53"] }] }));
    expect(path.map((s) => s.title)).toEqual(["wiki.corp.example A", "None is on", "What public DNS says"]);
    expect(path.at(-1)?.lines).toEqual([{ text: "forward 192.0.2.1:53", tone: "quiet" }]);
  });
  it("passes policy, view and zone, and links each", () => {
    const search = {
      ...{ purpose: "question", name: "wiki.corp.example.", type: "A", zones: [{ zone: "corp", apex: "corp.example.", matches: true }] },
      steps: [{ kind: "lookup", zone: "corp", apex: "corp.example.", outcome: "success", records: ["wiki.corp.example. 300 IN A 192.0.2.80"] }],
    };
    const answer = { held: false, status: "NOERROR", flags: ["qr"], answer: ["r"], authority: [], additional: [] };
    const x = inView({ searches: [search], fallback: { decision: "no_trigger" }, answer });
    expect(kinds(x)).toEqual(["Query", "Policy", "View", "Search", "Fallback", "Answer"]);
    const path = pathOf(x);
    expect(path.map((s) => s.href)).toEqual([undefined, "/policies/p1", "/views/v1", undefined, undefined, undefined]);
    expect(path[3]?.lines[1]).toEqual({ text: "corp.example: found", tone: "good", records: search.steps[0]?.records, href: "/zones/z1" });
    expect(path[5]).toMatchObject({ title: "NOERROR", tone: "good" });
  });
  it("tells what the fallback asks, and what it keeps", () => {
    const asked = pathOf(inView({ fallback: { decision: "ask", trigger: "nxdomain", asks: [{ name: "a.", type: "A" }, { name: "b.", type: "A", private: true }] } }));
    expect(asked.find((s) => s.kind === "Fallback")?.lines.map((l) => l.text)).toEqual([
      "Public DNS is asked for a. A, because of nxdomain.",
      "b. is private, so it is not asked for.",
    ]);
    const kept = pathOf(inView({ fallback: { decision: "private", trigger: "nxdomain", asks: [{ name: "a.", type: "A", private: true }] } }));
    expect(kept.find((s) => s.kind === "Fallback")).toMatchObject({ title: "No", tone: "bad" });
  });
  it("says that an answer without records has none", () => {
    const answer = { held: false, status: "NOERROR", flags: [], answer: [], authority: ["soa"], additional: [] };
    expect(pathOf(inView({ answer })).at(-1)).toMatchObject({ title: "NOERROR, without records", tone: "bad" });
  });
  it("leaves the additional section out", () => {
    expect(kinds(inView({ searches: [{ purpose: "additional", name: "a.", type: "A", zones: [], steps: [] }] }))).not.toContain("Search");
  });
});
