import { Button } from "@cloudflare/kumo";
import { StackIcon } from "@phosphor-icons/react";
import { useState, type ReactNode } from "react";

import { useSession } from "../../api/session";
import { Modal } from "../../parts/Modal";
import { Card, Page, Section } from "../../parts/Page";
import { Failed, Faults, Loading, Nothing } from "../../parts/States";
import { count } from "../../parts/time";
import { moved, type Edit } from "../../review/changeset";
import { Effects, Note } from "../../review/Effects";
import { isStale } from "./between";
import { EditCard, Theirs } from "./EditCard";
import { useChangeSet } from "./useChangeSet";

type ChangeSet = ReturnType<typeof useChangeSet>;

/** Changes is the page of the edits that were collected, to be made as one change. */
export default function Changes() {
  const set = useChangeSet();
  const [asking, setAsking] = useState<"discard" | "apply">();
  const [known, setKnown] = useState(0); // the last change of somebody else that was agreed to
  const theirs = [...set.clashes.values()].flat();
  const newest = Math.max(0, ...theirs.map((c) => c.change.revision));
  const apply = () => (newest > known ? setAsking("apply") : void set.apply());
  const { permissions } = useSession();
  const may = permissions.includes("Account Settings Read") && permissions.some((p) => p.endsWith(" Write"));
  const any = set.edits.length > 0;
  return (
    <Page
      title="Change set"
      about="Edits that are collected, and made as one change: all of them or none. Until then every page shows what the server holds."
      actions={
        any && (
          <>
            <Button variant="secondary-destructive" onClick={() => setAsking("discard")}>
              Discard
            </Button>
            <Button variant="primary" disabled={!set.ready} loading={set.making || set.effects.isFetching} onClick={apply}>
              Apply {count(set.edits.length, "edit")}
            </Button>
          </>
        )
      }
    >
      {any ? (
        <Collected set={set} />
      ) : (
        <Nothing icon={<StackIcon size={40} />} title="Nothing is collected">
          {may
            ? "When something is edited, the dialog that shows what that changes has “Add to change set” beside what applies it at once."
            : "This token collects no edits: that needs a right to write, and Account Settings Read."}
        </Nothing>
      )}
      {asking === "discard" && (
        <Ask
          title={`Discard ${count(set.edits.length, "edit")}?`}
          text="They are not in the history and cannot be brought back."
          word="Discard"
          danger
          close={() => setAsking(undefined)}
          act={() => set.change(() => [])}
        />
      )}
      {asking === "apply" && (
        <Ask
          title="Others have changed the same objects"
          text="Your edits go on top of what they did. The answers that come of both are on the page."
          word="Apply all the same"
          close={() => setAsking(undefined)}
          act={() => {
            setKnown(newest);
            void set.apply();
          }}
        >
          {theirs.map((clash, i) => (
            <Theirs key={i} clash={clash} />
          ))}
        </Ask>
      )}
    </Page>
  );
}

function Collected({ set }: { set: ChangeSet }) {
  const { edits, plan, effects, between, faults, clashes, change } = set;
  const put = (at: number, more: Partial<Edit>) => change((all) => all.map((e, i) => (i === at ? { ...e, ...more } : e)));
  return (
    <>
      <div className="mb-4 space-y-3 empty:hidden">
        {set.moved && <Note text="The account was changed by somebody else in the meantime, so nothing was done. This is what the change set does now." />}
        <Faults faults={faults.get("") ?? []} title="This cannot be done" />
        {between.data && between.data.unread > 0 && (
          <Note text={`${count(between.data.unread, "change")} since the first edit was collected cannot be told apart any more: look at what differs below.`} />
        )}
      </div>
      <Section title="Edits" about="In the order in which they are made.">
        <Card className="overflow-hidden">
          <ol className="divide-y divide-kumo-hairline" aria-label="Collected edits">
            {edits.map((edit, i) => (
              <EditCard
                key={edit.key}
                edit={edit}
                place={i + 1}
                last={i === edits.length - 1}
                broken={plan.broken.get(edit.key)}
                faults={faults.get(edit.key) ?? []}
                clashes={clashes.get(edit.key) ?? []}
                stale={effects.data !== undefined && isStale(edit, effects.data)}
                move={(by) => change((all) => moved(all, i, i + by))}
                remove={() => change((all) => all.filter((e) => e.key !== edit.key))}
                force={(force) => put(i, { force })}
              />
            ))}
          </ol>
        </Card>
      </Section>
      <Section title="What they change together">
        {plan.calls.length === 0 ? (
          <p className="text-sm text-kumo-subtle">Nothing: none of the edits is possible.</p>
        ) : set.unseen ? (
          <Note text="This token may not preview changes: that needs Account Settings Read. They can be made without." />
        ) : effects.error ? (
          <Failed error={effects.error} retry={() => void effects.refetch()} />
        ) : effects.data === undefined ? (
          <Loading rows={3} />
        ) : effects.data.valid ? (
          <div className={`space-y-5 ${effects.isPlaceholderData ? "opacity-60" : ""}`}>
            <Effects preview={effects.data} />
          </div>
        ) : (
          <p className="text-sm text-kumo-subtle">Nothing, as long as an edit cannot be done: see above.</p>
        )}
      </Section>
    </>
  );
}

type AskProps = { title: string; text: string; word: string; danger?: boolean; close: () => void; act: () => void; children?: ReactNode };

/** Ask asks once more. */
function Ask({ title, text, word, danger, close, act, children }: AskProps) {
  return (
    <Modal
      open
      wide={children !== undefined}
      onClose={close}
      title={title}
      about={text}
      foot={
        <>
          <Button variant="secondary" onClick={close}>
            Cancel
          </Button>
          <Button
            variant={danger ? "destructive" : "primary"}
            onClick={() => {
              close();
              act();
            }}
          >
            {word}
          </Button>
        </>
      }
    >
      <div className="space-y-4 pb-2">{children}</div>
    </Modal>
  );
}
