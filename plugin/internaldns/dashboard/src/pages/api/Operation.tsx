import { Badge, ClipboardText } from "@cloudflare/kumo";
import { CaretDownIcon, CaretRightIcon } from "@phosphor-icons/react";
import { useId, useMemo, useState, type ReactNode } from "react";

import { base } from "../../api/call";
import { useSession } from "../../api/session";
import { curlLine, type Values } from "./curl";
import { exampleOf, membersOf, resultOf, typeOf, type Document, type Operation, type Parameter } from "./document";
import { Members } from "./Members";
import { TryIt } from "./TryIt";

type Props = { doc: Document; operation: Operation; alone: boolean };

const looks: Record<string, "success" | "info" | "warning" | "error" | "secondary"> = { GET: "success", POST: "info", PUT: "warning", PATCH: "warning", DELETE: "error" };

/** OneOperation is a call: a line, and all of it once that is opened. */
export function OneOperation({ doc, operation, alone }: Props) {
  const [chosen, setChosen] = useState<boolean>();
  const open = chosen ?? alone;
  const content = useId();
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={content}
        onClick={() => setChosen(!open)}
        className="flex w-full flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-left text-sm outline-none hover:bg-kumo-tint focus-visible:ring-2 focus-visible:ring-kumo-brand focus-visible:ring-inset"
      >
        {open ? <CaretDownIcon aria-hidden className="shrink-0" /> : <CaretRightIcon aria-hidden className="shrink-0" />}
        <span className="w-16 shrink-0">
          <Badge variant={looks[operation.method] ?? "secondary"}>{operation.method}</Badge>
        </span>
        <span className="mono min-w-0 basis-full break-all sm:flex-1 sm:basis-auto">{operation.path}</span>
        <span className="min-w-0 basis-full text-kumo-subtle lg:w-80 lg:basis-auto">{operation.summary}</span>
      </button>
      <div id={content}>{open && <Content doc={doc} operation={operation} />}</div>
    </li>
  );
}

function Content({ doc, operation }: Omit<Props, "alone">) {
  const { account, permissions } = useSession();
  const [values, setValues] = useState<Values>({ account: account.id });
  const { body, answer, permission } = operation;
  const example = useMemo(() => (body ? exampleOf(doc, body.schema) : undefined), [doc, body]);
  const result = answer && resultOf(answer.schema);
  return (
    <div className="space-y-6 border-t border-kumo-hairline bg-kumo-elevated px-4 py-5 sm:px-6">
      <p className="text-sm">
        {permission ? (
          <>
            Needs the permission <strong className="font-semibold">{permission}</strong>
            {permissions.includes(permission) ? ", which your token has." : ", which your token lacks."}
          </>
        ) : (
          "Needs no permission."
        )}
      </p>
      <ClipboardText text={curlLine(operation, values, window.location.origin + base, example)} size="sm" className="w-full" />
      {operation.method === "GET" && <TryIt operation={operation} values={values} set={setValues} />}
      <Parameters doc={doc} title="Parameters of the path" of={operation.parameters.filter((p) => p.in === "path")} />
      <Parameters doc={doc} title="Parameters" of={operation.parameters.filter((p) => p.in === "query")} />
      <Parameters doc={doc} title="Headers" of={operation.parameters.filter((p) => p.in === "header")} />
      {body && (
        <Part title="Body" about={body.kind}>
          <Members members={membersOf(doc, body.schema)} />
        </Part>
      )}
      {answer && result && (
        <Part title="Result" about={answer.kind === "application/json" ? typeOf(doc, result) : answer.kind}>
          <Members members={membersOf(doc, result)} />
        </Part>
      )}
      <Part title="Errors">
        <dl className="grid grid-cols-[3rem_1fr] gap-x-3 gap-y-1 text-sm">
          {operation.errors.map((e) => (
            <div key={e.status} className="contents">
              <dt className="tabular-nums">{e.status}</dt>
              <dd className="text-kumo-subtle">{e.about}</dd>
            </div>
          ))}
        </dl>
      </Part>
    </div>
  );
}

function Part({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-sm font-semibold">
        {title} {about && <span className="font-normal break-words text-kumo-subtle">{about}</span>}
      </h3>
      {children}
    </section>
  );
}

function Parameters({ doc, title, of }: { doc: Document; title: string; of: Parameter[] }) {
  if (!of.length) return null;
  return (
    <Part title={title}>
      <Members
        members={of.map((p) => ({ path: p.name, name: p.name, depth: 0, type: p.schema ? typeOf(doc, p.schema) : "string", about: p.description ?? "", required: p.required ?? false }))}
      />
    </Part>
  );
}
