import { Banner } from "@cloudflare/kumo";
import { WarningIcon } from "@phosphor-icons/react";

import type { Preview } from "../api/types";
import { Answers } from "./Answers";
import { Objects } from "./Objects";

/** Effects is what calls change: what is hardly meant, answers, objects. */
export function Effects({ preview }: { preview: Preview }) {
  return (
    <>
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

/** Note is what somebody should know before going on. */
export function Note({ text }: { text: string }) {
  return <Banner variant="alert" size="sm" icon={<WarningIcon weight="fill" />} description={text} />;
}
