import { Button } from "@cloudflare/kumo";
import { CopyIcon, TrashIcon } from "@phosphor-icons/react";
import { useState } from "react";
import { useLocation, useSearchParams } from "wouter";

import { below, elsewhere } from "../../api/errors";
import { useAccount, useRules } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Fault, Rule } from "../../api/types";
import { CopyAs } from "../../parts/CopyAs";
import { DeclaredMark, DeclaredNote } from "../../parts/Marks";
import { Page } from "../../parts/Page";
import { Faults, Loaded, Nothing } from "../../parts/States";
import { isOver, useReview } from "../../review/Review";
import { draftOf, formOf, newPolicy, policyPointers, type PolicyDraft } from "./draft";
import { PolicyFields } from "./PolicyFields";
import { useLooking } from "./reads";
import { useCheck } from "./useCheck";

const within = { href: "/policies", name: "Resolver policies" };

/** Policy is the page of one resolver policy, or of one that is to be made. */
export default function Policy({ id }: { id: string }) {
  const mayMake = usePermission("Resolver Policies Write");
  const [asked] = useSearchParams();
  const query = useRules();
  if (query.data === undefined) {
    return (
      <Page title="Resolver policy" within={within}>
        <Loaded query={query}>{() => null}</Loaded>
      </Page>
    );
  }
  const like = query.data.find((r) => r.id === asked.get("like")); // to be duplicated
  if (id === "new" && !mayMake) {
    return (
      <Page title="Create a resolver policy" within={within}>
        <Nothing title="This token may not make policies">That needs the right Resolver Policies Write.</Nothing>
      </Page>
    );
  }
  if (id === "new") return <Editor start={like ? { ...draftOf(like), name: `${like.name} (copy)` } : newPolicy(asked.get("view") ?? "")} />;
  const rule = query.data.find((r) => r.id === id);
  return rule ? (
    <Editor rule={rule} start={draftOf(rule)} />
  ) : (
    <Page title="Resolver policy" within={within}>
      <Nothing title="There is no such policy (any more)">The history tells who deleted it, and can bring it back.</Nothing>
    </Page>
  );
}

function Editor({ rule, start }: { rule?: Rule; start: PolicyDraft }) {
  const all = `${useAccount()}/gateway/rules`;
  const review = useReview();
  const [, navigate] = useLocation();
  const may = usePermission("Resolver Policies Write") && !rule?.declared;
  const [base, setBase] = useState(rule);
  const [draft, setDraft] = useState(start);
  const [faults, setFaults] = useState<Fault[]>([]);
  const path = rule ? `${all}/${rule.id}` : all;
  const method = rule ? "PATCH" : "POST";
  const form = formOf(draft);
  useLooking(may);
  const check = useCheck(path, method, form, may);
  const changed = !rule || JSON.stringify(form) !== JSON.stringify(formOf(base ? draftOf(base) : start));

  const submit = async () => {
    const title = rule ? `Change ${rule.name}` : `Create policy ${form.name ?? ""}`;
    const outcome = await review({ title, calls: [{ method, path, body: form }], done: rule ? `${draft.name} changed` : `Policy ${draft.name} created`, base, form: true });
    setFaults(outcome.kind === "refused" ? below(outcome.faults, 0) : []);
    if (outcome.kind === "collected" && base) setDraft(draftOf(base));
    if (!isOver(outcome)) return;
    if (!rule) return navigate("/policies");
    if (outcome.kind !== "done") return;
    const now = outcome.results[0] as Rule;
    setBase(now);
    setDraft(draftOf(now));
  };

  const shown = [...faults.filter((f) => !/^\/(traffic|identity)/.test(f.source?.pointer ?? "")), ...check.faults];
  return (
    <Page
      title={rule ? rule.name : "Create a resolver policy"}
      within={within}
      beside={<DeclaredMark declared={rule?.declared} />}
      {...(rule && { about: `Precedence ${rule.precedence}: policies with lower ones are tried before.`, actions: <Actions rule={rule} path={path} may={may} /> })}
    >
      <DeclaredNote declared={rule?.declared} kind="policy" />
      {rule?.problem && (
        <div className="mb-5">
          <Faults faults={[{ code: 0, message: rule.problem.text }]} title="This policy is not served" />
        </div>
      )}
      <form
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <div className="mb-4">
          <Faults faults={elsewhere(faults, policyPointers)} />
        </div>
        <fieldset disabled={!may} className="min-w-0">
          <PolicyFields draft={draft} set={(more) => setDraft({ ...draft, ...more })} faults={shown} check={check} disabled={!may} />
        </fieldset>
        {may && (
          <div className="sticky bottom-0 flex justify-end gap-2 border-t border-kumo-hairline bg-kumo-canvas py-3">
            <Button type="button" variant="secondary" onClick={() => (rule ? setDraft(base ? draftOf(base) : start) : navigate("/policies"))} disabled={!changed}>
              {rule ? "Discard" : "Cancel"}
            </Button>
            <Button type="submit" variant="primary" disabled={!changed}>
              Review
            </Button>
          </div>
        )}
      </form>
    </Page>
  );
}

function Actions({ rule, path, may }: { rule: Rule; path: string; may: boolean }) {
  const review = useReview();
  const [, navigate] = useLocation();
  const mayMake = usePermission("Resolver Policies Write");
  const remove = async () => {
    const calls = [{ method: "DELETE" as const, path }];
    const outcome = await review({ title: `Delete ${rule.name}`, calls, done: `Policy ${rule.name} deleted`, apply: "Delete", danger: true });
    if (outcome.kind === "done") navigate("/policies");
  };
  return (
    <>
      <CopyAs path={path} name={rule.name} />
      {mayMake && (
        <Button variant="secondary" icon={<CopyIcon />} onClick={() => navigate(`/policies/new?like=${rule.id}`)}>
          Duplicate
        </Button>
      )}
      {may && (
        <Button variant="secondary-destructive" icon={<TrashIcon />} onClick={() => void remove()}>
          Delete
        </Button>
      )}
    </>
  );
}
