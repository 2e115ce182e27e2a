import { Badge, Button } from "@cloudflare/kumo";
import { TrashIcon } from "@phosphor-icons/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLocation as usePath } from "wouter";

import { below, elsewhere } from "../../api/errors";
import { useAccount, useLocations, useRules } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Fault, Location as LocationObject } from "../../api/types";
import { CopyAs } from "../../parts/CopyAs";
import { Page, Section } from "../../parts/Page";
import { RuleList } from "../../parts/RuleList";
import { Faults, Loaded, Nothing } from "../../parts/States";
import { isOver, useReview } from "../../review/Review";
import { asking } from "../lists/uses";
import { draftOf, formOf, newLocation, pointers } from "./draft";
import { LocationFields } from "./LocationFields";

const within = { href: "/locations", name: "Locations" };

/** Location is the page of one location, or of one that is to be made. */
export default function Location({ id }: { id: string }) {
  const query = useLocations();
  if (id === "new") return <Editor />;
  const location = query.data?.find((l) => l.id === id);
  if (location) return <Editor location={location} />;
  return (
    <Page title="Location" within={within}>
      <Loaded query={query}>{() => <Nothing title="There is no such location (any more)">The history tells who deleted it, and can bring it back.</Nothing>}</Loaded>
    </Page>
  );
}

function Editor({ location }: { location?: LocationObject }) {
  const all = `${useAccount()}/gateway/locations`;
  const review = useReview();
  const [, navigate] = usePath();
  const may = usePermission("Locations Write");
  const [base, setBase] = useState(location);
  const [draft, setDraft] = useState(() => (location ? draftOf(location) : newLocation()));
  const [faults, setFaults] = useState<Fault[]>([]);
  const start = useMemo(() => (base ? draftOf(base) : newLocation()), [base]);
  const changed = JSON.stringify(draft) !== JSON.stringify(start);
  const path = location ? `${all}/${location.id}` : all;

  const submit = async () => {
    const body = formOf(draft, base);
    const call = { method: location ? ("PUT" as const) : ("POST" as const), path, body };
    const outcome = await review({
      title: location ? `Change location ${location.name}` : `Create location ${body.name}`,
      calls: [call],
      done: location ? `Location ${body.name} changed` : `Location ${body.name} created`,
      ...(!location && { apply: "Create" }),
      base,
      form: true,
    });
    setFaults(outcome.kind === "refused" ? below(outcome.faults, 0) : []);
    if (outcome.kind === "collected" && base) setDraft(draftOf(base));
    if (isOver(outcome) && !location) return navigate("/locations");
    if (outcome.kind !== "done") return;
    const now = outcome.results[0] as LocationObject;
    setBase(now);
    setDraft(draftOf(now));
  };

  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (faults.length) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(); // which may be out of sight
  }, [faults]);

  return (
    <Page
      title={location ? location.name : "Create a location"}
      within={within}
      {...(location && {
        beside: location.client_default && <Badge variant="secondary">default</Badge>,
        actions: <Actions location={location} path={path} may={may} />,
      })}
    >
      {location && <Policies location={location} />}
      <form
        ref={form}
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <div className="mb-4 empty:hidden">
          <Faults faults={elsewhere(faults, Object.values(pointers))} />
        </div>
        <fieldset disabled={!may} className="min-w-0">
          <LocationFields draft={draft} set={(more) => setDraft({ ...draft, ...more })} faults={faults} made={!!location} disabled={!may} />
        </fieldset>
        {may && (
          <div className="sticky bottom-0 flex justify-end gap-2 border-t border-kumo-hairline bg-kumo-canvas py-3">
            <Button type="button" variant="secondary" onClick={() => (location ? setDraft(start) : navigate("/locations"))} disabled={!!location && !changed}>
              {location ? "Discard" : "Cancel"}
            </Button>
            <Button type="submit" variant="primary" disabled={!changed || !draft.name.trim()}>
              Review
            </Button>
          </div>
        )}
      </form>
    </Page>
  );
}

function Policies({ location }: { location: LocationObject }) {
  const rules = useRules().data;
  const using = useMemo(() => rules && asking(location, rules), [location, rules]);
  if (!using?.length) return null;
  return (
    <Section title="Resolver policies asking for this location">
      <RuleList rules={using} />
    </Section>
  );
}

function Actions({ location, path, may }: { location: LocationObject; path: string; may: boolean }) {
  const review = useReview();
  const [, navigate] = usePath();
  const remove = async () => {
    const calls = [{ method: "DELETE" as const, path }];
    const outcome = await review({ title: `Delete location ${location.name}`, calls, done: `Location ${location.name} deleted`, apply: "Delete", danger: true });
    if (outcome.kind === "done") navigate("/locations");
  };
  return (
    <>
      <CopyAs path={path} name={location.name} />
      {may && (
        <Button variant="secondary-destructive" icon={<TrashIcon />} onClick={() => void remove()}>
          Delete
        </Button>
      )}
    </>
  );
}
