const fields: [string, string][] = [
  ["dns.src_ip", "the address of the client"],
  ["dns.fqdn", "the name that is asked for, without final dot"],
  ["dns.domains", "that name and every name above it"],
  ["dns.query_rtype", 'the type, such as "AAAA"'],
  ["dns.resolved_ip", "the address of this server that the query came to"],
  ["dns.doh_subdomain", "the first label of the DoH host"],
  ["dns.location", "a named place"],
  ["dns.src.geo.country", "the country of the client"],
  ["identity.email", "who asks"],
  ["identity.groups[*].name", "their groups"],
];

const examples = [
  "dns.src_ip in {192.0.2.0/24 2001:db8::/32}",
  'any(dns.domains[*] == "corp.example")',
  'dns.src_ip in {10.1.0.0/16} and not dns.query_rtype == "AAAA"',
  'dns.fqdn matches "^build[0-9]+\\\\."',
];

/** Selectors tells what expressions are made of. */
export function Selectors() {
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded text-kumo-link outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand">
        What can be written here
      </summary>
      <div className="mt-3 grid gap-6 md:grid-cols-2">
        <dl className="space-y-1.5">
          {fields.map(([name, about]) => (
            <div key={name}>
              <dt className="mono inline font-medium">{name}</dt> <dd className="inline text-kumo-subtle">{about}</dd>
            </div>
          ))}
        </dl>
        <div>
          <p className="mb-2 text-kumo-subtle">
            Operators: <code className="mono">== != in contains matches wildcard</code>, joined by <code className="mono">and or not</code> and parentheses.
          </p>
          {examples.map((text) => (
            <pre key={text} className="mono mb-1.5 overflow-x-auto rounded-md bg-kumo-tint px-3 py-2 whitespace-pre-wrap">
              {text}
            </pre>
          ))}
        </div>
      </div>
    </details>
  );
}
