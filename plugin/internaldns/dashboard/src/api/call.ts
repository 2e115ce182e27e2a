import { APIError, isSignedOut } from "./errors";
import { csrf, expired } from "./session";
import type { Fault, Message, PageInfo } from "./types";

export const base = "/client/v4";

/** Answer is what a call gives: the result, and what comes beside it. */
export type Answer<T> = { result: T; messages: Message[]; info: PageInfo | undefined; revision: number };

type Options = {
  body?: unknown; // sent as JSON, or as a form if it is one
  query?: Query;
  ifMatch?: number; // the revision that the account must be at
  signal?: AbortSignal;
};

export type Query = Record<string, string | number | boolean | undefined>;

/** withQuery puts parameters behind a path. */
export function withQuery(path: string, query?: Query): string {
  const set = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== "");
  if (!set.length) return path;
  return path + "?" + new URLSearchParams(set.map(([name, value]) => [name, String(value)]));
}

type Listener = (revision: number) => void;
const listeners = new Set<Listener>();
let known = 0;

/** onRevision calls a function when an answer tells of a revision that is new here. */
export function onRevision(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** revision returns the newest revision that any answer told. */
export function revision(): number {
  return known;
}

function seen(headers: Headers): number {
  const now = Number(headers.get("X-Internaldns-Revision") ?? 0);
  if (now > known) {
    const first = known === 0;
    known = now;
    if (!first) for (const tell of listeners) tell(now);
  }
  return now;
}

/**
 * call makes a call of the API. When the session has ended it waits until somebody signs
 * in again and repeats itself, so that nothing that was typed is lost.
 */
export async function call<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const session = csrf();
  const response = await send(method, path, options);
  const at = seen(response.headers);
  const envelope = await read(response);
  if (isSignedOut(response.status, envelope.errors)) {
    await expired(session, options.signal);
    return call(method, path, options);
  }
  if (!envelope.success) throw new APIError(response.status, envelope.errors);
  return { result: envelope.result as T, messages: envelope.messages, info: envelope.result_info, revision: at };
}

/** text makes a call that is answered with a text and no envelope. */
export async function text(path: string): Promise<string> {
  const session = csrf();
  const response = await send("GET", path, {});
  if (response.ok) return response.text();
  const { errors } = await read(response);
  if (!isSignedOut(response.status, errors)) throw new APIError(response.status, errors);
  await expired(session);
  return text(path);
}

/** send makes a request as the session has it. */
export async function send(method: string, path: string, options: Options): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (method !== "GET") headers.set("X-CSRF-Token", csrf());
  if (options.ifMatch !== undefined) headers.set("If-Match", `"${options.ifMatch}"`);
  const form = options.body instanceof FormData;
  if (options.body !== undefined && !form) headers.set("Content-Type", "application/json");
  const init: RequestInit = { method, headers, credentials: "same-origin", signal: options.signal ?? null };
  if (options.body !== undefined) init.body = form ? (options.body as FormData) : JSON.stringify(options.body);
  try {
    return await fetch(base + withQuery(path, options.query), init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new APIError(0, [{ code: 0, message: "the server does not answer; it may be stopped, or the network is down" }]);
  }
}

type Envelope = { success: boolean; errors: Fault[]; messages: Message[]; result: unknown; result_info?: PageInfo };

/** read reads an envelope, whoever answered: a proxy in between has none. */
export async function read(response: Response): Promise<Envelope> {
  try {
    const envelope = (await response.json()) as Envelope;
    if (Array.isArray(envelope.errors)) return envelope;
  } catch {
    // told below
  }
  const message = `the answer is none of this API (status ${response.status}); is something else between here and the server?`;
  return { success: false, errors: [{ code: 0, message }], messages: [], result: null };
}
