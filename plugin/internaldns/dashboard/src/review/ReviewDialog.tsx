import { Button, Checkbox } from "@cloudflare/kumo";
import { StackPlusIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type RefObject } from "react";

import { APIError, faultsOf, guarded, isForbidden } from "../api/errors";
import { useAccount } from "../api/queries";
import type { Fault, Preview } from "../api/types";
import { Modal } from "../parts/Modal";
import { Failed, Faults, Loading } from "../parts/States";
import { useTell } from "../shell/Toasts";
import { shifted } from "./changeset";
import { movedOn } from "./diff";
import { Effects, Note } from "./Effects";
import { make, preview } from "./make";
import type { Outcome, Request } from "./Review";
import { useCollecting, type Collecting } from "./useCollecting";

type Props = { request: Request; end: (outcome: Outcome) => void };

/** ReviewDialog shows what a write changes, and makes or collects it when that is wanted. */
export function ReviewDialog({ request, end }: Props) {
  const collecting = useCollecting(request, () => end({ kind: "collected" }));
  const review = useReviewing(request, collecting, end);
  const { query, unseen, force, guards } = review;
  const found = query.data;
  const collect = () => {
    if (found?.valid && !query.isFetching && !review.making) collecting.collect?.(found.revision, force);
  };
  return (
    <div className="contents" onKeyDown={(e) => e.key === "c" && !e.ctrlKey && !e.metaKey && !e.altKey && collect()}>
      <Modal
        open
        wide
        onClose={() => end({ kind: "closed" })}
        title={request.title}
        about="What this changes, before it is done."
        foot={<Foot request={request} review={review} collecting={collecting} collect={collect} cancel={() => end({ kind: "closed" })} />}
      >
        <div className="space-y-5 pb-2">
          {collecting.before > 0 && <Note text="This needs what the change set makes, so it can only be added to it. What they change together is below." />}
          {review.moved && <Note text="The account was changed by somebody else in the meantime. This is what the change does now." />}
          <Faults faults={review.refused} title="This was not done" />
          {guards.length > 0 && (
            <div className="space-y-3">
              <Faults faults={guards} title="Something still uses it" />
              <Checkbox label="Do it all the same" checked={force} onCheckedChange={review.setForce} />
            </div>
          )}
          {unseen && <Note text="This token may not preview changes: that needs Account Settings Read. The change can be made without." />}
          {query.error && !unseen ? <Failed error={query.error} retry={() => void query.refetch()} /> : null}
          {query.isPending && <Loading rows={3} />}
          {found && <Found preview={found} request={request} />}
        </div>
      </Modal>
    </div>
  );
}

type Reviewing = ReturnType<typeof useReviewing>;

/** useReviewing previews a write, and makes it. */
function useReviewing(request: Request, { calls, before }: Collecting, end: (outcome: Outcome) => void) {
  const account = useAccount();
  const tell = useTell();
  const [force, setForce] = useState(false);
  const [making, setMaking] = useState(false);
  const [refused, setRefused] = useState<Fault[]>([]);
  const [moved, setMoved] = useState(false);
  const [guards, setGuards] = useState<Fault[]>([]); // kept while they are overridden
  const query = useQuery({
    queryKey: ["preview", request, force],
    queryFn: ({ signal }) => preview(account, { calls }, force, signal),
    gcTime: 0,
    staleTime: Infinity,
  });
  const found = query.data;
  const unseen = isForbidden(query.error); // who may write may not always preview
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if ((found?.valid || unseen) && !query.isFetching) button.current?.focus(); // Enter applies what is shown
  }, [found, unseen, query.isFetching]);

  useEffect(() => {
    if (!found || found.valid) return;
    if (guarded(found.errors)) setGuards(found.errors);
    else if (request.form) end({ kind: "refused", faults: shifted(found.errors, before) });
  }, [found, request, end, before]);

  const apply = async () => {
    setMaking(true);
    setRefused([]);
    try {
      const made = await make(account, request, force, found?.revision);
      tell.made(request.done, made.revision);
      end({ kind: "done", ...made });
    } catch (error) {
      setMaking(false);
      if (error instanceof APIError && error.status === 412) {
        setMoved(true);
        void query.refetch();
      } else setRefused(faultsOf(error));
    }
  };
  return { query, unseen, force, setForce, making, refused, moved, guards, apply, button };
}

const grow = "max-sm:grow max-sm:justify-center"; // on phones they fill their lines

type FootProps = { request: Request; review: Reviewing; collecting: Collecting; collect: () => void; cancel: () => void };

function Foot({ request, review, collecting, collect, cancel }: FootProps) {
  const { query, making, unseen, force } = review;
  const valid = query.data?.valid === true;
  const only = collecting.before > 0; // nothing but to collect it
  const ref = (mine: boolean): { ref?: RefObject<HTMLButtonElement | null> } => (mine ? { ref: review.button } : {});
  return (
    <>
      <Button type="button" variant="secondary" className={grow} onClick={cancel}>
        Cancel
      </Button>
      {collecting.collect && (
        <Button
          type="button"
          {...ref(only)}
          className={grow}
          variant={only ? "primary" : "secondary"}
          icon={<StackPlusIcon />}
          aria-keyshortcuts="c"
          title="Key: c"
          disabled={!valid || query.isFetching || making}
          onClick={collect}
        >
          Add to change set
        </Button>
      )}
      {!only && (
        <Button
          type="button"
          {...ref(true)}
          className={grow}
          variant={request.danger || force ? "destructive" : "primary"}
          loading={making || query.isFetching}
          disabled={!unseen && !valid}
          onClick={() => void review.apply()}
        >
          {request.apply ?? "Apply"}
        </Button>
      )}
    </>
  );
}

function Found({ preview, request }: { preview: Preview; request: Request }) {
  if (!preview.valid) return guarded(preview.errors) ? null : <Faults faults={preview.errors} title="This cannot be done" />;
  const edited = preview.objects.find((o) => o.before !== null && o.id === idOf(request.base));
  return (
    <>
      {edited && movedOn(request.base, edited.before) && (
        <Note text="Somebody else has changed this since it was opened here. Applying replaces what they wrote; the difference is below." />
      )}
      <Effects preview={preview} />
    </>
  );
}

function idOf(object: unknown): string | undefined {
  return (object as { id?: string } | undefined)?.id;
}
