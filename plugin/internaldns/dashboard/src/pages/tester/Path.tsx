import { CheckCircleIcon, CircleIcon, XCircleIcon } from "@phosphor-icons/react";
import { useState } from "react";
import { Link } from "wouter";

import type { Explained } from "../../api/types";
import { pathOf, type Line, type Stage, type Tone } from "./stages";

const tones: Record<Tone, string> = { good: "text-kumo-success", bad: "text-kumo-danger", plain: "text-kumo-default", quiet: "text-kumo-subtle" };

/** Path draws an explanation as the way that the query takes, from the top to the answer. */
export function Path({ explained }: { explained: Explained }) {
  const stages = pathOf(explained);
  return (
    <ol className="mb-8" aria-label="The way of the query">
      {stages.map((stage, i) => (
        <Station key={i} stage={stage} last={i === stages.length - 1} />
      ))}
    </ol>
  );
}

const many = 8; // lines of a stage that are shown before somebody asks for all

function Station({ stage, last }: { stage: Stage; last: boolean }) {
  const [all, setAll] = useState(false);
  const shown = all ? stage.lines : stage.lines.slice(0, many);
  return (
    <li className="relative flex gap-4 pb-4">
      {!last && <span aria-hidden className="absolute top-9 -bottom-3 left-[11px] w-0.5 bg-kumo-line" />}
      <span className={`relative z-10 mt-3 bg-kumo-canvas ${tones[stage.tone]}`}>
        <Dot tone={stage.tone} />
      </span>
      <div className="min-w-0 flex-1 rounded-lg bg-kumo-base px-4 py-3 ring ring-kumo-hairline">
        <p className="text-xs font-medium text-kumo-subtle">{stage.kind}</p>
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
      </div>
    </li>
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
          {line.text}
        </Link>
      ) : (
        line.text
      )}
      {line.records && line.records.length > 0 && (
        <pre className="mono mt-1 rounded-md bg-kumo-tint px-3 py-2 break-words whitespace-pre-wrap text-kumo-default">{line.records.join("\n")}</pre>
      )}
    </li>
  );
}
