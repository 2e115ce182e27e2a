import { Button } from "@cloudflare/kumo";
import { CheckCircleIcon, CircleDashedIcon, LockSimpleIcon, WarningIcon } from "@phosphor-icons/react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";

import { isForbidden } from "../../api/errors";
import { useRules, useStatus, useViews, useZones } from "../../api/queries";
import { Card, Page, Section } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { count } from "../../parts/time";
import { Servers } from "./Servers";
import { stepsOf, type Step } from "./steps";
import { Traffic } from "./Traffic";

/** Start shows what there is, and what is missing between a name and its answer. */
export default function Start() {
  const zones = useZones();
  const views = useViews();
  const rules = useRules();
  return (
    <Page title="Start" about="From a private name to its answer: a zone with records, a view that holds it, a policy that leads to the view.">
      <Section title="Steps">
        <Loaded query={zones} rows={3}>
          {(z) => (
            <Unless query={views}>
              {(v) => (
                <Unless query={rules}>
                  {(r) => (
                    <ol className="grid gap-4 md:grid-cols-3">
                      {stepsOf(z, v, r).map((step, i) => (
                        <StepCard key={step.title} step={step} number={i + 1} />
                      ))}
                    </ol>
                  )}
                </Unless>
              )}
            </Unless>
          )}
        </Loaded>
      </Section>
      <Traffic />
      <Server />
    </Page>
  );
}

/** Unless shows what a query gives, or without the right to see it that there is nothing. */
function Unless<T>({ query, children }: { query: UseQueryResult<T[]>; children: (list: T[] | undefined) => ReactNode }) {
  if (isForbidden(query.error)) return children(undefined);
  return (
    <Loaded query={query} rows={3}>
      {children}
    </Loaded>
  );
}

function StepCard({ step, number }: { step: Step; number: number }) {
  const [, navigate] = useLocation();
  return (
    <li className="flex flex-col rounded-lg bg-kumo-base p-5 ring ring-kumo-hairline">
      <div className="mb-1 flex items-center gap-2">
        {step.unseen ? (
          <LockSimpleIcon size={22} className="text-kumo-subtle" aria-label="this token may not see them" />
        ) : step.done ? (
          <CheckCircleIcon size={22} weight="fill" className="text-kumo-success" aria-label="done" />
        ) : (
          <CircleDashedIcon size={22} className="text-kumo-subtle" aria-label="to be done" />
        )}
        <h3 className="font-semibold">
          {number}. {step.title}
        </h3>
      </div>
      <p className="mb-4 text-sm leading-relaxed text-kumo-subtle">{step.about}</p>
      {step.missing.length > 0 && (
        <ul className="mb-4 space-y-1 text-sm text-kumo-warning">
          {step.missing.map((text) => (
            <li key={text} className="flex gap-1.5">
              <WarningIcon aria-hidden className="mt-0.5 shrink-0" /> {text}
            </li>
          ))}
        </ul>
      )}
      {step.unseen ? (
        <p className="mt-auto text-sm text-kumo-subtle">This token may not see them.</p>
      ) : (
        <Button className="mt-auto w-fit" variant={step.done ? "secondary" : "primary"} onClick={() => navigate(step.href)}>
          {step.action}
        </Button>
      )}
    </li>
  );
}

/** Server is how this server does: what it serves, and what it cannot. */
function Server() {
  const query = useStatus();
  if (isForbidden(query.error)) return null; // who sees some zones only sees these
  return (
    <Section title="Server">
      <Loaded query={query} rows={2}>
        {(status) => (
          <div className="space-y-4">
            <Card className="grid grid-cols-2 gap-5 p-5 sm:grid-cols-3 lg:grid-cols-6">
              <Figure name="Zones" value={status.objects["zone"] ?? 0} href="/zones" />
              <Figure name="Records" value={status.objects["record"] ?? 0} href="/zones" />
              <Figure name="Views" value={status.objects["view"] ?? 0} href="/views" />
              <Figure name="Policies" value={status.objects["rule"] ?? 0} href="/policies" />
              <Figure name="Changes" value={Number(status.revision)} href="/history" />
              <Figure name="Version" value={status.version} />
            </Card>
            <Servers status={status} />
            {(status.quarantined.length > 0 || status.zones.length > 0) && (
              <Card className="p-5">
                <p className="mb-2 flex items-center gap-2 font-semibold text-kumo-danger">
                  <WarningIcon weight="fill" aria-hidden />
                  {count(status.quarantined.length + status.zones.length, "object is not served", "objects are not served")}
                </p>
                <ul className="space-y-1 text-sm">
                  {status.quarantined.map((q) => (
                    <li key={q.kind + q.id} className="break-words">
                      {q.kind}: {q.text}
                    </li>
                  ))}
                  {status.zones.map((z) => (
                    <li key={z.id} className="break-words">
                      <Link href={`/zones/${z.id}`} className="font-medium hover:underline">
                        {z.name}
                      </Link>
                      : {z.problems.join("; ")}
                    </li>
                  ))}
                </ul>
              </Card>
            )}
          </div>
        )}
      </Loaded>
    </Section>
  );
}

function Figure({ name, value, href }: { name: string; value: ReactNode; href?: string }) {
  const shown = <span className="text-xl font-semibold tabular-nums">{typeof value === "number" ? value.toLocaleString() : value}</span>;
  return (
    <div>
      <p className="text-sm text-kumo-subtle">{name}</p>
      {href ? (
        <Link href={href} className="hover:underline">
          {shown}
        </Link>
      ) : (
        shown
      )}
    </div>
  );
}
