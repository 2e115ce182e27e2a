// Where the edits are that were collected: in memory, and in the tab's own storage, so
// that loading the page anew loses none. Each token has its own.
import { useMemo, useSyncExternalStore } from "react";

import { useSession } from "../api/session";
import { made, type Edit, type Made } from "./changeset";

const prefix = "internaldns.changes.";
const none: Edit[] = [];
const kept = new Map<string, Edit[]>(); // by token
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(token: string): Edit[] {
  let edits = kept.get(token);
  if (!edits) kept.set(token, (edits = stored(token)));
  return edits;
}

function stored(token: string): Edit[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(prefix + token) ?? "[]");
    return Array.isArray(found) && found.length ? (found as Edit[]) : none;
  } catch {
    return none;
  }
}

function write(token: string, edits: Edit[]) {
  kept.set(token, edits);
  try {
    if (edits.length) sessionStorage.setItem(prefix + token, JSON.stringify(edits));
    else sessionStorage.removeItem(prefix + token);
  } catch {
    // There is no room: it stays in memory.
  }
  for (const tell of listeners) tell();
}

/** useCollected returns the edits that were collected, and what puts others in their place. */
export function useCollected(): [Edit[], (change: (edits: Edit[]) => Edit[]) => void] {
  const token = useSession().token.id;
  const edits = useSyncExternalStore(subscribe, () => read(token));
  return [edits, (change) => write(token, change(read(token)))];
}

/** forget leaves nothing of what was collected to who signs in next. */
export function forget() {
  for (const token of [...kept.keys()]) write(token, none);
}

const paths = { zones: /^\/zones$/, views: /\/dns_settings\/views$/, lists: /\/gateway\/lists$/ };

/** usePending returns the objects of a kind that the change set makes, to be chosen like those there are. */
export function usePending(kind: keyof typeof paths): Made[] {
  const [edits] = useCollected();
  return useMemo(() => made(edits, paths[kind]), [edits, kind]);
}

/** useHasPending tells whether a collected edit names an object. */
export function useHasPending(id: string): boolean {
  const [edits] = useCollected();
  return useMemo(() => edits.some((e) => e.calls.some((c) => c.path.split(/[/?]/).includes(id))), [edits, id]);
}
