// Two ways of the same query beside each other, and the way of one as a text.
import type { Line, Stage } from "./stages";

/** Pair is a station of both ways; a side is missing that does not come by it. */
export type Pair = { left?: Stage; right?: Stage; same: boolean };

// Searches are one kind, whatever they look for.
const order = ["Query", "Policy", "View", "Search", "Fallback", "Answer"];
const kindOf = (stage: Stage) => (order.includes(stage.kind) ? stage.kind : "Search");

/** paired puts two ways beside each other, station by station. */
export function paired(a: Stage[], b: Stage[]): Pair[] {
  return order.flatMap((kind) => {
    const left = a.filter((s) => kindOf(s) === kind);
    const right = b.filter((s) => kindOf(s) === kind);
    return Array.from({ length: Math.max(left.length, right.length) }, (_, i): Pair => {
      const [l, r] = [left[i], right[i]];
      // That the clients are two is what was asked.
      const same = l !== undefined && r !== undefined && (kind === "Query" || said(l) === said(r));
      return { ...(l && { left: l }), ...(r && { right: r }), same };
    });
  });
}

/** said is what a station says, but for what was seen of the client. */
function said(stage: Stage): string {
  return JSON.stringify([stage.kind, stage.title, stage.tone, stage.lines.map((l) => [l.text, l.records ?? []])]);
}

/** textOf writes a way as a text, to be sent to somebody. */
export function textOf(stages: Stage[]): string {
  const width = Math.max(...stages.map((s) => s.kind.length)) + 2;
  const indent = " ".repeat(width);
  const lines = stages.flatMap((s) => [s.kind.padEnd(width) + s.title, ...s.lines.flatMap((l) => [sentence(l), ...(l.records ?? []).map((r) => "  " + r)]).map((l) => indent + l)]);
  return lines.map((l) => l.trimEnd()).join("\n") + "\n";
}

/** sentence is a line with what was seen of the client. */
export function sentence(line: Line): string {
  return line.saw ? `${line.text}: ${line.saw}` : line.text;
}
