import { describe, expect, it } from "vitest";

import { countryChoices, typeChoices, valueOf, wordOf } from "./choices";

describe("choices", () => {
  it("are found by what they are called", () => {
    expect(valueOf(countryChoices(), "germany")).toBe("DE");
    expect(valueOf(typeChoices(), "aaaa")).toBe("AAAA");
    expect(valueOf(typeChoices(), "TYPE65280")).toBe("TYPE65280");
  });
  it("are called something", () => {
    expect(wordOf(countryChoices(), "GB")).toBe("United Kingdom");
    expect(wordOf(typeChoices(), "A")).toBeUndefined();
  });
  it("are all countries that have a name", () => {
    const choices = countryChoices();
    expect(choices.length).toBe(249);
    expect(choices.filter((c) => c.label === c.value)).toEqual([]);
  });
});
