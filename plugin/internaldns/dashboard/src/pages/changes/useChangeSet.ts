import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { APIError, faultsOf, isForbidden } from "../../api/errors";
import { useAccount } from "../../api/queries";
import type { Fault } from "../../api/types";
import { count } from "../../parts/time";
import { planOf, told } from "../../review/changeset";
import { useCollected } from "../../review/collected";
import { makeAll, preview } from "../../review/make";
import { useTell } from "../../shell/Toasts";
import { clashesOf, type Clash } from "./between";
import { useBetween } from "./useBetween";

/** useChangeSet is what the page of the change set knows and does. */
export function useChangeSet() {
  const account = useAccount();
  const tell = useTell();
  const [edits, change] = useCollected();
  const plan = useMemo(() => planOf(edits), [edits]);
  const [refused, setRefused] = useState<Fault[]>([]);
  const [making, setMaking] = useState(false);
  const [moved, setMoved] = useState(false);
  const effects = useQuery({
    queryKey: ["changeset", plan.calls],
    enabled: plan.calls.length > 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => preview(account, plan, false, signal),
  });
  const between = useBetween(edits);
  const clashes = useMemo(() => new Map(edits.map((e): [string, Clash[]] => [e.key, between.data ? clashesOf(e, between.data) : []])), [edits, between.data]);
  const found = effects.data;
  const current = effects.isPlaceholderData ? undefined : found; // what was before points to other calls
  const faults = useMemo(() => told([...refused, ...(current?.errors ?? [])], plan.of), [refused, current, plan]);
  const unseen = isForbidden(effects.error);
  const waiting = effects.isFetching || between.isFetching;

  const apply = async () => {
    setMaking(true);
    setRefused([]);
    try {
      const made = await makeAll(account, plan.calls, found?.revision);
      change(() => []);
      setMoved(false);
      tell.made(edits.length === 1 ? (edits[0]?.title ?? "") : `${count(edits.length, "edit")} applied`, made.revision);
    } catch (error) {
      if (error instanceof APIError && error.status === 412) {
        setMoved(true); // what was read since is stale: the answer told of the new revision
        await Promise.all([effects.refetch(), between.refetch()]);
      } else setRefused(faultsOf(error));
    } finally {
      setMaking(false);
    }
  };
  return {
    ...{ edits, plan, effects, between, clashes, faults, making, moved, unseen, apply },
    change: (next: Parameters<typeof change>[0]) => {
      setRefused([]);
      change(next);
    },
    ready: !making && !waiting && plan.broken.size === 0 && (unseen || found?.valid === true),
  };
}
