import { Badge, Banner, Button, ClipboardText } from "@cloudflare/kumo";
import { PauseIcon, PlayIcon, PulseIcon, WarningIcon } from "@phosphor-icons/react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useSearchParams } from "wouter";

import { useStatus } from "../../api/queries";
import { Page } from "../../parts/Page";
import { Failed, Loading, Nothing } from "../../parts/States";
import { count } from "../../parts/time";
import { useSettled } from "../../parts/useSettled";
import { digLine } from "../tester/commands";
import { filterOf, isFiltered, noFilter, paramsOf, queryOf, type Filter } from "./filter";
import { Filters } from "./Filters";
import type { Tail } from "./tail";
import { TailTable } from "./TailTable";
import { useReading } from "./useReading";
import { useTail, useTold, type State } from "./useTail";

const settle = 300; // milliseconds without a key before the server is asked anew

/** Queries shows the queries as they come, the newest first. */
export default function Queries() {
  const [params, setParams] = useSearchParams();
  const [filter, setFilter] = useState<Filter>(() => filterOf(params));
  const settled = useSettled(filter, settle);
  const wanted = useMemo(() => queryOf(settled), [settled]);
  useEffect(() => setParams(paramsOf(settled), { replace: true }), [settled, setParams]);
  const { tail, state, retry } = useTail(wanted);
  const [paused, setPaused] = useState(false);
  const [open, setOpen] = useState<string>();
  const { reading, top, props, leave } = useReading();
  tail.hold(paused || reading || open !== undefined); // which it may be already
  const goOn = () => {
    setPaused(false);
    setOpen(undefined);
    leave();
  };
  const clear = () => setFilter(noFilter);
  const toggle = useCallback((key: string) => setOpen((now) => (now === key ? undefined : key)), []);
  usePauseKey(() => (paused ? goOn() : setPaused(true)));

  return (
    <Page
      title="Queries"
      about="What is asked of this server now. A name leads to the tester, which says why it is answered as it is."
      actions={
        <Button variant="secondary" icon={paused ? <PlayIcon /> : <PauseIcon />} aria-keyshortcuts="p" title="Key: p" onClick={() => (paused ? goOn() : setPaused(true))}>
          {paused ? "Continue" : "Pause"}
        </Button>
      }
    >
      <Filters filter={filter} set={setFilter} />
      {state.kind === "refused" ? (
        <Failed error={state.error} retry={retry} />
      ) : (
        <>
          <Told tail={tail} state={state} paused={paused} goOn={goOn} clear={isFiltered(filter) ? clear : undefined} />
          <div ref={top} {...props}>
            <Rows tail={tail} state={state} open={open} toggle={toggle} filtered={isFiltered(settled)} />
          </div>
        </>
      )}
    </Page>
  );
}

/** usePauseKey listens to p, where no text is typed. */
function usePauseKey(toggle: () => void) {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typed = event.target instanceof HTMLElement && event.target.closest("input,textarea,select,[contenteditable]");
      if (event.key !== "p" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typed || document.querySelector("[role=dialog]")) return;
      toggle();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  });
}

type ToldProps = { tail: Tail; state: State; paused: boolean; goOn: () => void; clear: (() => void) | undefined };

/** Told says whether what is shown is new, and what waits. It stays in sight. */
function Told({ tail, state, paused, goOn, clear }: ToldProps) {
  useTold(tail);
  return (
    <div className="sticky top-14 z-20 -mx-1 mb-2 flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 bg-kumo-canvas px-1 py-1 text-sm lg:top-0">
      <span role="status">
        <Badge variant={state.kind !== "live" ? "warning" : tail.held ? "info" : "success"}>{word(state, tail, paused)}</Badge>
      </span>
      {tail.held && tail.waiting > 0 ? (
        <Button size="sm" variant="secondary" onClick={goOn}>
          Show {count(tail.waiting, "new one")}
        </Button>
      ) : (
        <span className="text-kumo-subtle">{count(tail.count, "query", "queries")}</span>
      )}
      {tail.gaps > 0 && (
        <span className="inline-flex items-center gap-1 text-kumo-warning">
          <WarningIcon weight="fill" aria-hidden /> some are missing
        </span>
      )}
      {clear && (
        <Button size="sm" variant="ghost" className="ml-auto" onClick={clear}>
          Clear the filter
        </Button>
      )}
      {state.kind === "broken" && (
        <div className="basis-full">
          <Banner variant="alert" size="sm" icon={<WarningIcon weight="fill" />} description={`No queries come: ${state.why}. It is tried again.`} />
        </div>
      )}
    </div>
  );
}

function word(state: State, tail: Tail, paused: boolean): string {
  if (paused) return "Paused";
  if (state.kind === "connecting") return "Connecting";
  if (state.kind === "broken") return "Interrupted";
  return tail.held ? "Held while you read" : "Live";
}

type RowsProps = { tail: Tail; state: State; open: string | undefined; toggle: (key: string) => void; filtered: boolean };

function Rows({ tail, state, open, toggle, filtered }: RowsProps) {
  useTold(tail);
  if (tail.count) return <TailTable tail={tail} open={open} toggle={toggle} />;
  if (state.kind === "connecting") return <Loading />;
  return <Quiet filtered={filtered} waiting={tail.waiting} />;
}

/** Quiet is shown as long as nothing has come. */
function Quiet({ filtered, waiting }: { filtered: boolean; waiting: number }) {
  const listen = useStatus().data?.servers[0]?.addresses?.[0];
  if (waiting) return <Nothing icon={<PauseIcon size={40} />} title="Held">What came waits until you continue.</Nothing>;
  if (filtered) return <Nothing icon={<PulseIcon size={40} />} title="No query is like this yet">Those that come show here. Take a part of the filter away to see others.</Nothing>;
  return (
    <Nothing icon={<PulseIcon size={40} />} title="No queries yet" actions={<ClipboardText text={digLine({ name: "wiki.corp.example", type: "A", client: "", server: "" }, listen)} size="sm" className="w-full max-w-full min-w-0 sm:max-w-md" />}>
      They show here as they come. Nobody has asked while somebody looked; ask something:
    </Nothing>
  );
}
