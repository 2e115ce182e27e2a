import { describe, expect, it } from "vitest";

import type { Logged } from "../../api/types";
import { most, Tail, type Row } from "./tail";

const rows = (from: number, n: number): Row[] => Array.from({ length: n }, (_, i) => ({ key: String(from + i), query: {} as Logged }));

describe("Tail", () => {
  it("shows the newest first", () => {
    const tail = new Tail();
    tail.add(rows(1, 3));
    expect([0, 1, 2, 3].map((i) => tail.row(i)?.key)).toEqual(["3", "2", "1", undefined]);
  });
  it("keeps no more than it may", () => {
    const tail = new Tail();
    for (let i = 0; i < 6; i++) tail.add(rows(i * 2000, 2000));
    expect(tail.count).toBe(most);
    expect(tail.row(most - 1)?.key).toBe("2000");
  });
  it("stays as it is while it is held, and counts what waits", () => {
    const tail = new Tail();
    tail.add(rows(1, 2));
    tail.hold(true);
    tail.hold(true);
    tail.add(rows(3, 20_000));
    expect([tail.count, tail.row(0)?.key, tail.waiting]).toEqual([2, "2", 20_000]);
    tail.hold(false);
    expect([tail.count, tail.row(0)?.key, tail.waiting]).toEqual([most, "20002", 0]);
  });
  it("is held though nothing has come yet", () => {
    const tail = new Tail();
    tail.hold(true);
    tail.add(rows(1, 1));
    expect([tail.held, tail.count]).toEqual([true, 0]);
  });
  it("tells of changes when it is to", () => {
    const tail = new Tail();
    let told = 0;
    const stop = tail.subscribe(() => told++);
    tail.add(rows(1, 1));
    expect(told).toBe(0);
    tail.tell();
    stop();
    tail.tell();
    expect([told, tail.version]).toEqual([1, 2]);
  });
  it("tells gaps apart", () => {
    const tail = new Tail();
    tail.add([tail.gap(3), tail.gap(0)]);
    expect(tail.row(0)?.key).not.toBe(tail.row(1)?.key);
    expect(tail.gaps).toBe(2);
    tail.clear();
    expect([tail.gaps, tail.count]).toEqual([0, 0]);
  });
});
