import type { Fault, Token, TokenForm } from "../../api/types";
import { isNetwork } from "../lists/paste";
import { grantsOf, newGrant, policiesOf, type Grant, type Kind } from "./rights";

/** TokenDraft is a token as a form holds it. */
export type TokenDraft = {
  name: string;
  enabled: boolean;
  grants: Grant[];
  notBefore: string; // as the browser's field of a time has it; "" for none
  expires: string;
  from: string; // addresses and networks, one a line
  notFrom: string;
};

export function newToken(): TokenDraft {
  return { name: "", enabled: true, grants: [newGrant()], notBefore: "", expires: "", from: "", notFrom: "" };
}

export function draftOf(token: Token, account: string, kinds: Kind[]): TokenDraft {
  const ip = token.condition?.request_ip;
  return {
    name: token.name,
    enabled: token.status !== "disabled",
    grants: grantsOf(token.policies, account, kinds),
    notBefore: localOf(token.not_before),
    expires: localOf(token.expires_on),
    from: (ip?.in ?? []).join("\n"),
    notFrom: (ip?.not_in ?? []).join("\n"),
  };
}

/** formOf returns what the API is told. A token is written as a whole; times that nobody touched keep their seconds. */
export function formOf(draft: TokenDraft, account: string, kinds: Kind[], was?: Token): TokenForm {
  const from = lines(draft.from);
  const notFrom = lines(draft.notFrom);
  const notBefore = timeOf(draft.notBefore, was?.not_before);
  const expires = timeOf(draft.expires, was?.expires_on);
  return {
    name: draft.name.trim(),
    status: draft.enabled ? "active" : "disabled",
    policies: policiesOf(draft.grants, account, kinds),
    ...(notBefore && { not_before: notBefore }),
    ...(expires && { expires_on: expires }),
    ...((from.length > 0 || notFrom.length > 0) && {
      condition: { request_ip: { ...(from.length && { in: from }), ...(notFrom.length && { not_in: notFrom }) } },
    }),
  };
}

/** pointers are the members that the two fields of addresses are about. */
export const pointers = { from: "/condition/request_ip/in", notFrom: "/condition/request_ip/not_in" };

/** addressFaults tells what is no address or network: the API does not say where that stands. */
export function addressFaults(draft: TokenDraft): Fault[] {
  return (["from", "notFrom"] as const).flatMap((field) =>
    lines(draft[field])
      .filter((text) => !isNetwork(text))
      .map((text) => ({ code: 0, message: `“${text}” is neither an address nor a network such as 192.0.2.0/24`, source: { pointer: pointers[field] } })),
  );
}

function lines(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** localOf words a time as the browser's field has it, in its own time zone. */
export function localOf(text: string | null | undefined): string {
  if (!text) return "";
  const time = new Date(text);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

function timeOf(local: string, was: string | null | undefined): string | undefined {
  if (!local) return undefined;
  if (was && localOf(was) === local) return was;
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().replace(/\.\d+Z$/, "Z");
}

/** inDays returns the time that many days from now, as the browser's field has it. */
export function inDays(days: number, now = new Date()): string {
  const time = new Date(now);
  time.setDate(time.getDate() + days);
  return localOf(time.toISOString());
}
