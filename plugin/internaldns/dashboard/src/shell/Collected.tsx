import { StackIcon } from "@phosphor-icons/react";
import { Link } from "wouter";

import { count } from "../parts/time";
import { useCollected } from "../review/collected";

/** Collected is how many edits the change set holds, beside its name in the sidebar. */
export function Collected() {
  const [edits] = useCollected();
  if (!edits.length) return null;
  return (
    <span className="ml-auto min-w-5 rounded-full bg-kumo-brand px-1.5 text-center text-xs leading-5 font-medium text-white tabular-nums">
      {edits.length}
      <span className="sr-only"> {edits.length === 1 ? "edit" : "edits"}</span>
    </span>
  );
}

/** CollectedLink is the same where the sidebar is out of sight. */
export function CollectedLink() {
  const [edits] = useCollected();
  if (!edits.length) return null;
  return (
    <Link
      href="/changes"
      aria-label={`Change set: ${count(edits.length, "edit")}`}
      className="flex h-9 items-center gap-1.5 rounded-lg px-2 text-sm font-medium text-kumo-brand outline-none hover:bg-kumo-tint focus-visible:ring-2 focus-visible:ring-kumo-brand"
    >
      <StackIcon aria-hidden size={18} weight="fill" /> {edits.length}
    </Link>
  );
}
