import { describe, expect, it } from "vitest";

import { withQuery } from "../../../api/call";
import { another, filterOf, free, hows, isFiltered, noFilter, queryOf, type Condition } from "./filter";

const order = { by: "name", down: true };

describe("queryOf", () => {
  it("names conditions as the API does", () => {
    const filter = {
      search: " web ",
      type: "A",
      match: "any" as const,
      conditions: [
        { field: "name" as const, how: "endswith" as const, value: "corp.example" },
        { field: "comment" as const, how: "absent" as const, value: "" },
        { field: "tag" as const, how: "present" as const, value: "owner" },
        { field: "content" as const, how: "contains" as const, value: " " },
        { field: "type" as const, how: "exact" as const, value: "MX" },
      ],
    };
    expect(queryOf(filter, order)).toEqual({
      ...{ search: "web", only_type: "A", type: "MX", order: "name", direction: "desc", match: "any" },
      ...{ "name.endswith": "corp.example", "comment.absent": "true", "tag.present": "owner" },
    });
  });
  it("leaves out what is empty", () => expect(withQuery("/x", queryOf(noFilter, order))).toBe("/x?order=name&direction=desc"));
});

describe("filterOf", () => {
  it("reads an address", () => expect(filterOf("?name=a.example&type=MX")).toMatchObject({ type: "MX", conditions: [{ field: "name", how: "exact", value: "a.example" }] }));
  it("has no filter for an address without", () => expect(filterOf("")).toEqual(noFilter));
});

describe("isFiltered", () => {
  it("is so by a type, a text or a condition", () => {
    expect(isFiltered(noFilter)).toBe(false);
    expect(isFiltered({ ...noFilter, type: "A" })).toBe(true);
    expect(isFiltered({ ...noFilter, conditions: [{ field: "name", how: "exact", value: "" }] })).toBe(false);
  });
});

describe("conditions", () => {
  const on = (field: "name" | "content", how: "contains" | "exact") => ({ field, how, value: "x" });
  it("are offered once each", () => {
    expect(free([on("name", "contains")], "name", -1)).toEqual(["exact", "startswith", "endswith"]);
    expect(free([on("name", "contains")], "name", 0)).toContain("contains");
  });
  it("are added on another field first", () => {
    expect(another([])).toMatchObject({ field: "name", how: "contains" });
    expect(another([on("name", "exact")])).toMatchObject({ field: "content" });
  });
  it("end when there are all", () => {
    const all: Condition[] = [];
    for (let next = another(all); next; next = another(all)) all.push(next);
    expect(all).toHaveLength(21);
  });
});

describe("hows", () => {
  it("asks for the presence of what may be missing", () => {
    expect(hows("tag")).toContain("present");
    expect(hows("name")).not.toContain("absent");
  });
});
