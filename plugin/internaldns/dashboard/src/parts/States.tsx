import { Banner, Button } from "@cloudflare/kumo";
import { LockSimpleIcon, WarningCircleIcon } from "@phosphor-icons/react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { APIError, faultsOf, isForbidden, splitCaret } from "../api/errors";
import type { Fault } from "../api/types";

/**
 * Loaded shows what a query gives, once it does: until then that it is on its way, and
 * otherwise why it is not.
 */
export function Loaded<T>({ query, rows = 6, children }: { query: UseQueryResult<T>; rows?: number; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Loading rows={rows} />;
}

export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="space-y-3 py-2">
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className={`h-8 animate-pulse rounded-md bg-kumo-tint ${["w-full", "w-11/12", "w-10/12"][i % 3]}`} />
      ))}
    </div>
  );
}

/** Failed says why something could not be read, and lets it be tried again. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  if (isForbidden(error)) return <NoPermission error={error} />;
  const missing = error instanceof APIError && error.status === 404;
  return (
    <div className="space-y-4">
      <Faults faults={faultsOf(error)} title={missing ? "There is no such object (any more)" : "This could not be read"} />
      {retry && !missing && (
        <Button variant="secondary" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

function NoPermission({ error }: { error: unknown }) {
  return (
    <Nothing icon={<LockSimpleIcon size={40} />} title="This token may not see this">
      {faultsOf(error)[0]?.message.replace(/\.?$/, ".")} Sign in with another one, or ask who made the token.
    </Nothing>
  );
}

/** Nothing is shown in the place of a list without members. */
export function Nothing({ icon, title, children, actions }: { icon?: ReactNode; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="flex flex-col items-center rounded-lg border border-dashed border-kumo-line px-6 py-12 text-center">
      {icon && <div className="mb-3 text-kumo-subtle">{icon}</div>}
      <p className="font-semibold">{title}</p>
      {children && <p className="mt-1 max-w-md text-sm leading-relaxed text-kumo-subtle">{children}</p>}
      {actions && <div className="mt-5 flex max-w-full flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}

/** Faults shows errors as the API words them. */
export function Faults({ faults, title }: { faults: Fault[]; title?: string }) {
  if (!faults.length) return null;
  return (
    <Banner
      variant="error"
      icon={<WarningCircleIcon weight="fill" />}
      {...(title ? { title } : {})}
      description={
        <div role="alert" className="space-y-2">
          {faults.map((fault, i) => (
            <FaultText key={i} message={fault.message} />
          ))}
        </div>
      }
    />
  );
}

/** FaultText is a message, its caret under the place it is about. */
export function FaultText({ message }: { message: string }) {
  const { text, caret } = splitCaret(message);
  return (
    <>
      <span className="block break-words">{text}</span>
      {caret && <pre tabIndex={0} className="mono mt-1 overflow-x-auto leading-snug whitespace-pre">{caret}</pre>}
    </>
  );
}
