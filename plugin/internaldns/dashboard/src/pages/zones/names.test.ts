import { describe, expect, it } from "vitest";

import { nameOf } from "./names";

const names = (typed: string) => nameOf(typed)?.names.join(" ");

describe("nameOf", () => {
  it.each([
    ["Corp.Example.", "corp.example"],
    [".", "."],
    ["local", "local"],
    ["10.0.0.0/8", "10.in-addr.arpa"],
    ["192.0.2.0/24", "2.0.192.in-addr.arpa"],
    ["192.0.2.77/24", "2.0.192.in-addr.arpa"],
    ["2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa"],
    ["fd00::/8", "d.f.ip6.arpa"],
  ])("%s is %s", (typed, name) => expect(names(typed)).toBe(name));

  it.each([
    ["192.0.2.0/23", "2.0.192.in-addr.arpa 3.0.192.in-addr.arpa"],
    ["192.0.3.9/23", "2.0.192.in-addr.arpa 3.0.192.in-addr.arpa"],
    ["172.16.0.0/12", Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa`).join(" ")],
    ["2001:db8::/31", "8.b.d.0.1.0.0.2.ip6.arpa 9.b.d.0.1.0.0.2.ip6.arpa"],
    ["2001:db8:f::/46", "c.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa d.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa e.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa f.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"],
  ])("%s is made of several", (typed, all) => expect(names(typed)).toBe(all));

  it("has no zone for a part of 256 addresses", () => {
    expect(nameOf("192.0.2.128/25")).toMatchObject({ names: ["2.0.192.in-addr.arpa"], about: expect.stringContaining("256") });
  });
  it("has the zone of a single IPv6 address", () => expect(names("::1/128")).toBe("1" + ".0".repeat(31) + ".ip6.arpa"));
  it("tells an address from a name", () => {
    expect(nameOf("192.0.2.5")?.about).toMatch("192.0.2.5/24");
    expect(nameOf("fd00::1")?.about).toMatch("fd00::1/64");
  });

  it.each(["", "  ", "10.0.0/8", "300.0.0.0/8", "1::2::3/64", "10.0.0.0/", "10.0.0.0/0", "10.0.0.0/33", "fd00::/129", "1:2:3:4:5:6:7:8:9/16"])(
    "%s is none",
    (typed) => expect(nameOf(typed)).toBeUndefined(),
  );
});
