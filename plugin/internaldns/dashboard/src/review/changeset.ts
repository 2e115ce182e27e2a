// Edits that are collected before they are made as one change: what becomes of them when
// some are moved or taken out, and the calls that they are in the end.
import { withQuery } from "../api/call";
import type { Call, Fault } from "../api/types";

/** Edit is one of them: what one review was about. */
export type Edit = {
  key: string;
  title: string;
  calls: Call[]; // ${KEY:0.id} stands for the id of the result of the first call of the edit KEY
  revision: number; // of the account when what it changes was shown
  base?: unknown; // the object as the form began with it
  force?: boolean; // whatever uses the object
};

/** The calls that a change may have (calls.go). */
export const most = 1000;

const within = /\$\{([0-9]{1,4})\.id\}/g; // as the API has it
const across = /\$\{([0-9a-f]{8}):([0-9]{1,4})\.id\}/g;

// Calls that are made alone (routes.go): a token's value is shown once, a file is no JSON.
const alone = [/\/tokens(\/|$)/, /\/dns_records\/import$/, /\/internal_dns\/(restore|changes)(\/|$)/, /\/session$/];

/** collectable tells whether calls can be part of a change of several. */
export function collectable(calls: Call[]): boolean {
  return calls.every((c) => !alone.some((path) => path.test(c.path.replace(/\?.*$/, ""))) && !(c.body instanceof FormData));
}

/** newKey returns a key that no edit has had. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(4))].map((n) => n.toString(16).padStart(2, "0")).join("");
}

/** idOf stands for the id of what a call of an edit makes. */
export function idOf(key: string, call: number): string {
  return `\${${key}:${call}.id}`;
}

/** rewritten returns calls with every reference put into other words. */
function rewritten(calls: Call[], pattern: RegExp, words: (...found: string[]) => string): Call[] {
  return calls.map((c) => {
    const call: Call = { method: c.method, path: c.path.replace(pattern, words) };
    if (c.body !== undefined) call.body = JSON.parse(JSON.stringify(c.body).replace(pattern, words));
    return call;
  });
}

/** editOf makes an edit of calls that refer to each other by their places among themselves. */
export function editOf(key: string, from: Omit<Edit, "key">): Edit {
  return { ...from, key, calls: rewritten(from.calls, within, (_, n) => idOf(key, Number(n))) };
}

/** needs returns the keys of the other edits that calls refer to. */
export function needs(calls: Call[], own = ""): string[] {
  const found = new Set<string>();
  for (const call of calls) {
    for (const [, key = ""] of (call.path + JSON.stringify(call.body ?? "")).matchAll(across)) found.add(key);
  }
  found.delete(own);
  return [...found];
}

/** buildsOn returns those of the edits that calls need, and those that these need, in their order. */
export function buildsOn(calls: Call[], edits: Edit[]): Edit[] {
  const wanted = new Set(needs(calls));
  for (const edit of [...edits].reverse()) {
    if (wanted.has(edit.key)) for (const key of needs(edit.calls, edit.key)) wanted.add(key);
  }
  return edits.filter((e) => wanted.has(e.key));
}

/** Plan is the calls of a change, and where they come from. */
export type Plan = {
  calls: Call[];
  of: string[]; // of each call the key of its edit
  broken: Map<string, string>; // edits that are not possible any more, and why
};

/**
 * planOf puts the calls of edits one after another, their references numbered as the API
 * wants them. An edit that refers to one that is gone, or comes after it, is left out.
 */
export function planOf(edits: Edit[]): Plan {
  const plan: Plan = { calls: [], of: [], broken: new Map() };
  const first = new Map<string, number>(); // of each edit the place of its first call
  for (const edit of edits) {
    const why = needs(edit.calls, edit.key).map((key) => missing(key, edits, first, plan)).find(Boolean);
    if (why) {
      plan.broken.set(edit.key, why);
      continue;
    }
    first.set(edit.key, plan.calls.length);
    const made = rewritten(edit.calls, across, (_, key = "", n) => `\${${(first.get(key) ?? 0) + Number(n)}.id}`);
    plan.calls.push(...(edit.force ? made.map((c) => ({ ...c, path: withQuery(c.path, { force: true }) })) : made));
    plan.of.push(...made.map(() => edit.key));
  }
  return plan;
}

/** missing says why what an edit needs is not there before it. */
function missing(key: string, edits: Edit[], first: Map<string, number>, plan: Plan): string | undefined {
  if (first.has(key)) return undefined;
  const needed = edits.find((e) => e.key === key);
  if (!needed) return "It needs what an edit makes that was taken out.";
  const broken = plan.broken.has(key);
  return broken ? `It needs “${needed.title}”, which is not possible any more.` : `It needs “${needed.title}”, which now comes after it.`;
}

/** moved returns edits with one of them at another place. */
export function moved(edits: Edit[], from: number, to: number): Edit[] {
  const rest = [...edits];
  const [one] = rest.splice(from, 1);
  if (one) rest.splice(Math.max(0, to), 0, one);
  return rest;
}

/** told sorts what is wrong by the edit that it is about; "" is the change as a whole. */
export function told(faults: Fault[], of: string[]): Map<string, Fault[]> {
  const found = new Map<string, Fault[]>();
  for (const fault of faults) {
    const n = /^\/calls\/(\d+)/.exec(fault.source?.pointer ?? "")?.[1];
    const key = n === undefined ? "" : (of[Number(n)] ?? "");
    found.set(key, [...(found.get(key) ?? []), fault]);
  }
  return found;
}

/** shifted has errors of calls that followed others point to them as if they were alone. */
export function shifted(faults: Fault[], before: number): Fault[] {
  if (!before) return faults;
  return faults.map((fault) => {
    const found = /^\/calls\/(\d+)(.*)$/.exec(fault.source?.pointer ?? "");
    const n = Number(found?.[1]) - before;
    return found ? { ...fault, source: n < 0 ? null : { pointer: `/calls/${n}${found[2]}` } } : fault;
  });
}

/** Made is an object that does not exist yet. */
export type Made = { id: string; name: string };

/** made returns the named objects that edits will have made by calls to a path. */
export function made(edits: Edit[], path: RegExp): Made[] {
  return edits.flatMap((edit) =>
    edit.calls.flatMap((call, i) => {
      const name = (call.body as { name?: unknown } | undefined)?.name;
      return call.method === "POST" && path.test(call.path) && typeof name === "string" ? [{ id: idOf(edit.key, i), name }] : [];
    }),
  );
}
