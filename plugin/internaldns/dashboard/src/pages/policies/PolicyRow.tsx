import { Badge, Switch } from "@cloudflare/kumo";
import { DotsSixVerticalIcon } from "@phosphor-icons/react";
import { Link } from "wouter";

import type { Rule } from "../../api/types";
import { DeclaredMark, PendingMark, ProblemMark } from "../../parts/Marks";
import { count, exactly, when } from "../../parts/time";
import { outcomeOf } from "./draft";
import type { Marks } from "./marks";
import { wordsOf } from "./times";

type Drag = { begin: () => void; over: () => void; end: () => void; step: (by: -1 | 1) => void };

type Props = {
  rule: Rule;
  place: number;
  views: Map<string, string>;
  worded: (expression: string) => string;
  marks?: Marks | undefined;
  dragged: boolean;
  drag?: Drag | undefined; // undefined for who may not, and of the Corefile
  toggle?: (() => void) | undefined;
};

/** PolicyRow is one policy of the list, dragged by its handle or moved by the arrow keys on it. */
export function PolicyRow({ rule, place, views, worded, marks, dragged, drag, toggle }: Props) {
  const times = wordsOf(rule);
  return (
    <li
      onDragOver={(e) => {
        e.preventDefault();
        drag?.over();
      }}
      onDrop={(e) => e.preventDefault()}
      className={`flex items-start gap-3 px-3 py-3 sm:px-4 ${dragged ? "bg-kumo-tint" : ""}`}
    >
      <div className="flex w-9 shrink-0 items-center pt-0.5">
        {drag ? (
          <button
            type="button"
            draggable
            onDragStart={(e) => {
              e.dataTransfer.effectAllowed = "move";
              e.dataTransfer.setData("text/plain", rule.name); // without data Firefox drags nothing
              const row = e.currentTarget.closest("li");
              if (row) e.dataTransfer.setDragImage(row, 20, 20);
              drag.begin();
            }}
            onDragEnd={drag.end}
            onKeyDown={(e) => {
              if (e.key !== "ArrowUp" && e.key !== "ArrowDown") return;
              e.preventDefault();
              drag.step(e.key === "ArrowUp" ? -1 : 1);
            }}
            aria-label={`Move ${rule.name}, at place ${place}: arrow up or down`}
            title="Drag, or press arrow up and down"
            className="cursor-grab rounded text-kumo-subtle outline-none hover:text-kumo-default focus-visible:ring-2 focus-visible:ring-kumo-brand active:cursor-grabbing"
          >
            <DotsSixVerticalIcon size={18} aria-hidden />
          </button>
        ) : (
          <span className="w-[18px]" />
        )}
        <span className="ml-1 text-sm text-kumo-subtle tabular-nums">{place}</span>
      </div>
      <div className={`min-w-0 flex-1 ${rule.enabled ? "" : "text-kumo-subtle"}`}>
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link href={`/policies/${rule.id}`} className="min-w-0 font-medium break-words hover:underline">
            {rule.name}
          </Link>
          <DeclaredMark declared={rule.declared} />
          <ProblemMark problem={rule.problem} />
          <QueryMarks marks={marks} />
          <PendingMark id={rule.id} />
        </div>
        <p className="mono mt-0.5 line-clamp-2 break-words text-kumo-subtle" title={rule.traffic}>
          {[rule.traffic, rule.identity].filter(Boolean).map(worded).join("  and  ") || "every query"}
        </p>
        <p className="mt-0.5 text-sm">
          <span aria-hidden>→ </span>
          {outcomeOf(rule, views)}
          {Boolean(marks?.hits) && <span className="text-kumo-subtle"> · {count(marks?.hits ?? 0, "query", "queries")}</span>}
        </p>
        {times && <p className="mt-0.5 text-sm text-kumo-subtle">{times}</p>}
      </div>
      <div className="shrink-0 pt-0.5" title={`precedence ${rule.precedence}`}>
        {toggle ? (
          <Switch size="sm" checked={rule.enabled} onCheckedChange={toggle} aria-label={`${rule.name} is on`} />
        ) : (
          <span className="text-sm text-kumo-subtle">{rule.enabled ? "on" : "off"}</span>
        )}
      </div>
    </li>
  );
}

/** QueryMarks says that no query matched a policy, or that none can. */
function QueryMarks({ marks }: { marks?: Marks | undefined }) {
  if (marks?.shadow) {
    const { text, by } = marks.shadow;
    return (
      <Badge variant="warning">
        <span title={text}>
          {by ? (
            <>
              shadowed by <Link href={`/policies/${by.id}`} className="underline">{by.name}</Link>
            </>
          ) : (
            "can never match"
          )}
        </span>
      </Badge>
    );
  }
  if (!marks?.never) return null;
  return (
    <Badge variant="secondary">
      <span title={`No query matched it since ${exactly(marks.never)}`}>never matched since {when(marks.never)}</span>
    </Badge>
  );
}
