import { Button, ClipboardText } from "@cloudflare/kumo";
import { CopyIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";

import { call } from "../../api/call";
import { useAccount, useStatus } from "../../api/queries";
import type { Explained } from "../../api/types";
import { useCopy } from "../../parts/Copied";
import { Section } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { curlLine, digLine } from "./commands";
import { paired, textOf } from "./compare";
import { bodyOf, type Form } from "./form";
import { Path, Paths } from "./Path";
import { pathOf, type Stage } from "./stages";

function useExplained(form: Form) {
  const account = useAccount();
  const body = bodyOf(form);
  return useQuery({
    queryKey: ["explain", body],
    queryFn: async ({ signal }) => (await call<Explained>("POST", `${account}/internal_dns/explain`, { body, signal })).result,
  });
}

/** Explanation is the way of one query. */
export function Explanation({ form }: { form: Form }) {
  return (
    <Loaded query={useExplained(form)}>
      {(explained) => {
        const stages = pathOf(explained);
        return (
          <>
            <Path stages={stages} />
            <Section title="From a terminal">
              <Commands form={form} />
            </Section>
            <AsText text={textOf(stages)} />
          </>
        );
      }}
    </Loaded>
  );
}

/** Comparison is the ways of the same query of two clients, beside each other. */
export function Comparison({ form, other }: { form: Form; other: Form }) {
  const first = useExplained(form);
  const second = useExplained(other);
  return (
    <Loaded query={first}>
      {(a) => (
        <Loaded query={second}>
          {(b) => {
            const [left, right] = [pathOf(a), pathOf(b)];
            return (
              <>
                <Paths pairs={paired(left, right)} names={[whoOf(form, "First client"), whoOf(other, "Second client")]} />
                <Section title="From a terminal">
                  <div className="grid gap-4 lg:grid-cols-2">
                    <Commands form={form} />
                    <Commands form={other} />
                  </div>
                </Section>
                <AsText text={both(form, left, other, right)} />
              </>
            );
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

function whoOf(form: Form, otherwise: string): string {
  return [form.client, form.identity, form.host, form.server && `to ${form.server}`, form.transport].filter(Boolean).join(", ") || otherwise;
}

function both(form: Form, left: Stage[], other: Form, right: Stage[]): string {
  return `${whoOf(form, "first client")}\n\n${textOf(left)}\n${whoOf(other, "second client")}\n\n${textOf(right)}`;
}

function Commands({ form }: { form: Form }) {
  const account = useAccount();
  const listen = useStatus().data?.servers[0]?.addresses?.[0];
  return (
    <div className="min-w-0 space-y-2">
      <ClipboardText text={digLine(form, listen)} size="sm" className="w-full" />
      <ClipboardText text={curlLine(bodyOf(form), window.location.origin, account)} size="sm" className="w-full" />
    </div>
  );
}

/** AsText is the explanation as it can be sent to somebody. */
function AsText({ text }: { text: string }) {
  const { copy, shown } = useCopy();
  return (
    <Section
      title="As a text"
      actions={
        <Button variant="secondary" size="sm" icon={<CopyIcon />} onClick={() => void copy("The explanation", Promise.resolve(text))}>
          Copy
        </Button>
      }
    >
      <pre tabIndex={0} aria-label="The explanation as a text" className="mono max-h-96 overflow-auto rounded-lg bg-kumo-base p-4 ring ring-kumo-hairline">
        {text}
      </pre>
      {shown}
    </Section>
  );
}
