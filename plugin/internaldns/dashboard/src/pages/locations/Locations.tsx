import { Badge, Button } from "@cloudflare/kumo";
import { MapPinIcon, PlusIcon } from "@phosphor-icons/react";
import { useMemo, useState } from "react";
import { Link, useLocation as usePath } from "wouter";

import { useLocations, useRules } from "../../api/queries";
import { usePermission } from "../../api/session";
import type { Location, Rule } from "../../api/types";
import { DataTable, type Column } from "../../parts/DataTable";
import { Page } from "../../parts/Page";
import { RuleLinks } from "../../parts/RuleLinks";
import { SearchBar } from "../../parts/SearchBar";
import { Loaded, Nothing } from "../../parts/States";
import { count } from "../../parts/time";
import { asking } from "../lists/uses";
import { ttlWords } from "./draft";

/** Locations lists all locations. */
export default function Locations() {
  const query = useLocations();
  const may = usePermission("Locations Write");
  const [, navigate] = usePath();
  const create = may && (
    <Button variant="primary" icon={<PlusIcon />} onClick={() => navigate("/locations/new")}>
      Create location
    </Button>
  );
  return (
    <Page
      title="Locations"
      about="A location is a place that queries come from, such as an office: by the networks of its clients, or by a name of this server of its own. Policies ask for it by dns.location."
      actions={create}
    >
      <Loaded query={query}>
        {(locations) =>
          locations.length ? (
            <Table locations={locations} />
          ) : (
            <Nothing icon={<MapPinIcon size={40} />} title="No locations yet" actions={create}>
              Without any, policies tell clients apart by their addresses.
            </Nothing>
          )
        }
      </Loaded>
    </Page>
  );
}

function Table({ locations }: { locations: Location[] }) {
  const rules = useRules().data;
  const [text, setText] = useState("");
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return locations.filter((l) => [l.name, l.doh_subdomain, ...l.networks.map((n) => n.network)].some((t) => t.toLowerCase().includes(wanted)));
  }, [locations, text]);
  const columns = useMemo(() => columnsOf(rules), [rules]);
  return (
    <>
      <SearchBar label="Search locations" placeholder="Search names, networks, subdomains" text={text} set={setText}>
        {count(shown.length, "location")}
      </SearchBar>
      {shown.length ? (
        <DataTable label="Locations" columns={columns} count={shown.length} row={(i) => shown[i]} id={(l) => l.id} />
      ) : (
        <Nothing title="No location has this in it" />
      )}
    </>
  );
}

function columnsOf(rules: Rule[] | undefined): Column<Location>[] {
  return [
    {
      key: "name",
      title: "Name",
      cell: (l) => (
        <div className="flex min-w-0 items-center gap-2">
          <Link href={`/locations/${l.id}`} className="truncate font-medium hover:underline">
            {l.name}
          </Link>
          {l.client_default && (
            <Badge variant="secondary">
              <span title="Of clients in no other location">default</span>
            </Badge>
          )}
        </div>
      ),
    },
    {
      key: "networks",
      title: "Networks",
      width: "w-1/4",
      from: "sm",
      cell: (l) => (l.networks.length ? <span className="mono" title={l.networks.map((n) => n.network).join("\n")}>{networks(l)}</span> : <span className="text-kumo-subtle">none</span>),
    },
    { key: "subdomain", title: "Subdomain", width: "w-36", cell: (l) => <span className="mono">{l.doh_subdomain}</span> },
    { key: "ttl", title: "Highest TTL", width: "w-32", from: "lg", cell: (l) => <span className={l.max_ttl.mode === "inherit" ? "text-kumo-subtle" : ""}>{ttlWords(l)}</span> },
    { key: "policies", title: "Policies", width: "w-1/5", from: "md", cell: (l) => <RuleLinks rules={rules && asking(l, rules)} /> },
  ];
}

const most = 2;

function networks(l: Location): string {
  const names = l.networks.map((n) => n.network);
  return names.length > most ? `${names.slice(0, most).join(", ")} and ${names.length - most} more` : names.join(", ");
}
