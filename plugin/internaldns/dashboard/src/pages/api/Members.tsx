import { Button } from "@cloudflare/kumo";
import { useState } from "react";

import type { Member } from "./document";

const few = 12; // members that are shown before somebody asks for all

/** Members lists members or parameters: those within others stand further in. */
export function Members({ members }: { members: Member[] }) {
  const [all, setAll] = useState(false);
  if (!members.length) return <p className="text-sm text-kumo-subtle">No members.</p>;
  const shown = all ? members : members.slice(0, few);
  return (
    <>
      <dl className="divide-y divide-kumo-hairline overflow-hidden rounded-lg bg-kumo-base text-sm ring ring-kumo-hairline">
        {shown.map((m) => (
          <div key={m.path} className="grid gap-x-4 gap-y-0.5 px-3 py-1.5 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
            <dt className="min-w-0" style={{ paddingLeft: `${m.depth}rem` }}>
              <span className="mono font-medium break-all">{m.name}</span>
              {m.required && <span className="text-kumo-danger"> needed</span>}
              <span className="block text-xs break-words text-kumo-subtle">{m.type}</span>
            </dt>
            <dd className="min-w-0 self-center break-words text-kumo-subtle">{m.about}</dd>
          </div>
        ))}
      </dl>
      {members.length > few && (
        <Button type="button" size="sm" variant="ghost" className="mt-2" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${members.length}`}
        </Button>
      )}
    </>
  );
}
