import { Banner, Button, Checkbox } from "@cloudflare/kumo";
import { WarningIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { APIError, faultsOf, guarded, isForbidden } from "../api/errors";
import { useAccount } from "../api/queries";
import type { Fault, Preview } from "../api/types";
import { Modal } from "../parts/Modal";
import { Failed, Faults, Loading } from "../parts/States";
import { useTell } from "../shell/Toasts";
import { Answers } from "./Answers";
import { movedOn } from "./diff";
import { make, preview } from "./make";
import { Objects } from "./Objects";
import type { Outcome, Request } from "./Review";

/** ReviewDialog shows what a write changes, and makes it when that is wanted. */
export function ReviewDialog({ request, end }: { request: Request; end: (outcome: Outcome) => void }) {
  const account = useAccount();
  const tell = useTell();
  const [force, setForce] = useState(false);
  const [making, setMaking] = useState(false);
  const [refused, setRefused] = useState<Fault[]>([]);
  const [moved, setMoved] = useState(false);
  const query = useQuery({
    queryKey: ["preview", request, force],
    queryFn: ({ signal }) => preview(account, request, force, signal),
    gcTime: 0,
    staleTime: Infinity,
  });
  const found = query.data;
  const button = useRef<HTMLButtonElement>(null);
  const unseen = isForbidden(query.error); // who may write may not always preview
  useEffect(() => {
    if ((found?.valid || unseen) && !query.isFetching) button.current?.focus(); // Enter applies what is shown
  }, [found, unseen, query.isFetching]);
  const [guards, setGuards] = useState<Fault[]>([]); // kept while they are overridden

  useEffect(() => {
    if (!found || found.valid) return;
    if (guarded(found.errors)) setGuards(found.errors);
    else if (request.form) end({ kind: "refused", faults: found.errors });
  }, [found, request, end]);

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

  return (
    <Modal
      open
      wide
      onClose={() => end({ kind: "closed" })}
      title={request.title}
      about="What this changes, before it is done."
      foot={
        <>
          <Button type="button" variant="secondary" onClick={() => end({ kind: "closed" })}>
            Cancel
          </Button>
          <Button
            type="button"
            ref={button}
            variant={request.danger || force ? "destructive" : "primary"}
            loading={making || query.isFetching}
            disabled={!unseen && !found?.valid}
            onClick={() => void apply()}
          >
            {request.apply ?? "Apply"}
          </Button>
        </>
      }
    >
      <div className="space-y-5 pb-2">
        {moved && <Note text="The account was changed by somebody else in the meantime. This is what the change does now." />}
        <Faults faults={refused} title="This was not done" />
        {guards.length > 0 && (
          <div className="space-y-3">
            <Faults faults={guards} title="Something still uses it" />
            <Checkbox label="Do it all the same" checked={force} onCheckedChange={setForce} />
          </div>
        )}
        {unseen && <Note text="This token may not preview changes: that needs Account Settings Read. The change can be made without." />}
        {query.error && !unseen ? <Failed error={query.error} retry={() => void query.refetch()} /> : null}
        {query.isPending && <Loading rows={3} />}
        {found && <Found preview={found} request={request} />}
      </div>
    </Modal>
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
      {preview.warnings.map((w, i) => (
        <Note key={i} text={w.text} />
      ))}
      <section>
        <h3 className="mb-2 text-sm font-semibold">Answers</h3>
        <Answers preview={preview} />
      </section>
      <section>
        <h3 className="mb-2 text-sm font-semibold">Objects</h3>
        {preview.object_count === 0 ? (
          <p className="text-sm text-kumo-subtle">Nothing is other than it was.</p>
        ) : (
          <Objects objects={preview.objects} total={preview.object_count} />
        )}
      </section>
    </>
  );
}

function Note({ text }: { text: string }) {
  return <Banner variant="alert" size="sm" icon={<WarningIcon weight="fill" />} description={text} />;
}

function idOf(object: unknown): string | undefined {
  return (object as { id?: string } | undefined)?.id;
}
