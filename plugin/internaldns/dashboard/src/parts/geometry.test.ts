import { describe, expect, it } from "vitest";

import { area, condensed, line, stacked, top } from "./geometry";

describe("line", () => {
  it("goes from the left to the right, the most at the top", () => expect(line([0, 5, 10], 10)).toBe("M0 100L50 50L100 0"));
  it("has gaps where there is no value", () => expect(line([0, undefined, 10, 10], 10)).toBe("M0 100h26.67M66.67 0L100 0"));
  it("is nothing of nothing", () => expect(line([], 1)).toBe(""));
});

describe("area", () => {
  it("ends at the bottom", () => expect(area([0, 10], 10)).toBe("M0 100L100 0V100H0Z"));
  it("is nothing of nothing", () => expect(area([], 1)).toBe(""));
});

describe("stacked", () => {
  it("puts rows on one another and draws nothing of zero", () => {
    expect(stacked([[1, 0], [1, 4]], 4)).toEqual([
      [{ x: 5, y: 75, width: 40, height: 25 }],
      [{ x: 5, y: 50, width: 40, height: 25 }, { x: 55, y: 0, width: 40, height: 100 }],
    ]);
  });
});

describe("top", () => {
  it("is never zero, which nothing can be divided by", () => expect([top([]), top([0, 0]), top([1, 3]), top([1], 5)]).toEqual([1, 1, 3, 5]));
});

describe("condensed", () => {
  it("sums neighbours up", () => expect(condensed([1, 2, 3, 4, 5], 3)).toEqual([3, 7, 5]));
  it("leaves few as they are", () => expect(condensed([1, 2], 12)).toEqual([1, 2]));
});
