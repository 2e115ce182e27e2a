import { Badge } from "@cloudflare/kumo";
import { CheckCircleIcon, CircleIcon, XCircleIcon } from "@phosphor-icons/react";
import { useState } from "react";
import { Link } from "wouter";

import { sentence, type Pair } from "./compare";
import type { Line, Stage, Tone } from "./stages";

const tones: Record<Tone, string> = { good: "text-kumo-success", bad: "text-kumo-danger", plain: "text-kumo-default", quiet: "text-kumo-subtle" };

/** Path draws the way that a query takes, from the top to the answer. */
export function Path({ stages }: { stages: Stage[] }) {
  return (
    <ol className="mb-8" aria-label="The way of the query">
      {stages.map((stage, i) => (
        <Station key={i} stage={stage} last={i === stages.length - 1} />
      ))}
    </ol>
  );
}

/** Paths draws two ways beside each other, and marks where they differ. */
export function Paths({ pairs, names }: { pairs: Pair[]; names: [string, string] }) {
  const others = pairs.filter((p) => !p.same).length;
  return (
    <>
      <p role="status" className="mb-3 text-sm">
        {others === 0 ? "Both take the same way." : `${others} of ${pairs.length} ${others === 1 ? "step differs" : "steps differ"}.`}
      </p>
      <div aria-hidden className="mb-2 hidden gap-4 text-sm font-semibold lg:grid lg:grid-cols-2">
        {names.map((name, i) => (
          <p key={i} className="mono truncate">
            {name}
          </p>
        ))}
      </div>
      <ol className="mb-8 space-y-3" aria-label="The two ways of the query">
        {pairs.map((pair, i) => (
          <li key={i} className="grid gap-2 lg:grid-cols-2 lg:gap-4">
            {([pair.left, pair.right] as const).map((stage, side) => (
              <Half key={side} stage={stage} name={names[side] ?? ""} same={pair.same} kind={(pair.left ?? pair.right)?.kind ?? ""} />
            ))}
          </li>
        ))}
      </ol>
    </>
  );
}

function Half({ stage, name, same, kind }: { stage: Stage | undefined; name: string; same: boolean; kind: string }) {
  const label = <p className="mono mb-1 truncate text-kumo-subtle lg:sr-only">{name}</p>;
  if (!stage) {
    return (
      <div className="min-w-0 rounded-lg border border-dashed border-kumo-line px-4 py-3 text-sm text-kumo-subtle">
        {label}
        {kind}: does not come to it
      </div>
    );
  }
  return (
    <div className={`min-w-0 rounded-lg bg-kumo-base px-4 py-3 ${same ? "ring ring-kumo-hairline" : "ring-2 ring-kumo-warning"}`}>
      {label}
      <div className="flex items-start gap-3">
        <span className={`mt-0.5 ${tones[stage.tone]}`}>
          <Dot tone={stage.tone} />
        </span>
        <div className="min-w-0 flex-1">
          <Content stage={stage} differs={!same} />
        </div>
      </div>
    </div>
  );
}

const many = 8; // lines of a stage that are shown before somebody asks for all

function Station({ stage, last }: { stage: Stage; last: boolean }) {
  return (
    <li className="relative flex gap-4 pb-4">
      {!last && <span aria-hidden className="absolute top-9 -bottom-3 left-[11px] w-0.5 bg-kumo-line" />}
      <span className={`relative z-10 mt-3 bg-kumo-canvas ${tones[stage.tone]}`}>
        <Dot tone={stage.tone} />
      </span>
      <div className="min-w-0 flex-1 rounded-lg bg-kumo-base px-4 py-3 ring ring-kumo-hairline">
        <Content stage={stage} />
      </div>
    </li>
  );
}

/** Content is what a station says. */
function Content({ stage, differs }: { stage: Stage; differs?: boolean }) {
  const [all, setAll] = useState(false);
  const shown = all ? stage.lines : stage.lines.slice(0, many);
  return (
    <>
      <p className="flex items-center gap-2 text-xs font-medium text-kumo-subtle">
        {stage.kind}
        {differs && <Badge variant="warning">differs</Badge>}
      </p>
      <p className="font-semibold break-all">
        {stage.href ? (
          <Link href={stage.href} className="hover:underline">
            {stage.title}
          </Link>
        ) : (
          stage.title
        )}
      </p>
      {shown.length > 0 && (
        <ul className="mt-1.5 space-y-1 text-sm">
          {shown.map((line, i) => (
            <Sentence key={i} line={line} />
          ))}
        </ul>
      )}
      {shown.length < stage.lines.length && (
        <button type="button" className="mt-1 text-sm text-kumo-link hover:underline" onClick={() => setAll(true)}>
          {stage.lines.length - shown.length} more
        </button>
      )}
    </>
  );
}

function Dot({ tone }: { tone: Tone }) {
  if (tone === "good") return <CheckCircleIcon size={24} weight="fill" aria-label="yes" />;
  if (tone === "bad") return <XCircleIcon size={24} weight="fill" aria-label="no" />;
  return <CircleIcon size={24} weight="duotone" aria-hidden />;
}

function Sentence({ line }: { line: Line }) {
  return (
    <li className={`break-words ${tones[line.tone]}`}>
      {line.href ? (
        <Link href={line.href} className="hover:underline">
          {sentence(line)}
        </Link>
      ) : (
        sentence(line)
      )}
      {line.records && line.records.length > 0 && (
        <pre className="mono mt-1 rounded-md bg-kumo-tint px-3 py-2 break-words whitespace-pre-wrap text-kumo-default">{line.records.join("\n")}</pre>
      )}
    </li>
  );
}
