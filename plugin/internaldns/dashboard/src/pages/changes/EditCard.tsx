import { Button, Checkbox } from "@cloudflare/kumo";
import { ArrowDownIcon, ArrowUpIcon, XIcon } from "@phosphor-icons/react";
import { useEffect, useRef } from "react";
import { Link } from "wouter";

import { guarded } from "../../api/errors";
import type { Fault } from "../../api/types";
import { Faults } from "../../parts/States";
import { when } from "../../parts/time";
import type { Edit } from "../../review/changeset";
import { Note } from "../../review/Effects";
import { Objects } from "../../review/Objects";
import type { Clash } from "./between";

type Props = {
  edit: Edit;
  place: number;
  last: boolean;
  broken: string | undefined;
  faults: Fault[];
  clashes: Clash[];
  stale: boolean;
  move: (by: -1 | 1) => void;
  remove: () => void;
  force: (on: boolean) => void;
};

/** EditCard is one edit of the change set: what it does, and what is wrong with it. */
export function EditCard({ edit, place, last, broken, faults, clashes, stale, move, remove, force }: Props) {
  return (
    <li className="px-4 py-3" aria-label={edit.title}>
      <div className="flex items-start gap-3">
        <span className="w-5 pt-1 text-right text-sm text-kumo-subtle tabular-nums">{place}</span>
        <div className="min-w-0 flex-1 pt-0.5">
          <p className={`font-medium break-words ${broken ? "line-through decoration-1" : ""}`}>{edit.title}</p>
          <Calls edit={edit} />
        </div>
        <Movers title={edit.title} place={place} last={last} move={move} remove={remove} />
      </div>
      <div className="mt-3 space-y-3 empty:hidden sm:pl-8">
        {broken && <Note text={`${broken} Take this edit out, or put it where it was.`} />}
        <Faults faults={faults} title={guarded(faults) ? "Something still uses it" : "This cannot be done"} />
        {(edit.force || (faults.length > 0 && guarded(faults))) && <Checkbox label="Do it all the same" checked={edit.force ?? false} onCheckedChange={force} />}
        {clashes.map((clash) => (
          <Theirs key={clash.change.revision} clash={clash} />
        ))}
        {stale && clashes.length === 0 && <Note text="Somebody else has changed this since it was opened here. Applying replaces what they wrote; the difference is below." />}
      </div>
    </li>
  );
}

/** Calls are the calls of the API that the edit is. */
function Calls({ edit }: { edit: Edit }) {
  return (
    <details className="mt-0.5 text-sm">
      <summary className="w-fit cursor-pointer rounded text-kumo-subtle outline-none hover:text-kumo-default focus-visible:ring-2 focus-visible:ring-kumo-brand">
        {edit.calls.length === 1 ? "Call" : `${edit.calls.length} calls`}
      </summary>
      {edit.calls.map((call, i) => (
        <pre key={i} tabIndex={0} className="mono mt-1.5 max-h-64 overflow-auto rounded-md bg-kumo-tint px-3 py-2 break-all whitespace-pre-wrap">
          {call.method} {call.path}
          {call.body !== undefined && "\n" + JSON.stringify(call.body, null, 2)}
        </pre>
      ))}
    </details>
  );
}

type MoversProps = Pick<Props, "place" | "last" | "move" | "remove"> & { title: string };

function Movers({ title, place, last, move, remove }: MoversProps) {
  const up = useRef<HTMLButtonElement>(null);
  const down = useRef<HTMLButtonElement>(null);
  const wanted = useRef<-1 | 1>(undefined); // the way it was moved: its button keeps the focus
  useEffect(() => {
    if (wanted.current === undefined) return;
    const one = (wanted.current < 0 && place > 1) || last ? up : down;
    wanted.current = undefined;
    one.current?.focus();
  }, [place, last]);
  const step = (by: -1 | 1) => {
    wanted.current = by;
    move(by);
  };
  return (
    <div className="flex shrink-0">
      <Button ref={up} variant="ghost" size="sm" shape="square" icon={<ArrowUpIcon />} aria-label={`Move up: ${title}`} disabled={place === 1} onClick={() => step(-1)} />
      <Button ref={down} variant="ghost" size="sm" shape="square" icon={<ArrowDownIcon />} aria-label={`Move down: ${title}`} disabled={last} onClick={() => step(1)} />
      <Button variant="ghost" size="sm" shape="square" icon={<XIcon />} aria-label={`Take out: ${title}`} onClick={remove} />
    </div>
  );
}

/** Theirs is what somebody has done meanwhile to objects that the edit is about, too. */
export function Theirs({ clash: { change, objects } }: { clash: Clash }) {
  return (
    <div className="space-y-2" role="group" aria-label={`Change ${change.revision}`}>
      <Note text={`${change.token_name ?? "The server"} has changed this, too, since it was collected (${when(change.time)}). Applying goes on top of what they did:`} />
      <Objects objects={objects} total={objects.length} />
      <Link href={`/history/${change.revision}`} className="text-sm text-kumo-link underline">
        Change {change.revision}
      </Link>
    </div>
  );
}
