import { describe, expect, it } from "vitest";

import type { Rule } from "../../api/types";
import { movable, moved, reordered, stepped } from "./order";

const rule = (id: string, precedence: number, declared = false) => ({ id, precedence, ...(declared && { declared: { file: "Corefile", line: 1, id } }) }) as Rule;
const rules = [rule("a", 10), rule("c", 20, true), rule("b", 30), rule("d", 40)];

describe("movable", () => {
  it("leaves the Corefile alone", () => expect(movable(rules)).toEqual(["a", "b", "d"]));
});

describe("reordered", () => {
  it("shares the precedences out anew", () => {
    expect(reordered(rules, ["d", "a", "b"]).map((r) => `${r.id}${r.precedence}`)).toEqual(["d10", "c20", "a30", "b40"]);
  });
  it("ignores what is gone", () => expect(reordered(rules, ["x", "b", "a", "d"]).map((r) => r.id)).toEqual(["b", "c", "a", "d"]));
});

describe("moved", () => {
  it("puts one at the place of another", () => {
    expect(moved(["a", "b", "d"], "d", "a")).toEqual(["d", "a", "b"]);
    expect(moved(["a", "b", "d"], "a", "d")).toEqual(["b", "d", "a"]);
  });
  it("does nothing at a place that is none", () => expect(moved(["a", "b"], "a", "c")).toEqual(["a", "b"]));
});

describe("stepped", () => {
  it("goes up and down, and stops at the ends", () => {
    expect(stepped(["a", "b", "d"], "b", -1)).toEqual(["b", "a", "d"]);
    expect(stepped(["a", "b", "d"], "b", 1)).toEqual(["a", "d", "b"]);
    expect(stepped(["a", "b"], "a", -1)).toEqual(["a", "b"]);
  });
});
