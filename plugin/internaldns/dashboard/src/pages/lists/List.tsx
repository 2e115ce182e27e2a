import { Button, ClipboardText } from "@cloudflare/kumo";
import { PencilSimpleIcon, TrashIcon } from "@phosphor-icons/react";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";

import { below } from "../../api/errors";
import { useAccount, useLists, useRules } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Fault, List as ListObject } from "../../api/types";
import { CopyAs } from "../../parts/CopyAs";
import { DeclaredMark, DeclaredNote } from "../../parts/Marks";
import { Page, Section } from "../../parts/Page";
import { RuleList } from "../../parts/RuleList";
import { Loaded, Nothing } from "../../parts/States";
import { count } from "../../parts/time";
import { isOver, useReview } from "../../review/Review";
import { Items } from "./Items";
import { kindOf } from "./kinds";
import { ListFields, type ListDraft } from "./ListFields";
import { naming } from "./uses";

const within = { href: "/lists", name: "Lists" };

/** List is the page of one list: its items, and the policies that name it. */
export default function List({ id }: { id: string }) {
  const query = useLists();
  const list = query.data?.find((l) => l.id === id);
  if (list) return <Loadedlist list={list} />;
  return (
    <Page title="List" within={within}>
      <Loaded query={query}>{() => <Nothing title="There is no such list (any more)">The history tells who deleted it, and can bring it back.</Nothing>}</Loaded>
    </Page>
  );
}

function Loadedlist({ list }: { list: ListObject }) {
  const may = usePermission("Lists Write") && !list.declared;
  const kind = kindOf(list.type);
  return (
    <Page
      title={list.name}
      within={within}
      beside={<DeclaredMark declared={list.declared} />}
      about={
        <>
          {kind.name}, {count(list.count, "item")}.{list.description && ` ${list.description}`}
        </>
      }
      actions={<Actions list={list} may={may} />}
    >
      <DeclaredNote declared={list.declared} kind="list" />
      <Policies list={list} />
      <Items list={list} may={may} />
    </Page>
  );
}

function Policies({ list }: { list: ListObject }) {
  const rules = useRules().data;
  const using = useMemo(() => rules && naming(list, rules), [list, rules]);
  const use = kindOf(list.type).use(list.declared ? list.declared.id : list.id);
  return (
    <Section title="Resolver policies naming this list">
      {using && using.length > 0 && <RuleList rules={using} />}
      {using?.length === 0 && (
        <p className="text-sm text-kumo-subtle">None yet. {use && (list.declared ? "In a policy of the Corefile, its expression would have:" : "The expression of a policy would have:")}</p>
      )}
      {using?.length === 0 && use && <ClipboardText text={use} size="sm" className="mt-2 w-full max-w-xl" />}
    </Section>
  );
}

function Actions({ list, may }: { list: ListObject; may: boolean }) {
  const path = `${useAccount()}/gateway/lists/${list.id}`;
  const review = useReview();
  const [, navigate] = useLocation();
  const [editing, setEditing] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const start = { name: list.name, description: list.description ?? "", type: list.type };
  const rename = async ({ name, description }: ListDraft) => {
    // Without items those that there are stay.
    const calls = [{ method: "PUT" as const, path, body: { name, description } }];
    const outcome = await review({ title: `Change list ${list.name}`, calls, done: `List ${name} changed`, form: true });
    if (outcome.kind === "refused") setFaults(below(outcome.faults, 0));
    if (isOver(outcome)) setEditing(false);
  };
  const remove = async () => {
    const calls = [{ method: "DELETE" as const, path }];
    const outcome = await review({ title: `Delete list ${list.name}`, calls, done: `List ${list.name} deleted`, apply: "Delete", danger: true });
    if (outcome.kind === "done") navigate("/lists");
  };
  return (
    <>
      <CopyAs path={path} name={list.name} />
      {may && (
        <>
          <Button variant="secondary" icon={<PencilSimpleIcon />} onClick={() => setEditing(true)}>
            Rename
          </Button>
          <Button variant="secondary-destructive" icon={<TrashIcon />} onClick={() => void remove()}>
            Delete
          </Button>
        </>
      )}
      {editing && <ListFields title="Name and description" fixed start={start} faults={faults} close={() => setEditing(false)} submit={(draft) => void rename(draft)} />}
    </>
  );
}
