import { Button } from "@cloudflare/kumo";
import { ListChecksIcon, PlusIcon } from "@phosphor-icons/react";
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";

import { below } from "../../api/errors";
import { useAccount, useLists, useRules } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Fault, List as ListObject, Rule } from "../../api/types";
import { DataTable, type Column } from "../../parts/DataTable";
import { DeclaredMark } from "../../parts/Marks";
import { Page } from "../../parts/Page";
import { RuleLinks } from "../../parts/RuleLinks";
import { SearchBar } from "../../parts/SearchBar";
import { Loaded, Nothing } from "../../parts/States";
import { count, exactly, when } from "../../parts/time";
import { isOver, useReview } from "../../review/Review";
import { kindOf } from "./kinds";
import { ListFields, type ListDraft } from "./ListFields";
import { naming } from "./uses";

/** Lists lists all lists. */
export default function Lists() {
  const query = useLists();
  const may = usePermission("Lists Write");
  const [creating, setCreating] = useState(false);
  const create = may && (
    <Button variant="primary" icon={<PlusIcon />} onClick={() => setCreating(true)}>
      Create list
    </Button>
  );
  return (
    <Page title="Lists" about="A list holds many values, such as names or networks, for expressions of resolver policies to ask for by one word." actions={create}>
      <Loaded query={query}>
        {(lists) =>
          lists.length ? (
            <Table lists={lists} />
          ) : (
            <Nothing icon={<ListChecksIcon size={40} />} title="No lists yet" actions={create}>
              Create one when an expression would name more than a handful of domains, networks or people.
            </Nothing>
          )
        }
      </Loaded>
      {creating && <CreateList close={() => setCreating(false)} />}
    </Page>
  );
}

function CreateList({ close }: { close: () => void }) {
  const path = `${useAccount()}/gateway/lists`;
  const review = useReview();
  const [, navigate] = useLocation();
  const [faults, setFaults] = useState<Fault[]>([]);
  const submit = async ({ description, ...draft }: ListDraft) => {
    const calls = [{ method: "POST" as const, path, body: { ...draft, ...(description && { description }) } }];
    const outcome = await review({ title: `Create list ${draft.name}`, calls, done: `List ${draft.name} created`, apply: "Create", form: true });
    if (outcome.kind === "refused") setFaults(below(outcome.faults, 0));
    if (isOver(outcome)) close();
    if (outcome.kind === "done") navigate(`/lists/${(outcome.results[0] as ListObject).id}`);
  };
  return <ListFields title="Create a list" start={{ name: "", description: "", type: "DOMAIN" }} faults={faults} close={close} submit={(draft) => void submit(draft)} />;
}

function Table({ lists }: { lists: ListObject[] }) {
  const rules = useRules().data;
  const [text, setText] = useState("");
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return lists.filter((l) => `${l.name}\n${l.description ?? ""}`.toLowerCase().includes(wanted));
  }, [lists, text]);
  const columns = useMemo(() => columnsOf(rules), [rules]);
  return (
    <>
      <SearchBar label="Search lists" text={text} set={setText}>
        {count(shown.length, "list")}
      </SearchBar>
      {shown.length ? <DataTable label="Lists" columns={columns} count={shown.length} row={(i) => shown[i]} id={(l) => l.id} /> : <Nothing title="No list is called this" />}
    </>
  );
}

function columnsOf(rules: Rule[] | undefined): Column<ListObject>[] {
  return [
    {
      key: "name",
      title: "Name",
      cell: (l) => (
        <div className="flex min-w-0 items-center gap-2">
          <Link href={`/lists/${l.id}`} className="truncate font-medium hover:underline" title={l.description}>
            {l.name}
          </Link>
          <DeclaredMark declared={l.declared} />
        </div>
      ),
    },
    { key: "type", title: "Type", width: "w-52", from: "sm", cell: (l) => kindOf(l.type).name },
    { key: "count", title: "Items", width: "w-24", cell: (l) => <span className="tabular-nums">{l.count.toLocaleString()}</span> },
    { key: "policies", title: "Policies", width: "w-1/4", from: "md", cell: (l) => <RuleLinks rules={rules && naming(l, rules)} /> },
    {
      key: "updated_at",
      title: "Changed",
      width: "w-32",
      from: "lg",
      cell: (l) => (
        <span className="text-kumo-subtle" title={exactly(l.updated_at)}>
          {when(l.updated_at)}
        </span>
      ),
    },
  ];
}
