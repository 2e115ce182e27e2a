import { describe, expect, it } from "vitest";

import { Events } from "./events";

const text = 'retry: 1000\n\nid: a-1\ndata: {"x":1}\n\nevent: gap\nid: a-9\ndata: {"missed":8}\n\n: still here\nid: a-10\n\n';
const expected = [
  { kind: "", id: "a-1", data: '{"x":1}' },
  { kind: "gap", id: "a-9", data: '{"missed":8}' },
  { kind: "", id: "a-10", data: "" },
];

describe("Events", () => {
  it("reads events, and signs of life", () => expect(new Events().read(text)).toEqual(expected));
  it("reads them from pieces that end anywhere", () => {
    for (const size of [1, 2, 3, 7, 50]) {
      const events = new Events();
      const all = [];
      for (let i = 0; i < text.length; i += size) all.push(...events.read(text.slice(i, i + size)));
      expect(all).toEqual(expected);
    }
  });
  it("does not give what is not complete", () => expect(new Events().read("id: a\ndata: {}\n")).toEqual([]));
  it("puts lines of data together", () => expect(new Events().read("data: a\ndata:b\n\n")[0]?.data).toBe("a\nb"));
});
