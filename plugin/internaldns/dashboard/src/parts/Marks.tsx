import { Badge } from "@cloudflare/kumo";
import { WarningIcon } from "@phosphor-icons/react";
import { Link } from "wouter";

import type { Declared, Problem } from "../api/types";
import { useHasPending } from "../review/collected";

/** DeclaredMark says that the Corefile declares an object, and where it is to be edited. */
export function DeclaredMark({ declared }: { declared?: Declared | null | undefined }) {
  if (!declared) return null;
  return (
    <Badge variant="secondary">
      <span title={`Declared in ${declared.file}, line ${declared.line}: it can only be edited there`}>
        Corefile:{declared.line}
      </span>
    </Badge>
  );
}

/** DeclaredNote is DeclaredMark as a sentence, on the page of the object. */
export function DeclaredNote({ declared, kind }: { declared?: Declared | null | undefined; kind: string }) {
  if (!declared) return null;
  return (
    <p className="mb-5 rounded-lg bg-kumo-tint px-4 py-3 text-sm">
      The Corefile declares this {kind}; it can only be read here. To change it, edit{" "}
      <code className="mono">
        {declared.file}:{declared.line}
      </code>
      .
    </p>
  );
}

/** PendingMark says that the change set holds an edit of an object. */
export function PendingMark({ id }: { id: string }) {
  if (!useHasPending(id)) return null;
  return (
    <Link href="/changes" className="rounded-full outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand">
      <Badge variant="info">in the change set</Badge>
    </Link>
  );
}

/** ProblemMark says that an object is not served, and why. */
export function ProblemMark({ problem }: { problem?: Problem | null | undefined }) {
  if (!problem) return null;
  return (
    <span className="inline-flex items-center gap-1 text-sm text-kumo-danger" title={problem.text}>
      <WarningIcon weight="fill" aria-hidden className="shrink-0" />
      <span className="truncate">not served: {problem.text}</span>
    </span>
  );
}
