import { Button, Tabs } from "@cloudflare/kumo";
import { FlaskIcon, TrashIcon } from "@phosphor-icons/react";
import { lazy, Suspense } from "react";
import { Link, useLocation } from "wouter";

import { useViews, useZone } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Zone as ZoneObject } from "../../api/types";
import { CopyAs } from "../../parts/CopyAs";
import { DeclaredMark, DeclaredNote, PendingMark } from "../../parts/Marks";
import { Page } from "../../parts/Page";
import { Faults, Loaded, Loading } from "../../parts/States";
import { count } from "../../parts/time";
import { useReview } from "../../review/Review";
import { Records } from "./records/Records";

// Most who come here look at the records.
const Settings = lazy(() => import("./Settings"));
const Transfer = lazy(() => import("./Transfer"));
const ZoneHistory = lazy(() => import("./ZoneHistory"));

const tabs = [
  { value: "records", label: "Records" },
  { value: "transfer", label: "Import & export" },
  { value: "settings", label: "Settings" },
  { value: "history", label: "History" },
];

/** Zone is the page of one zone. */
export default function Zone({ id, tab }: { id: string; tab: string }) {
  const query = useZone(id);
  return query.data ? (
    <Loadedzone zone={query.data} tab={tab} />
  ) : (
    <Page title="Zone" within={{ href: "/zones", name: "Zones" }}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

function Loadedzone({ zone, tab }: { zone: ZoneObject; tab: string }) {
  const [, navigate] = useLocation();
  return (
    <Page
      title={zone.name}
      within={{ href: "/zones", name: "Zones" }}
      beside={
        <>
          <DeclaredMark declared={zone.declared} />
          <PendingMark id={zone.id} />
        </>
      }
      about={<Where zone={zone} />}
      actions={
        <>
          <Button variant="secondary" icon={<FlaskIcon />} onClick={() => navigate(`/tester?name=${encodeURIComponent(zone.name)}`)}>
            Test
          </Button>
          <CopyAs zone path={`/zones/${zone.id}`} name={zone.name} />
          <DeleteZone zone={zone} />
        </>
      }
    >
      <DeclaredNote declared={zone.declared} kind="zone" />
      {zone.problem && (
        <div className="mb-5">
          <Faults faults={[{ code: 0, message: zone.problem.text }]} title="This zone is not served" />
        </div>
      )}
      <div className="mb-5 overflow-x-auto">
        <Tabs variant="underline" tabs={tabs} value={tab} onValueChange={(to) => navigate(`/zones/${zone.id}/${to}`)} />
      </div>
      {tab === "records" && <Records zone={zone} />}
      <Suspense fallback={<Loading />}>
        {tab === "transfer" && <Transfer zone={zone} />}
        {tab === "settings" && <Settings zone={zone} />}
        {tab === "history" && <ZoneHistory zone={zone} />}
      </Suspense>
    </Page>
  );
}

/** Where says which views hold the zone: without one nobody sees it. */
function Where({ zone }: { zone: ZoneObject }) {
  const views = useViews().data?.filter((v) => v.zones.includes(zone.id));
  return (
    <>
      {count(zone.records, "record")}, serial {zone.serial}.{" "}
      {views &&
        (views.length ? (
          <>
            In {views.length === 1 ? "view" : "views"}{" "}
            {views.map((v, i) => (
              <span key={v.id}>
                {i > 0 && ", "}
                <Link href={`/views/${v.id}`} className="text-kumo-link underline">
                  {v.name}
                </Link>
              </span>
            ))}
            .
          </>
        ) : (
          <>
            No view holds it: put it into one at{" "}
            <Link href="/views" className="text-kumo-link underline">
              Views
            </Link>
            , or have another zone reference it.
          </>
        ))}
    </>
  );
}

function DeleteZone({ zone }: { zone: ZoneObject }) {
  const may = usePermission("Zone Write");
  const review = useReview();
  const [, navigate] = useLocation();
  if (!may || zone.declared) return null;
  const remove = async () => {
    const title = `Delete zone ${zone.name}`;
    const outcome = await review({ title, calls: [{ method: "DELETE", path: `/zones/${zone.id}` }], done: `Zone ${zone.name} deleted`, apply: "Delete", danger: true });
    if (outcome.kind === "done") navigate("/zones");
  };
  return (
    <Button variant="secondary-destructive" icon={<TrashIcon />} onClick={() => void remove()}>
      Delete
    </Button>
  );
}
