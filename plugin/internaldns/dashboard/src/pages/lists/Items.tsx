import { Button } from "@cloudflare/kumo";
import { PlusIcon, TrashIcon } from "@phosphor-icons/react";
import { useDeferredValue, useMemo, useState } from "react";

import type { Answer } from "../../api/call";
import { useAccount, useItems } from "../../api/queries";
import type { List, ListItem } from "../../api/types";
import { DataTable, type Column } from "../../parts/DataTable";
import { Section } from "../../parts/Page";
import { SearchBar } from "../../parts/SearchBar";
import { Loaded, Nothing } from "../../parts/States";
import { count, countOf, exactly, when } from "../../parts/time";
import { isOver, useReview } from "../../review/Review";
import { AddItems } from "./AddItems";
import { fitting } from "./paste";

/** Items is the table of a list's items, and what can be done with them. */
export function Items({ list, may }: { list: List; may: boolean }) {
  const query = useItems(list);
  const [adding, setAdding] = useState(false);
  const add = may && (
    <Button variant="primary" icon={<PlusIcon />} disabled={!query.data} onClick={() => setAdding(true)}>
      Add items
    </Button>
  );
  return (
    <Section title="Items" actions={list.count > 0 && add}>
      <Loaded query={query}>
        {(answer) =>
          answer.result.length ? (
            <Table list={list} items={answer.result} may={may} />
          ) : list.count ? (
            <Unshown answer={answer} />
          ) : (
            <Nothing title="No items yet" actions={add}>
              An expression that asks for a list without items is true of nothing.
            </Nothing>
          )
        }
      </Loaded>
      {adding && query.data && <AddItems list={list} items={query.data.result} close={() => setAdding(false)} />}
    </Section>
  );
}

/** Unshown tells why the items are not there: a file may hold millions. */
function Unshown({ answer }: { answer: Answer<ListItem[]> }) {
  return (
    <Nothing title="The items are not shown">
      {answer.messages.map((m, i) => (
        <span key={i}>{m.message}</span>
      ))}
    </Nothing>
  );
}

function Table({ list, items, may }: { list: List; items: ListItem[]; may: boolean }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const shown = useMemo(
    () => (wanted ? items.filter((i) => i.value.toLowerCase().includes(wanted) || i.description?.toLowerCase().includes(wanted)) : items),
    [items, wanted],
  );
  const set = (value: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(value);
    else next.delete(value);
    setChosen(next);
  };
  const selection = {
    has: (value: string) => chosen.has(value),
    set,
    all: chosen.size === 0 ? false : chosen.size >= shown.length ? true : ("some" as const),
    setAll: (on: boolean) => setChosen(new Set(on ? shown.map((i) => i.value) : [])),
  };
  return (
    <>
      <SearchBar label="Search items" placeholder="Search values and descriptions" text={text} set={setText}>
        {countOf(shown.length, items.length, "item")}
      </SearchBar>
      {chosen.size > 0 && <Chosen list={list} items={items} chosen={chosen} clear={() => setChosen(new Set())} />}
      {shown.length ? (
        <DataTable label="Items" columns={columns} count={shown.length} row={(i) => shown[i]} id={(i) => i.value} {...(may && { selection })} />
      ) : (
        <Nothing title="No item has this in it" />
      )}
    </>
  );
}

const columns: Column<ListItem>[] = [
  {
    key: "value",
    title: "Value",
    cell: (i) => (
      <span className="mono" title={i.value}>
        {i.value}
      </span>
    ),
  },
  { key: "description", title: "Description", width: "w-2/5", from: "sm", cell: (i) => <span title={i.description}>{i.description}</span> },
  {
    key: "created_at",
    title: "Added",
    width: "w-32",
    from: "md",
    cell: (i) =>
      i.created_at && (
        <span className="text-kumo-subtle" title={exactly(i.created_at)}>
          {when(i.created_at)}
        </span>
      ),
  },
];

/** Chosen is what can be done with the items that are chosen. */
function Chosen({ list, items, chosen, clear }: { list: List; items: ListItem[]; chosen: ReadonlySet<string>; clear: () => void }) {
  const path = `${useAccount()}/gateway/lists/${list.id}`;
  const review = useReview();
  const values = items.filter((i) => chosen.has(i.value)).map((i) => i.value); // those that are still there
  const many = count(values.length, "item");
  const all = values.length === items.length;
  const most = all ? values.length : fitting(values);
  const remove = async () => {
    // To empty a list takes no names of what was in it, however many those are.
    const call = all
      ? { method: "PUT" as const, path, body: { name: list.name, description: list.description ?? "", items: [] } }
      : { method: "PATCH" as const, path, body: { remove: values } };
    const outcome = await review({ title: `Remove ${many} from ${list.name}`, calls: [call], done: `${many} removed`, apply: "Remove", danger: true });
    if (isOver(outcome)) clear();
  };
  return (
    <div role="toolbar" aria-label="Chosen items" className="mb-3 flex flex-wrap items-center gap-2 rounded-lg bg-kumo-tint px-3 py-2">
      <span className="mr-auto text-sm font-medium">
        {many} chosen{most < values.length && `, at most ${most.toLocaleString()} of these can be removed at once`}
      </span>
      <Button size="sm" variant="secondary-destructive" icon={<TrashIcon />} disabled={!values.length || most < values.length} onClick={() => void remove()}>
        Remove
      </Button>
      <Button size="sm" variant="ghost" onClick={clear}>
        Clear
      </Button>
    </div>
  );
}
