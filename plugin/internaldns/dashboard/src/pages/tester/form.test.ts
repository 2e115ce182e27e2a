import { describe, expect, it } from "vitest";

import { bodyOf, formOf, nobody, otherOf, paramsOf } from "./form";

describe("the form of the tester", () => {
  it("comes back from an address as it was", () => {
    const form = { ...formOf(new URLSearchParams()), name: "a.example", client: "192.0.2.1", plain: true };
    expect(formOf(paramsOf(form))).toEqual(form);
  });
  it("has a second asker, who may differ in nothing yet", () => {
    const form = { ...formOf(new URLSearchParams("name=a.example&client=192.0.2.1")), other: { ...nobody, client: "192.0.2.2" } };
    expect(formOf(paramsOf(form))).toEqual(form);
    expect(formOf(paramsOf({ ...form, other: nobody })).other).toEqual(nobody);
    const other = otherOf(form);
    expect(other && bodyOf(other)).toEqual({ name: "a.example", type: "A", client: "192.0.2.2" });
    expect(otherOf(formOf(new URLSearchParams("name=a.example")))).toBe(undefined);
  });
  it("asks for what was typed only", () => {
    expect(bodyOf(formOf(new URLSearchParams("name=%20a.example%20&dnssec=1")))).toEqual({ name: "a.example", type: "A", dnssec: true });
  });
});
