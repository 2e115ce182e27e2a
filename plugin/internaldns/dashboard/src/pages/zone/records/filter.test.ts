import { describe, expect, it } from "vitest";

import { withQuery } from "../../../api/call";
import { filterOf, hows, isFiltered, noFilter, queryOf } from "./filter";

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
      ],
    };
    expect(queryOf(filter, order)).toEqual({
      ...{ search: "web", type: "A", order: "name", direction: "desc", match: "any" },
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

describe("hows", () => {
  it("asks for the presence of what may be missing", () => {
    expect(hows("tag")).toContain("present");
    expect(hows("name")).not.toContain("absent");
  });
});
