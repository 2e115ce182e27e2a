import { Badge, Button } from "@cloudflare/kumo";
import { useState } from "react";

import { send } from "../../api/call";
import { faultsOf } from "../../api/errors";
import { ChoiceField, TextField } from "../../parts/Fields";
import { Faults } from "../../parts/States";
import { missing, pathOf, searchOf, type Values } from "./curl";
import type { Operation, Parameter } from "./document";

type Answered = { status: number; took: number; text: string; cut: boolean };

const longest = 200_000; // characters that are shown
const few = 4; // fields that are shown before somebody asks for more

/** TryIt makes a call that only reads, with the session. Those that write are made on their pages, which show first what they change. */
export function TryIt({ operation, values, set }: { operation: Operation; values: Values; set: (values: Values) => void }) {
  const [busy, setBusy] = useState(false);
  const [answered, setAnswered] = useState<Answered>();
  const [error, setError] = useState<unknown>();
  const [more, setMore] = useState(false);
  // A stream never ends: the page of queries shows it.
  const inPath = operation.parameters.filter((p) => p.in === "path");
  const query = operation.parameters.filter((p) => p.in === "query" && !["stream", "last_event_id"].includes(p.name));
  const run = async () => {
    setBusy(true);
    setError(undefined);
    const begin = performance.now();
    try {
      const response = await send("GET", pathOf(operation, values) + searchOf(operation, values), {});
      const text = shownText(await response.text(), response.headers.get("Content-Type") ?? "");
      setAnswered({ status: response.status, took: Math.round(performance.now() - begin), text: text.slice(0, longest), cut: text.length > longest });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section aria-label={`Try ${operation.path}`}>
      <h3 className="mb-2 text-sm font-semibold">Try it</h3>
      <form
        className="space-y-3"
        onSubmit={(e) => {
          e.preventDefault();
          void run();
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
          {[...inPath, ...(more ? query : query.slice(0, Math.max(0, few - inPath.length)))].map((p) => (
            <Value key={p.name} parameter={p} value={values[p.name] ?? ""} change={(value) => set({ ...values, [p.name]: value })} />
          ))}
        </div>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" size="sm" variant="primary" loading={busy} disabled={missing(operation, values).length > 0}>
            Send
          </Button>
          {query.length > few && (
            <Button type="button" size="sm" variant="ghost" aria-expanded={more} onClick={() => setMore(!more)}>
              {more ? "Fewer parameters" : `All ${query.length} parameters`}
            </Button>
          )}
        </div>
      </form>
      <div className="mt-3 space-y-2" aria-live="polite">
        <Faults faults={faultsOf(error)} />
        {answered && <Answer answered={answered} />}
      </div>
    </section>
  );
}

function Value({ parameter: p, value, change }: { parameter: Parameter; value: string; change: (value: string) => void }) {
  const choices = p.schema?.enum;
  if (choices) {
    const options = [{ value: "", label: "" }, ...choices.map((c) => ({ value: String(c), label: String(c) }))];
    return <ChoiceField label={p.name} value={value} onChange={change} options={options} />;
  }
  return <TextField label={p.name} mono required={p.required ?? false} value={value} onChange={change} />;
}

function Answer({ answered: { status, took, text, cut } }: { answered: Answered }) {
  return (
    <>
      <p className="flex items-center gap-2 text-sm text-kumo-subtle">
        <Badge variant={status < 300 ? "success" : "error"}>{status}</Badge> {took} ms
        {cut && `, the first ${longest.toLocaleString()} characters`}
      </p>
      <pre
        tabIndex={0}
        aria-label="Answer"
        className="mono max-h-96 overflow-auto rounded-lg bg-kumo-base px-3 py-2 leading-snug ring ring-kumo-hairline outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand"
      >
        {text}
      </pre>
    </>
  );
}

/** shownText puts JSON into lines, unless it is a whole account. */
function shownText(text: string, kind: string): string {
  if (!kind.includes("json") || text.length > 10 * longest) return text;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
