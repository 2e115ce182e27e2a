import { Button } from "@cloudflare/kumo";
import { ArrowsSplitIcon, PlusIcon } from "@phosphor-icons/react";
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";

import { below } from "../../api/errors";
import { useAccount, useRules, useViews, useZones } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Fault, View } from "../../api/types";
import { DataTable, type Column } from "../../parts/DataTable";
import { DeclaredMark, PendingMark, ProblemMark } from "../../parts/Marks";
import { Page } from "../../parts/Page";
import { SearchBar } from "../../parts/SearchBar";
import { Loaded, Nothing } from "../../parts/States";
import { count } from "../../parts/time";
import { isOver, useReview } from "../../review/Review";
import { NameView } from "./NameView";

/** Views lists all views. */
export default function Views() {
  const query = useViews();
  const may = usePermission("DNS View Write");
  const [creating, setCreating] = useState(false);
  const create = may && (
    <Button variant="primary" icon={<PlusIcon />} onClick={() => setCreating(true)}>
      Create view
    </Button>
  );
  return (
    <Page title="Views" about="A view is a set of zones that are seen together. Resolver policies say who sees which view." actions={create}>
      <Loaded query={query}>
        {(views) =>
          views.length ? (
            <List views={views} />
          ) : (
            <Nothing icon={<ArrowsSplitIcon size={40} />} title="No views yet" actions={create}>
              Create one for each group of clients that should see the same names, such as an office.
            </Nothing>
          )
        }
      </Loaded>
      {creating && <CreateView close={() => setCreating(false)} />}
    </Page>
  );
}

function CreateView({ close }: { close: () => void }) {
  const path = `${useAccount()}/dns_settings/views`;
  const review = useReview();
  const [, navigate] = useLocation();
  const [faults, setFaults] = useState<Fault[]>([]);
  const submit = async (name: string) => {
    const calls = [{ method: "POST" as const, path, body: { name, zones: [] } }];
    const outcome = await review({ title: `Create view ${name}`, calls, done: `View ${name} created`, apply: "Create", form: true });
    if (outcome.kind === "refused") setFaults(below(outcome.faults, 0));
    if (isOver(outcome)) close();
    if (outcome.kind === "done") navigate(`/views/${(outcome.results[0] as View).id}`);
  };
  return <NameView title="Create a view" start="" faults={faults} close={close} submit={(name) => void submit(name)} about="Zones are put into it on its page." />;
}

function List({ views }: { views: View[] }) {
  const zones = useZones().data;
  const rules = useRules().data;
  const [text, setText] = useState("");
  const shown = useMemo(() => views.filter((v) => v.name.toLowerCase().includes(text.trim().toLowerCase())), [views, text]);
  const columns = useMemo((): Column<View>[] => {
    const names = new Map((zones ?? []).map((z) => [z.id, z.name]));
    return [
      {
        key: "name",
        title: "Name",
        cell: (v) => (
          <div className="flex min-w-0 items-center gap-2">
            <Link href={`/views/${v.id}`} className="truncate font-medium hover:underline">
              {v.name}
            </Link>
            <DeclaredMark declared={v.declared} />
            <ProblemMark problem={v.problem} />
            <PendingMark id={v.id} />
          </div>
        ),
      },
      {
        key: "zones",
        title: "Zones",
        width: "w-2/5",
        from: "sm",
        cell: (v) => (
          <span title={v.zones.map((id) => names.get(id) ?? id).join("\n")}>
            {v.zones.length === 0 ? <span className="text-kumo-subtle">none: it answers nothing</span> : v.zones.slice(0, 6).map((id) => names.get(id) ?? id).join(", ")}
            {v.zones.length > 6 && ` and ${v.zones.length - 6} more`}
          </span>
        ),
      },
      {
        key: "policies",
        title: "Policies",
        width: "w-28",
        cell: (v) => {
          const n = rules?.filter((r) => r.rule_settings.resolve_dns_internally?.view_id === v.id).length;
          return n === 0 ? <span className="text-kumo-subtle">none</span> : n;
        },
      },
    ];
  }, [zones, rules]);
  return (
    <>
      <SearchBar label="Search views" text={text} set={setText}>
        {count(shown.length, "view")}
      </SearchBar>
      {shown.length ? (
        <DataTable label="Views" columns={columns} count={shown.length} row={(i) => shown[i]} id={(v) => v.id} />
      ) : (
        <Nothing title="No view is called this" />
      )}
    </>
  );
}
