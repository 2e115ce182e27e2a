import { Link } from "wouter";

import type { Logged } from "../../api/types";
import { exactly } from "../../parts/time";
import { rcodeName, testerHref } from "./filter";

const links: Partial<Record<keyof Logged, string>> = {
  ResolverPolicyID: "/policies/",
  InternalDNSViewID: "/views/",
  InternalDNSZoneID: "/zones/",
  InternalDNSReferenceZoneID: "/zones/",
};

/** Details is all that is known of a query, by the names that the API and Cloudflare's logs have. */
export function Details({ query }: { query: Logged }) {
  const fields = (Object.entries(query) as [keyof Logged, unknown][]).filter(([, value]) => value !== "" && value !== null);
  return (
    <div className="px-4 py-4 whitespace-normal sm:px-6">
      <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-2 lg:grid-cols-3">
        {fields.map(([name, value]) => (
          <div key={name} className="min-w-0">
            <dt className="text-xs text-kumo-subtle">{name}</dt>
            <dd className="mono break-all">
              <Value name={name} value={value} />
            </dd>
          </div>
        ))}
      </dl>
      <Link href={testerHref(query)} className="mt-4 inline-block text-sm text-kumo-link underline">
        Why it is answered so
      </Link>
    </div>
  );
}

function Value({ name, value }: { name: keyof Logged; value: unknown }) {
  const to = links[name];
  const text = String(value);
  if (to) {
    return (
      <Link href={to + text} className="hover:underline">
        {text}
      </Link>
    );
  }
  if (name === "Datetime") return <span title={text}>{exactly(text)}</span>;
  if (name === "RCode" || name === "InternalDNSRCode") return `${text} (${rcodeName(Number(value))})`;
  return text;
}
