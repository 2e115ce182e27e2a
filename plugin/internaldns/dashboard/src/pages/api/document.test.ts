import { describe, expect, it } from "vitest";

import { curlLine, missing, pathOf } from "./curl";
import { exampleOf, findOperations, membersOf, operationsOf, resultOf, typeOf, type Document, type Schema } from "./document";

const envelope = (result: Schema) => ({ content: { "application/json": { schema: { properties: { success: { const: true }, result } } } } });
const doc: Document = {
  info: { version: "1", description: "" },
  paths: {
    "/accounts/{account}/internal_dns/queries": {
      get: {
        ...{ operationId: "q", summary: "List the last queries", tags: ["accounts"], "x-permission": "Account Settings Read" },
        security: [{ session: [] }],
        parameters: [{ name: "account", in: "path", required: true }, { name: "rcode", in: "query" }],
        responses: { "200": { content: { ...envelope({}).content, "text/event-stream": {} } }, "403": { $ref: "#/components/responses/403" } },
      },
    },
    "/zones": {
      post: {
        ...{ operationId: "z", summary: "Create a zone", tags: ["zones"] },
        parameters: [{ $ref: "#/components/parameters/csrf", name: "", in: "header" }],
        requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Zone" } } } },
        responses: { "200": envelope({ type: "array", items: { $ref: "#/components/schemas/Zone" } }) },
      },
    },
  },
  components: {
    parameters: { csrf: { name: "X-CSRF-Token", in: "header" } },
    responses: { "403": { description: "may not" } },
    schemas: {
      Zone: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string" },
          kind: { type: ["string", "null"], enum: ["a", "b"], description: "needed" },
          made: { type: "string", format: "date-time" },
          parent: { $ref: "#/components/schemas/Zone" },
          meta: { anyOf: [{ $ref: "#/components/schemas/Meta" }, { type: "null" }] },
        },
      },
      Meta: { type: "object", description: "more", properties: { tags: { type: "array", items: { type: "string" } } } },
    },
  },
};
const [zones, queries] = operationsOf(doc);

describe("operationsOf", () => {
  it("groups calls and puts the groups in order", () => expect([zones?.group, queries?.group]).toEqual(["Zones", "Preview, history and what happens now"]));
  it("follows references", () => {
    expect(zones?.parameters).toEqual([{ name: "X-CSRF-Token", in: "header" }]);
    expect(queries?.errors).toEqual([{ status: "403", about: "may not" }]);
    expect(queries?.bearer).toBe(false);
    expect(zones?.bearer).toBe(true);
    expect(queries?.streams).toBe(true);
  });
});

describe("findOperations", () => {
  it("finds all words anywhere", () => {
    expect(findOperations("last RCODE", [zones!, queries!])).toEqual([queries]);
    expect(findOperations("post zone", [zones!, queries!])).toEqual([zones]);
    expect(findOperations("nothing", [zones!, queries!])).toEqual([]);
  });
});

describe("membersOf", () => {
  it("lists members, and ends where a schema holds itself", () => {
    const members = membersOf(doc, resultOf(zones!.answer!.schema));
    expect(members.map((m) => `${"  ".repeat(m.depth)}${m.name}: ${m.type}${m.required ? "!" : ""}`)).toEqual([
      "name: string!",
      'kind: "a" | "b"',
      "made: string (date-time)",
      "parent: object",
      "meta: object | null",
      "  tags: array of string",
    ]);
  });
  it("words types", () => expect(typeOf(doc, { type: "array", items: { $ref: "#/components/schemas/Zone" } })).toBe("array of object"));
});

describe("exampleOf", () => {
  it("has what is needed", () => expect(exampleOf(doc, { $ref: "#/components/schemas/Zone" })).toEqual({ name: "…", kind: "a" }));
});

describe("curlLine", () => {
  it("fills the path in", () => {
    expect(curlLine({ ...queries!, bearer: true }, { account: "a1", rcode: "NXDOMAIN" }, "http://s/v4", undefined)).toBe(
      `curl -s 'http://s/v4/accounts/a1/internal_dns/queries?rcode=NXDOMAIN' -H "Authorization: Bearer $TOKEN"`,
    );
    expect(curlLine(zones!, {}, "http://s/v4", { name: "it's" })).toBe(`curl -s -X POST http://s/v4/zones -H "Authorization: Bearer $TOKEN" -d '{"name":"it'\\''s"}'`);
  });
  it("leaves what is not known", () => {
    expect(pathOf(queries!, {})).toContain("{account}");
    expect(missing(queries!, { account: " " })).toEqual(["account"]);
  });
});
