import { Button } from "@cloudflare/kumo";
import { TrashIcon } from "@phosphor-icons/react";
import { useState } from "react";

import type { DNSRecord, Zone } from "../../../api/types";
import { Modal } from "../../../parts/Modal";
import { count } from "../../../parts/time";
import { isOver, useReview } from "../../../review/Review";
import { parseTTL } from "./draft";
import { TTLField } from "./RecordFields";

/** most is how many records a batch may be about (LIVE 3). */
export const most = 3500;

type Props = { zone: Zone; chosen: DNSRecord[]; clear: () => void };

/** Bulk is what can be done with the records that are chosen. */
export function Bulk({ zone, chosen, clear }: Props) {
  const review = useReview();
  const [timing, setTiming] = useState(false);
  const many = count(chosen.length, "record");
  const batch = async (title: string, body: object, done: string, danger = false) => {
    const calls = [{ method: "POST" as const, path: `/zones/${zone.id}/dns_records/batch`, body }];
    const outcome = await review({ title, calls, done, danger, apply: danger ? "Delete" : "Apply" });
    if (isOver(outcome)) clear();
    return isOver(outcome);
  };
  const remove = () => batch(`Delete ${many}`, { deletes: chosen.map(({ id }) => ({ id })) }, `${many} deleted`, true);
  const tooMany = chosen.length > most;
  return (
    <div role="toolbar" aria-label="Chosen records" className="mb-3 flex flex-wrap items-center gap-2 rounded-lg bg-kumo-tint px-3 py-2">
      <span className="mr-auto text-sm font-medium">
        {many} chosen{tooMany && `, at most ${most.toLocaleString()} can be changed at once`}
      </span>
      <Button size="sm" variant="secondary" disabled={tooMany} onClick={() => setTiming(true)}>
        Set TTL
      </Button>
      <Button size="sm" variant="secondary-destructive" icon={<TrashIcon />} disabled={tooMany} onClick={() => void remove()}>
        Delete
      </Button>
      <Button size="sm" variant="ghost" onClick={clear}>
        Clear
      </Button>
      {timing && (
        <SetTTL
          many={many}
          close={() => setTiming(false)}
          apply={async (ttl) => {
            if (await batch(`Set the TTL of ${many}`, { patches: chosen.map(({ id }) => ({ id, ttl })) }, `TTL of ${many} set`)) setTiming(false);
          }}
        />
      )}
    </div>
  );
}

function SetTTL({ many, close, apply }: { many: string; close: () => void; apply: (ttl: number) => Promise<void> }) {
  const [text, setText] = useState("auto");
  const ttl = parseTTL(text);
  return (
    <Modal
      open
      onClose={close}
      title={`TTL of ${many}`}
      onSubmit={() => ttl !== undefined && void apply(ttl)}
      foot={
        <Button type="submit" variant="primary" disabled={ttl === undefined}>
          Review
        </Button>
      }
    >
      <div className="pb-2">
        <TTLField value={text} onChange={setText} />
      </div>
    </Modal>
  );
}
