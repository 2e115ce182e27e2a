import { describe, expect, it } from "vitest";

import { withNames } from "./expression";

describe("withNames", () => {
  const names = new Map([
    ["b6fa25428cc20e3fc2f85d7f6591035d", "Build machines"],
    ["0123456789abcdef0123456789abcdef", "Head office"],
  ]);
  it.each([
    ["dns.src_ip in $b6fa2542-8cc2-0e3f-c2f8-5d7f6591035d", 'dns.src_ip in $"Build machines"'],
    ["dns.src_ip in $B6FA25428CC20E3FC2F85D7F6591035D or x", 'dns.src_ip in $"Build machines" or x'],
    ['dns.location == "0123456789abcdef0123456789abcdef"', 'dns.location == "Head office"'],
    ["dns.src_ip in $ffffffff-8cc2-0e3f-c2f8-5d7f6591035d", "dns.src_ip in $ffffffff-8cc2-0e3f-c2f8-5d7f6591035d"],
    ['dns.fqdn == "www.corp.example"', 'dns.fqdn == "www.corp.example"'],
  ])("%s", (expression, shown) => expect(withNames(expression, names)).toBe(shown));
});
