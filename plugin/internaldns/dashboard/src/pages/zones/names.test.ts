import { describe, expect, it } from "vitest";

import { nameOf } from "./names";

describe("nameOf", () => {
  it.each([
    ["Corp.Example.", "corp.example"],
    [".", "."],
    ["local", "local"],
    ["10.0.0.0/8", "10.in-addr.arpa"],
    ["192.0.2.0/24", "2.0.192.in-addr.arpa"],
    ["2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa"],
    ["fd00::/8", "d.f.ip6.arpa"],
  ])("%s is %s", (typed, name) => expect(nameOf(typed)?.name).toBe(name));

  it.each(["", "  ", "10.0.0.0/9", "10.0.0/8", "300.0.0.0/8", "2001:db8::/30", "1::2::3/64", "10.0.0.0/", "10.0.0.0/0", "1:2:3:4:5:6:7:8:9/16"])(
    "%s is none",
    (typed) => expect(nameOf(typed)).toBeUndefined(),
  );
});
