import { describe, expect, it } from "vitest";

import { paired, textOf } from "./compare";
import type { Stage } from "./stages";

const stage = (kind: string, title: string, ...lines: Stage["lines"]): Stage => ({ kind, title, tone: "plain", lines });
const query = stage("Query", "a.example A", { text: "from 192.0.2.1", tone: "quiet" });

describe("paired", () => {
  it("puts stations of a kind beside each other, and leaves a gap where one side has none", () => {
    const inView = [query, stage("Policy", "london"), stage("View", "office"), stage("Search", "a.example A"), stage("Target of the alias", "b.example A"), stage("Answer", "NOERROR")];
    const outside = [query, stage("Policy", "None matches"), stage("Answer", "What public DNS says")];
    expect(paired(inView, outside).map((p) => [p.left?.kind, p.right?.kind, p.same])).toEqual([
      ["Query", "Query", true],
      ["Policy", "Policy", false],
      ["View", undefined, false],
      ["Search", undefined, false],
      ["Target of the alias", undefined, false],
      ["Answer", "Answer", false],
    ]);
  });
  it("does not count as other who asks, and what was seen of them", () => {
    const policy = (saw: string) => stage("Policy", "london", { text: "dns.src_ip in {…} is true", saw, tone: "quiet" });
    const other = stage("Query", "a.example A", { text: "from 192.0.2.2", tone: "quiet" });
    expect(paired([query, policy("dns.src_ip is 192.0.2.1")], [other, policy("dns.src_ip is 192.0.2.2")]).every((p) => p.same)).toBe(true);
  });
  it("sees other records under the same title", () => {
    const answer = (record: string) => stage("Answer", "NOERROR", { text: "Answer", tone: "quiet", records: [record] });
    expect(paired([answer("a 1")], [answer("a 2")])[0]?.same).toBe(false);
  });
});

describe("textOf", () => {
  it("writes stations below each other", () => {
    const policy = stage("Policy", "london", { text: "it is true", saw: "dns.src_ip is 192.0.2.1", tone: "quiet" });
    expect(textOf([query, policy, stage("Answer", "NOERROR", { text: "Answer", tone: "quiet", records: ["a.example. 300 IN A 192.0.2.9"] })])).toBe(
      "Query   a.example A\n        from 192.0.2.1\nPolicy  london\n        it is true: dns.src_ip is 192.0.2.1\nAnswer  NOERROR\n        Answer\n          a.example. 300 IN A 192.0.2.9\n",
    );
  });
});
