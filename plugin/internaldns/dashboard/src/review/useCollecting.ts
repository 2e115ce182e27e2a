import { useMemo, useState } from "react";

import { useLocation } from "wouter";

import { usePermission } from "../api/session";
import type { Call } from "../api/types";
import { useTell } from "../shell/Toasts";
import { buildsOn, collectable, editOf, most, newKey, planOf } from "./changeset";
import { useCollected } from "./collected";
import type { Request } from "./Review";

/** Collecting is how a request stands to the change set. */
export type Collecting = {
  calls: Call[]; // those of the request, behind those of the change set that it needs
  before: number; // how many these are
  collect: ((revision: number, force: boolean) => void) | undefined; // undefined if it cannot be part of one
};

/** useCollecting lets a request be added to the change set. */
export function useCollecting(request: Request, added: () => void): Collecting {
  const tell = useTell();
  const [, navigate] = useLocation();
  const [edits, change] = useCollected();
  const may = usePermission("Account Settings Read"); // which changes of several calls need
  const [first] = useState(() => buildsOn(request.calls, edits));
  const calls = useMemo(() => {
    const plan = planOf([...first, editOf("", { title: request.title, calls: request.calls, revision: 0 })]);
    return first.length > 0 && plan.broken.size === 0 ? plan.calls : request.calls;
  }, [first, request]);
  const room = most - edits.reduce((sum, e) => sum + e.calls.length, 0);
  const collect = (revision: number, force: boolean) => {
    const { title, calls, base } = request;
    change((all) => [...all, editOf(newKey(), { title, calls, revision, ...(base !== undefined && { base }), ...(force && { force }) })]);
    tell.note("Added to the change set", { text: "Show", act: () => navigate("/changes") });
    added();
  };
  return {
    calls,
    before: calls.length - request.calls.length,
    collect: may && request.calls.length <= room && collectable(request.calls) ? collect : undefined,
  };
}
