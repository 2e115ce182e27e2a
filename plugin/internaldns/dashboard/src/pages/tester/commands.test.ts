import { describe, expect, it } from "vitest";

import { curlLine, digLine, hostPort } from "./commands";

const q = { name: "wiki.corp.example", type: "AAAA", client: "127.0.0.2", server: "" };

describe("digLine", () => {
  it("asks the server where it listens", () => expect(digLine(q, "dns://127.0.0.1:1053")).toBe("dig @127.0.0.1 -p 1053 -b 127.0.0.2 wiki.corp.example AAAA"));
  it("leaves out what goes without saying", () => expect(digLine({ ...q, type: "", client: "" }, "dns://192.0.2.1:53")).toBe("dig @192.0.2.1 wiki.corp.example A"));
  it("quotes what a shell would read", () => expect(digLine({ ...q, client: "", name: "*.x; rm 'a'" }, undefined)).toBe(`dig @127.0.0.1 '*.x; rm '\\''a'\\''' AAAA`));
});

describe("curlLine", () => {
  it("names the call and no token", () =>
    expect(curlLine({ name: "x" }, "http://127.0.0.1:8080", "/accounts/a")).toBe(
      `curl -s http://127.0.0.1:8080/client/v4/accounts/a/internal_dns/explain -H "Authorization: Bearer $TOKEN" -d '{"name":"x"}'`,
    ));
});

describe("hostPort", () => {
  it.each([
    ["dns://127.0.0.1:53", ["127.0.0.1", "53"]],
    ["[2001:db8::1]:1053", ["2001:db8::1", "1053"]],
    ["2001:db8::1", ["2001:db8::1", undefined]],
    ["tls://:853", ["127.0.0.1", "853"]],
  ])("%s", (text, parts) => expect(hostPort(text)).toEqual(parts));
});
