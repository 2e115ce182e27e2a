import { describe, expect, it } from "vitest";

import { callWords } from "./words";

describe("callWords", () => {
  it.each([
    ["POST", "/client/v4/zones", "Zone created"],
    ["START", "internaldns", "The account began"],
    ["DELETE", "/client/v4/zones/1f?force=true", "Zone deleted"],
    ["PATCH", "/zones/1f/dns_records/2", "Record changed"],
    ["POST", "/client/v4/accounts/a/internal_dns/changes/17/revert", "Change 17 undone"],
    ["PUT", "/user/tokens/1/value", "Token rolled"],
    ["POST", "/client/v4/accounts/a/gateway/lists", "POST /accounts/a/gateway/lists"],
  ])("%s %s is %s", (method, path, text) => expect(callWords(method, path)).toBe(text));
});
