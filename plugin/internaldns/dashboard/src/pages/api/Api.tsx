import { Button } from "@cloudflare/kumo";
import { DownloadSimpleIcon } from "@phosphor-icons/react";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { useSearchParams } from "wouter";

import { base, text } from "../../api/call";
import { Card, Page, Section } from "../../parts/Page";
import { SearchBar } from "../../parts/SearchBar";
import { Loaded, Nothing } from "../../parts/States";
import { countOf } from "../../parts/time";
import { findOperations, operationsOf, type Document, type Operation } from "./document";
import { OneOperation } from "./Operation";

/** Api is the API's own document, to read and to try. It is of this server, and needs no other. */
export default function Api() {
  const query = useQuery({ queryKey: ["openapi"], staleTime: "static", queryFn: async () => JSON.parse(await text("/openapi.json")) as Document });
  return (
    <Page
      title="API"
      about="Cloudflare’s v4 API for internal DNS: its own clients work with this address. What it has beyond Cloudflare’s is called an extension, and can be left out."
      actions={
        <Button variant="secondary" icon={<DownloadSimpleIcon />} onClick={() => window.open(`${base}/openapi.json`, "_blank", "noreferrer")}>
          OpenAPI document
        </Button>
      }
    >
      <Loaded query={query}>{(doc) => <Operations doc={doc} />}</Loaded>
    </Page>
  );
}

function Operations({ doc }: { doc: Document }) {
  const [params, setParams] = useSearchParams();
  const [wanted, setWanted] = useState(params.get("search") ?? "");
  const settled = useDeferredValue(wanted);
  const all = useMemo(() => operationsOf(doc), [doc]);
  const shown = useMemo(() => findOperations(settled, all), [settled, all]);
  useEffect(() => setParams(settled.trim() ? { search: settled.trim() } : {}, { replace: true }), [settled, setParams]);
  const groups = Object.entries(Object.groupBy(shown, (o) => o.group)) as [string, Operation[]][];
  return (
    <>
      <SearchBar label="Search calls" placeholder="Search paths, parameters, permissions" text={wanted} set={setWanted}>
        {countOf(shown.length, all.length, "call")}
      </SearchBar>
      <p className="mt-6 mb-6 text-sm">
        Base address{" "}
        <code className="mono break-all">
          {window.location.origin}
          {base}
        </code>
        , version {doc.info.version}. Every call bears a token, <code className="mono">Authorization: Bearer TOKEN</code>, and every answer stands in Cloudflare’s envelope.
      </p>
      {groups.length ? (
        groups.map(([group, operations]) => (
          <Section key={group} title={group}>
            <Card className="overflow-hidden">
              <ul className="divide-y divide-kumo-hairline">
                {operations.map((o) => (
                  <OneOperation key={o.id} doc={doc} operation={o} alone={shown.length === 1} />
                ))}
              </ul>
            </Card>
          </Section>
        ))
      ) : (
        <Nothing title="No call is like this">Take a word of the search away.</Nothing>
      )}
    </>
  );
}
