import { Button } from "@cloudflare/kumo";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";

import { call } from "../../api/call";
import { at, elsewhere } from "../../api/errors";
import { useAccount } from "../../api/queries";
import { usePermission, useSession } from "../../api/session";
import type { Fault, Token } from "../../api/types";
import { Faults } from "../../parts/States";
import { useTell } from "../../shell/Toasts";
import { Confirm } from "./Confirm";
import { addressFaults, draftOf, formOf, newToken } from "./draft";
import { missing, type Kind } from "./rights";
import { Rights } from "./Rights";
import { ShownOnce } from "./ShownOnce";
import { TokenFields } from "./TokenFields";
import { useNamed } from "./useNamed";

const fields = ["/name", "/policies", "/not_before", "/expires_on", "/condition"];

/** Editor is the form of a token. */
export function Editor({ token, kinds }: { token?: Token; kinds: Kind[] }) {
  const account = useAccount();
  const { account: of, token: own } = useSession();
  const may = usePermission("Account API Tokens Write");
  const named = useNamed();
  const tell = useTell();
  const [, navigate] = useLocation();
  const [base, setBase] = useState(token);
  const start = useMemo(() => (base ? draftOf(base, of.id, kinds) : newToken()), [base, of.id, kinds]);
  const [draft, setDraft] = useState(start);
  const [asked, setAsked] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [made, setMade] = useState<Token>(); // with its value, until the dialog that shows it is closed
  const body = formOf(draft, of.id, kinds, base);
  const changed = !base || JSON.stringify(body) !== JSON.stringify(formOf(start, of.id, kinds, base));
  const wrong = useMemo(() => addressFaults(draft), [draft]);
  const ready = changed && !wrong.length && draft.name.trim() !== "" && draft.grants.length > 0 && draft.grants.every((g) => !missing(g));
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (faults.length) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [faults]);

  const run = async () => {
    const path = `${account}/tokens`;
    const answer = token ? await call<Token>("PUT", `${path}/${token.id}`, { body }) : await call<Token>("POST", path, { body });
    setAsked(false);
    setFaults([]);
    tell.made(token ? `Token ${draft.name} changed` : `Token ${draft.name} created`, answer.revision);
    if (!token) return setMade(answer.result);
    setBase(answer.result);
    setDraft(draftOf(answer.result, of.id, kinds));
  };
  const refused = (all: Fault[]) => {
    if (!all.some((f) => fields.some((field) => at([f], field)))) return false;
    setFaults(all);
    setAsked(false);
    return true;
  };

  return (
    <form
      ref={form}
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        setAsked(true);
      }}
    >
      <div className="mb-4 empty:hidden">
        <Faults faults={elsewhere(faults, fields)} />
      </div>
      <fieldset disabled={!may} className="min-w-0">
        <TokenFields draft={draft} set={(more) => setDraft({ ...draft, ...more })} faults={[...faults, ...wrong]} kinds={kinds} named={named} made={!!token} disabled={!may} />
      </fieldset>
      {may && (
        <div className="sticky bottom-0 z-10 flex justify-end gap-2 border-t border-kumo-hairline bg-kumo-canvas py-3">
          <Button type="button" variant="secondary" onClick={() => (token ? setDraft(start) : navigate("/tokens"))} disabled={!!token && !changed}>
            {token ? "Discard" : "Cancel"}
          </Button>
          <Button type="submit" variant="primary" disabled={!ready}>
            Review
          </Button>
        </div>
      )}
      {asked && (
        <Confirm
          title={token ? `Change ${token.name}` : `Create token ${draft.name.trim()}`}
          apply={token ? "Apply" : "Create"}
          run={run}
          refused={refused}
          close={() => setAsked(false)}
          {...(token?.id === own.id && { warning: "This is the token that you are signed in with: what you take from it you can do no more." })}
        >
          <Summary draft={draft} kinds={kinds} named={named} />
        </Confirm>
      )}
      {made && <ShownOnce name={made.name} value={made.value ?? ""} account={account} close={() => navigate("/tokens")} />}
    </form>
  );
}

type SummaryProps = { draft: ReturnType<typeof newToken>; kinds: Kind[]; named: ReturnType<typeof useNamed> };

/** Summary says what a token will be able to do. */
function Summary({ draft, kinds, named }: SummaryProps) {
  const time = (text: string) => new Date(text).toLocaleString();
  const lines = [
    !draft.enabled && "It is disabled: nobody can use it.",
    draft.notBefore && `It can be used from ${time(draft.notBefore)} on.`,
    draft.expires ? `It expires ${time(draft.expires)}.` : "It never expires.",
    draft.from.trim() && `It works from ${draft.from.trim().split(/[\s,]+/).join(", ")} only.`,
    draft.notFrom.trim() && `It does not work from ${draft.notFrom.trim().split(/[\s,]+/).join(", ")}.`,
  ].filter(Boolean);
  return (
    <>
      <section>
        <h3 className="mb-2 text-sm font-semibold">What it may do</h3>
        <Rights grants={draft.grants} kinds={kinds} names={named.names} />
      </section>
      <section>
        <h3 className="mb-2 text-sm font-semibold">When and from where</h3>
        <ul className="space-y-1 text-sm">
          {lines.map((line, i) => (
            <li key={i} className="break-words">
              {line}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
