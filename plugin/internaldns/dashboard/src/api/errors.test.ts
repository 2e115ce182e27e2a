import { describe, expect, it } from "vitest";

import { APIError, at, below, elsewhere, faultsOf, guarded, isSignedOut, splitCaret } from "./errors";
import type { Fault } from "./types";

const fault = (pointer?: string, code = 1, message = "m"): Fault => ({ code, message, ...(pointer !== undefined && { source: { pointer } }) });

describe("below", () => {
  const faults = [fault("/calls/0/body/name"), fault("/calls/1/body/name"), fault("/calls/10/body/name"), fault("/calls/1"), fault()];
  it("takes those of one call, with pointers into its body", () => {
    expect(below(faults, 1).map((f) => f.source?.pointer)).toEqual(["/name", undefined, undefined]);
  });
  it("tells call 1 from call 10", () => expect(below(faults, 10)).toHaveLength(2));
});

describe("at", () => {
  const faults = [fault("/data/port", 1, "a"), fault("/rule_settings/dns_resolvers/ipv4/0/ip", 1, "b"), fault("/names", 1, "c")];
  it("finds a member", () => expect(at(faults, "/data/port")).toBe("a"));
  it("finds what is within a member", () => expect(at(faults, "/rule_settings/dns_resolvers")).toBe("b"));
  it("does not take a longer name for the member", () => expect(at(faults, "/name")).toBeUndefined());
});

describe("elsewhere", () => {
  it("is what no field shows", () => expect(elsewhere([fault("/name"), fault("/zone/x"), fault()], ["/name"])).toEqual([fault("/zone/x"), fault()]));
});

describe("guarded", () => {
  it("is so by guardrails only", () => {
    expect(guarded([fault("/calls/0", 10503)])).toBe(true);
    expect(guarded([fault("/calls/0/body/client_default", 1216)])).toBe(true);
    expect(guarded([fault("/calls/0", 10503), fault()])).toBe(false);
    expect(guarded([])).toBe(false);
  });
});

describe("isSignedOut", () => {
  it("is so without a session, and without its cookie", () => {
    expect(isSignedOut(401, [])).toBe(true);
    expect(isSignedOut(400, [fault(undefined, 9106)])).toBe(true);
    expect(isSignedOut(400, [fault(undefined, 1004)])).toBe(false);
  });
});

describe("splitCaret", () => {
  it("keeps the lines below a message together", () => expect(splitCaret("wrong\na inn b\n  ^^^")).toEqual({ text: "wrong", caret: "a inn b\n  ^^^" }));
  it("has none in a plain message", () => expect(splitCaret("wrong")).toEqual({ text: "wrong" }));
});

describe("faultsOf", () => {
  it("are those of the API, and whatever else was thrown", () => {
    expect(faultsOf(new APIError(400, [fault("/x")]))).toEqual([fault("/x")]);
    expect(faultsOf(new Error("boom"))).toEqual([{ code: 0, message: "boom" }]);
    expect(faultsOf(undefined)).toEqual([]);
  });
});
