import { Badge } from "@cloudflare/kumo";
import { lazy, Suspense } from "react";

import type { AnswerChange, Preview } from "../api/types";
import { count } from "../parts/time";
import { decides } from "./decides";
import { Side } from "./Objects";

const Queries = lazy(() => import("./Queries")); // of few changes, and not of the first view

const shown = 100;

/** Told is what a preview tells of answers and queries, that of an import included. */
type Told = Pick<Preview, "answers" | "objects" | "queries" | "queries_missing">;

/** Answers shows which answers a change makes other than they are, and how many, and which queries would get another policy. */
export function Answers({ preview }: { preview: Told }) {
  return (
    <>
      <Differing preview={preview} />
      {decides(preview) && (
        <Suspense fallback={null}>
          <Queries preview={preview} />
        </Suspense>
      )}
    </>
  );
}

function Differing({ preview }: { preview: Told }) {
  const report = preview.answers;
  if (!report) return null;
  const total = report.changes.length + report.omitted;
  const compared = report.policies.reduce((sum, p) => sum + p.compared, 0);
  if (total === 0 && report.settings.length > 0) return <Settings settings={report.settings} />;
  if (total === 0 && preview.objects.some((o) => o.kind === "list" || o.kind === "location")) {
    // Answers are compared within each policy: this changes which of them matches.
    return <p className="text-sm text-kumo-subtle">No policy answers otherwise. Policies that ask for this may match other queries than before.</p>;
  }
  if (total === 0) {
    return (
      <p className="text-sm text-kumo-subtle">
        No answer changes{compared ? ` (${count(compared, "question")} compared)` : ": no resolver policy leads to what this is about, yet"}.
      </p>
    );
  }
  return (
    <>
      <Settings settings={report.settings} />
      <p className="mb-2 text-sm">
        <strong>{count(total, "answer differs", "answers differ")}</strong>
        <span className="text-kumo-subtle"> of {count(compared, "question")} compared</span>
      </p>
      <ul className="divide-y divide-kumo-hairline overflow-hidden rounded-lg ring ring-kumo-hairline">
        {report.changes.slice(0, shown).map((change, i) => (
          <li key={i} className="px-4 py-2.5 text-sm">
            <One change={change} />
          </li>
        ))}
        {total > shown && <li className="px-4 py-2.5 text-sm text-kumo-subtle">and {(total - shown).toLocaleString()} more</li>}
      </ul>
    </>
  );
}

/** Settings are what policies do otherwise, of which the answers of single names do not tell. */
function Settings({ settings }: { settings: NonNullable<Preview["answers"]>["settings"] }) {
  return (
    <ul className="mb-2 space-y-1 text-sm">
      {settings.slice(0, shown).map((s, i) => (
        <li key={i} className="break-words">
          {s.policy && <strong>{s.policy}: </strong>}
          {s.change}
        </li>
      ))}
    </ul>
  );
}

function One({ change }: { change: AnswerChange }) {
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
        <span className="mono font-medium break-all">
          {change.name} {change.type}
        </span>
        <Badge variant="outline">{change.kind}</Badge>
        {change.policies.length > 0 && (
          <span className="text-kumo-subtle">by {change.policies.slice(0, 3).join(", ") + (change.policies.length > 3 ? "…" : "")}</span>
        )}
      </div>
      <div className="mono mt-1 break-all">
        <Side kind="del" text={words(change.old)} />
        <Side kind="ins" text={words(change.new)} />
      </div>
    </>
  );
}

function words(answer: AnswerChange["old"]): string {
  if (answer.records.length) return answer.records.join("\n");
  return answer.asks ? `asks ${answer.asks}` : answer.status || "no answer of this view";
}
