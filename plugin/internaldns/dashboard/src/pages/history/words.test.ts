import { describe, expect, it } from "vitest";

import type { Change } from "../../api/types";
import { aboutWords, callWords } from "./words";

describe("aboutWords", () => {
  const about = (...names: string[]) => aboutWords({ names: names.map((name) => ({ kind: "record", name })) } as Change);
  it("names each thing once", () => expect(about("a.example A", "a.example A")).toBe("a.example A"));
  it("says that there may be more", () => expect(about("a", "b", "c")).toBe("a, b, c…"));
  it("says nothing of what has no name", () => expect([about(""), aboutWords({} as Change)]).toEqual(["", ""]));
});

describe("callWords", () => {
  it.each([
    ["POST", "/client/v4/zones", "Zone created"],
    ["START", "internaldns", "The account began"],
    ["DELETE", "/client/v4/zones/1f?force=true", "Zone deleted"],
    ["PATCH", "/zones/1f/dns_records/2", "Record changed"],
    ["POST", "/client/v4/accounts/a/internal_dns/changes/17/revert", "Change 17 undone"],
    ["PUT", "/user/tokens/1/value", "Token rolled"],
    ["POST", "/client/v4/accounts/a/gateway/lists", "List created"],
    ["POST", "/client/v4/accounts/a/gateway/else", "POST /accounts/a/gateway/else"],
  ])("%s %s is %s", (method, path, text) => expect(callWords(method, path)).toBe(text));
});
