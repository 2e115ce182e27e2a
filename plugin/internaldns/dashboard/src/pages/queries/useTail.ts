import { useEffect, useState, useSyncExternalStore } from "react";

import { read, send, type Query } from "../../api/call";
import { APIError, isSignedOut } from "../../api/errors";
import { useAccount } from "../../api/queries";
import { csrf, expired } from "../../api/session";
import type { Logged } from "../../api/types";
import { Events, type Event } from "./events";
import { Tail, type Row } from "./tail";

/** State is what becomes of the stream. */
export type State = { kind: "connecting" } | { kind: "live" } | { kind: "broken"; why: string } | { kind: "refused"; error: unknown };

const past = 500; // queries of before that are shown at first
const pause = 1000; // milliseconds before it is tried again

/** useTail follows the queries of the account. Whoever shows the tail looks at it with useTold. */
export function useTail(query: Query): { tail: Tail; state: State; retry: () => void } {
  const path = `${useAccount()}/internal_dns/queries`;
  const [tail] = useState(() => new Tail());
  const [state, setState] = useState<State>({ kind: "connecting" });
  const [tries, setTries] = useState(0);
  const asked = JSON.stringify(query);

  useEffect(() => {
    const end = new AbortController();
    let frame = 0;
    const add = (rows: Row[]) => {
      if (!rows.length || end.signal.aborted) return;
      tail.add(rows);
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        tail.tell();
      });
    };
    tail.clear();
    tail.tell();
    void follow({ path, query: JSON.parse(asked) as Query, signal: end.signal, tail, add, become: setState });
    return () => {
      end.abort();
      cancelAnimationFrame(frame);
    };
  }, [path, asked, tries, tail]);

  return { tail, state, retry: () => setTries(tries + 1) };
}

/** useTold draws who calls it anew when a tail tells of changes, and nobody around them. */
export function useTold(tail: Tail) {
  useSyncExternalStore(tail.subscribe, () => tail.version);
}

type Following = { path: string; query: Query; signal: AbortSignal; tail: Tail; add: (rows: Row[]) => void; become: (state: State) => void };

/** follow reads the last queries, and the stream behind them for as long as somebody looks. */
async function follow(f: Following) {
  let at: string | undefined;
  f.become({ kind: "connecting" });
  while (!f.signal.aborted) {
    try {
      at ??= await readPast(f);
      const response = await ask(f, { stream: true, last_event_id: at });
      f.become({ kind: "live" });
      const why = await readStream(f, response, (id) => (at = id));
      f.become({ kind: "broken", why });
    } catch (error) {
      if (f.signal.aborted) return;
      const status = error instanceof APIError ? error.status : 0;
      if (status && status < 500 && status !== 429) return f.become({ kind: "refused", error });
      f.become({ kind: "broken", why: error instanceof APIError ? error.message : "the connection was lost" });
    }
    await wait(pause, f.signal);
  }
}

/** ask makes the call, again once somebody has signed in if the session has ended. */
async function ask(f: Following, more: Query): Promise<Response> {
  for (;;) {
    const session = csrf();
    const response = await send("GET", f.path, { query: { ...f.query, ...more }, signal: f.signal });
    if (response.ok) return response;
    const { errors } = await read(response);
    if (!isSignedOut(response.status, errors)) throw new APIError(response.status, errors);
    await expired(session, f.signal);
  }
}

/** readPast reads queries of before, and returns where the stream begins behind them. */
async function readPast(f: Following): Promise<string> {
  const response = await ask(f, { per_page: past });
  const found = (await read(response)).result as Logged[];
  f.add(found.reverse().map(rowOf));
  return response.headers.get("X-Internaldns-Event-Id") ?? "";
}

function rowOf(query: Logged): Row {
  return { key: query.ID, query };
}

/** readStream reads a stream to its end, and says why it ended. */
async function readStream(f: Following, response: Response, seen: (id: string) => void): Promise<string> {
  const events = new Events();
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let why = "the server ended the stream";
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    const rows: Row[] = [];
    for (const event of events.read(decoder.decode(piece.value, { stream: true }))) {
      if (event.id) seen(event.id);
      const data = parse(event);
      if (event.kind === "end") why = String(data?.["reason"] ?? why);
      else if (event.kind === "gap") rows.push(f.tail.gap(Number(data?.["missed"] ?? 0)));
      else if (event.kind === "" && data) rows.push(rowOf(data as unknown as Logged));
    }
    f.add(rows);
  }
  return why;
}

function parse(event: Event): Record<string, unknown> | undefined {
  return event.data ? (JSON.parse(event.data) as Record<string, unknown>) : undefined;
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
