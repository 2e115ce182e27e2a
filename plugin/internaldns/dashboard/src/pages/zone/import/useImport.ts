import { useRef, useState } from "react";

import { call } from "../../../api/call";
import { APIError } from "../../../api/errors";
import type { Imported, ImportPreview, Message, Zone } from "../../../api/types";
import { count } from "../../../parts/time";
import { useTell } from "../../../shell/Toasts";
import { added } from "./file";

/** Looked is what a file would do, and the text that it was read from. */
export type Looked = { preview: ImportPreview; messages: Message[]; parsed: number; text: string };

export type Importing = {
  busy: "look" | "import" | undefined;
  error: unknown;
  looked: Looked | undefined;
  moved: boolean; // the account was changed since it was looked at
  look: (source: Blob, force: boolean) => Promise<void>;
  make: (source: Blob, force: boolean) => Promise<boolean>;
  reset: () => void;
};

/** useImport previews a zone file and imports it: as it was previewed, or not at all. */
export function useImport(zone: Zone): Importing {
  const tell = useTell();
  const [busy, setBusy] = useState<Importing["busy"]>();
  const [error, setError] = useState<unknown>();
  const [looked, setLooked] = useState<Looked>();
  const [moved, setMoved] = useState(false);
  const under = useRef<AbortController>(undefined);

  const send = (source: Blob, query: Record<string, boolean>, ifMatch?: number) => {
    const body = new FormData();
    body.append("file", source, "zone");
    under.current?.abort();
    under.current = new AbortController();
    return call<Imported>("POST", `/zones/${zone.id}/dns_records/import`, { body, query, ifMatch, signal: under.current.signal });
  };
  const look = async (source: Blob, force: boolean) => {
    setBusy("look");
    setError(undefined);
    try {
      const [answer, text] = await Promise.all([send(source, { dry_run: true, force }), source.text()]);
      const { preview, total_records_parsed: parsed } = answer.result;
      if (preview) setLooked({ preview: preview as ImportPreview, messages: answer.messages, parsed, text });
      setBusy(undefined);
    } catch (problem) {
      if (problem instanceof DOMException && problem.name === "AbortError") return;
      setLooked(undefined);
      setError(problem);
      setBusy(undefined);
    }
  };
  const make = async (source: Blob, force: boolean) => {
    if (!looked) return false;
    const { preview } = looked;
    setBusy("import");
    setError(undefined);
    setMoved(false);
    try {
      const answer = await send(source, { skip_refused: !preview.valid, force }, preview.revision);
      const refused = answer.result.recs_refused ?? 0;
      tell.made(`${count(answer.result.recs_added, "record")} added to ${zone.name}${refused ? `, ${refused.toLocaleString()} left out` : ""}`, answer.revision);
      return true;
    } catch (problem) {
      if (problem instanceof APIError && problem.status === 412) {
        setMoved(true);
        await look(source, force);
      } else setError(problem);
      return false;
    } finally {
      setBusy(undefined);
    }
  };
  const reset = () => {
    under.current?.abort();
    setBusy(undefined);
    setError(undefined);
    setLooked(undefined);
    setMoved(false);
  };
  return { busy, error, looked, moved, look, make, reset };
}

/** nothingToDo tells whether an import would change nothing. */
export function nothingToDo(preview: ImportPreview): boolean {
  return added(preview) === 0;
}
