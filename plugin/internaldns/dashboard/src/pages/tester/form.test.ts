import { describe, expect, it } from "vitest";

import { bodyOf, formOf, paramsOf } from "./form";

describe("the form of the tester", () => {
  it("comes back from an address as it was", () => {
    const form = { ...formOf(new URLSearchParams()), name: "a.example", client: "192.0.2.1", plain: true };
    expect(formOf(paramsOf(form))).toEqual(form);
  });
  it("asks for what was typed only", () => {
    expect(bodyOf(formOf(new URLSearchParams("name=%20a.example%20&dnssec=1")))).toEqual({ name: "a.example", type: "A", dnssec: true });
  });
});
