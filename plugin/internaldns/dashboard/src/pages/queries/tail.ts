import type { Logged } from "../../api/types";

/** Row is a query, or a place where queries are missing: how many, 0 if nobody knows. */
export type Row = { key: string; query: Logged; missed?: undefined } | { key: string; missed: number; query?: undefined };

/** most is how many rows are kept. */
export const most = 10_000;

/**
 * Tail is the last queries, the newest first. While it is held, what is shown stays as it
 * is, and what comes waits.
 */
export class Tail {
  private live: Row[] = []; // the oldest first
  private shown: Row[] = this.live;
  private next = 0;
  private listeners = new Set<() => void>();
  waiting = 0; // rows that came since it is held
  gaps = 0; // places where queries are missing
  version = 0; // grows with each change that was told

  /** subscribe has a function be called whenever changes are told. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** tell tells of the changes since the last time: once a frame is enough, however many they are. */
  tell() {
    this.version++;
    for (const listener of this.listeners) listener();
  }

  /** add takes rows that came, in their order. */
  add(rows: Row[]) {
    this.live.push(...rows);
    if (this.live.length > most) this.live.splice(0, this.live.length - most);
    if (this.held) this.waiting += rows.length;
  }

  /** gap takes a place where queries are missing. */
  gap(missed: number): Row {
    this.gaps++;
    return { key: `gap-${++this.next}`, missed };
  }

  get held(): boolean {
    return this.shown !== this.live;
  }

  hold(on: boolean) {
    if (on === this.held) return;
    this.shown = on ? this.live.slice() : this.live;
    this.waiting = 0;
  }

  clear() {
    this.live = [];
    this.shown = this.live;
    this.waiting = this.gaps = 0;
  }

  get count(): number {
    return this.shown.length;
  }

  /** row returns a row that is shown, the newest first. */
  row(i: number): Row | undefined {
    return this.shown[this.shown.length - 1 - i];
  }
}
