import { useSyncExternalStore } from "react";

import { read, send } from "./call";
import { APIError } from "./errors";
import type { Session } from "./types";

/**
 * State is whether somebody is signed in. A session that has ended while somebody worked
 * keeps what it was about: its pages stay, with a dialog over them.
 */
export type State =
  | { kind: "unknown" }
  | { kind: "out"; error?: unknown }
  | { kind: "in"; session: Session }
  | { kind: "expired"; session: Session };

let state: State = { kind: "unknown" };
const listeners = new Set<() => void>();

function become(next: State) {
  state = next;
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSessionState(): State {
  return useSyncExternalStore(subscribe, () => state);
}

/** useSession returns the session within the pages, which are shown with one only. */
export function useSession(): Session {
  const now = useSessionState();
  if (now.kind === "in" || now.kind === "expired") return now.session;
  throw new Error("nobody is signed in");
}

/** usePermission tells whether the token has a permission group on anything. */
export function usePermission(group: Group): boolean {
  return useSession().permissions.includes(group);
}

export type Group =
  | "Zone Read"
  | "Zone Write"
  | "DNS Read"
  | "DNS Write"
  | "Zone DNS Settings Read"
  | "Zone DNS Settings Write"
  | "DNS View Read"
  | "DNS View Write"
  | "Resolver Policies Read"
  | "Resolver Policies Write"
  | "Account Settings Read"
  | "Lists Read"
  | "Lists Write"
  | "Locations Read"
  | "Locations Write"
  | "Account API Tokens Read"
  | "Account API Tokens Write";

export function csrf(): string {
  return state.kind === "in" || state.kind === "expired" ? state.session.csrf : "";
}

/**
 * expired has the pages ask for a token, and waits until there is a session again. before
 * is the csrf of the session that has ended: another one may have begun since.
 */
export function expired(before: string, signal?: AbortSignal): Promise<void> {
  if (state.kind === "in" && csrf() !== before) return Promise.resolve();
  if (state.kind === "in") become({ kind: "expired", session: state.session });
  return new Promise((resolve, reject) => {
    const look = () => {
      if (state.kind === "in") resolve();
      else if (state.kind === "out") reject(new APIError(401, [{ code: 10000, message: "nobody is signed in" }]));
      else return;
      listeners.delete(look);
    };
    signal?.addEventListener("abort", () => {
      listeners.delete(look);
      reject(signal.reason);
    });
    listeners.add(look);
    look();
  });
}

/** resume asks whether there is a session already, as after the page was loaded anew. */
export async function resume(): Promise<void> {
  try {
    const response = await send("GET", "/session", {});
    if (response.status === 401) return become({ kind: "out" });
    await enter(response);
  } catch (error) {
    become({ kind: "out", error });
  }
}

export async function signIn(token: string): Promise<void> {
  await enter(await send("POST", "/session", { body: { token: token.trim() } }));
}

async function enter(response: Response) {
  const envelope = await read(response);
  if (!envelope.success) throw new APIError(response.status, envelope.errors);
  become({ kind: "in", session: envelope.result as Session });
}

/** signOut ends the session. The next page load starts with nothing of it. */
export async function signOut(): Promise<void> {
  await send("DELETE", "/session", {});
  become({ kind: "out" });
}
