import { Button } from "@cloudflare/kumo";
import { useState } from "react";

import { below } from "../../../api/errors";
import { useZones } from "../../../api/queries";
import type { Call, DNSRecord, Fault, Zone } from "../../../api/types";
import { zonesOf } from "../../../shell/find";
import { isOver, useReview } from "../../../review/Review";
import { absolute, draftOf, formOf, newDraft, reverseOf, type Draft } from "./draft";
import { RecordFields } from "./RecordFields";

/** AddRecord makes a record, and with an address its PTR record if there is a zone for it. */
export function AddRecord({ zone, close }: { zone: Zone; close: () => void }) {
  const review = useReview();
  const zones = useZones().data ?? [];
  const [faults, setFaults] = useState<Fault[]>([]);
  const reverseZone = (draft: Draft): Zone | undefined => {
    const name = reverseOf(draft.type, draft.parts["content"] ?? "");
    return name ? zonesOf(name, zones).find((z) => !z.declared && z.id !== zone.id && z.name.endsWith(".arpa")) : undefined;
  };
  const submit = async (draft: Draft, pointer: boolean) => {
    const calls: Call[] = [{ method: "POST", path: `/zones/${zone.id}/dns_records`, body: formOf(draft, zone.name) }];
    const beside = pointer ? reverseZone(draft) : undefined;
    if (beside) {
      const body = { type: "PTR", name: reverseOf(draft.type, draft.parts["content"] ?? ""), content: absolute(draft.name, zone.name), ttl: formOf(draft, zone.name).ttl };
      calls.push({ method: "POST", path: `/zones/${beside.id}/dns_records`, body });
    }
    const name = `${absolute(draft.name, zone.name)} ${draft.type}`;
    const outcome = await review({ title: `Add ${name}`, calls, done: `${name} added`, apply: "Add", form: true });
    if (outcome.kind === "refused") setFaults(below(outcome.faults, 0).concat(below(outcome.faults, 1).filter((f) => f.source)));
    if (isOver(outcome)) close();
  };
  return (
    <RecordFields
      title="Add a record"
      start={newDraft()}
      zone={zone.name}
      faults={faults}
      submit={(draft, pointer) => void submit(draft, pointer)}
      cancel={close}
      reverse={(draft) => reverseZone(draft)?.name}
    />
  );
}

/** EditRecord is the form below a row. */
export function EditRecord({ zone, record, close }: { zone: Zone; record: DNSRecord; close: () => void }) {
  const review = useReview();
  const [base] = useState(record); // as it was when the form was opened
  const [faults, setFaults] = useState<Fault[]>([]);
  const path = `/zones/${zone.id}/dns_records/${record.id}`;
  const name = `${base.name} ${base.type}`;
  const submit = async (draft: Draft) => {
    const calls: Call[] = [{ method: "PATCH", path, body: formOf(draft, zone.name) }];
    const outcome = await review({ title: `Change ${name}`, calls, done: `${name} changed`, base, form: true });
    if (outcome.kind === "refused") setFaults(below(outcome.faults, 0));
    if (isOver(outcome)) close();
  };
  const remove = async () => {
    const outcome = await review({ title: `Delete ${name}`, calls: [{ method: "DELETE", path }], done: `${name} deleted`, apply: "Delete", danger: true });
    if (isOver(outcome)) close();
  };
  return (
    <RecordFields
      title={`Edit ${name}`}
      start={draftOf(base)}
      zone={zone.name}
      faults={faults}
      submit={(draft) => void submit(draft)}
      cancel={close}
      beside={
        <Button type="button" variant="secondary-destructive" onClick={() => void remove()}>
          Delete
        </Button>
      }
    />
  );
}
