import { Badge, Button } from "@cloudflare/kumo";
import { KeyIcon, PlusIcon } from "@phosphor-icons/react";
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";

import { useGroups, useTokens } from "../../api/queries";
import { usePermission, useSession } from "../../api/session";
import type { Token } from "../../api/types";
import { DataTable, type Column } from "../../parts/DataTable";
import { Page } from "../../parts/Page";
import { SearchBar } from "../../parts/SearchBar";
import { Loaded, Nothing } from "../../parts/States";
import { count, exactly, when } from "../../parts/time";
import { grantsOf, kindsOf, wordsOf, type Kind } from "./rights";
import { useNamed } from "./useNamed";

/** Tokens lists all tokens. */
export default function Tokens() {
  const query = useTokens();
  const may = usePermission("Account API Tokens Write");
  const [, navigate] = useLocation();
  return (
    <Page
      title="Tokens"
      about="Whoever has a token can do what it may, here and through the API. Give each program and each person one of their own, with no more than they need."
      actions={
        may && (
          <Button variant="primary" icon={<PlusIcon />} onClick={() => navigate("/tokens/new")}>
            Create token
          </Button>
        )
      }
    >
      <Loaded query={query}>{(tokens) => (tokens.length ? <Table tokens={tokens} /> : <Nothing icon={<KeyIcon size={40} />} title="No tokens" />)}</Loaded>
    </Page>
  );
}

function Table({ tokens }: { tokens: Token[] }) {
  const { account, token: own } = useSession();
  const groups = useGroups().data;
  const { names } = useNamed();
  const [text, setText] = useState("");
  const shown = useMemo(() => tokens.filter((t) => t.name.toLowerCase().includes(text.trim().toLowerCase())), [tokens, text]);
  const columns = useMemo(() => columnsOf(account.id, own.id, kindsOf(groups ?? []), names), [account.id, own.id, groups, names]);
  return (
    <>
      <SearchBar label="Search tokens" text={text} set={setText}>
        {count(shown.length, "token")}
      </SearchBar>
      {shown.length ? <DataTable label="Tokens" columns={columns} count={shown.length} row={(i) => shown[i]} id={(t) => t.id} /> : <Nothing title="No token is called this" />}
    </>
  );
}

function columnsOf(account: string, own: string, kinds: Kind[], names: Map<string, string>): Column<Token>[] {
  const words = (t: Token) => grantsOf(t.policies, account, kinds).map((g) => wordsOf(g, kinds, names)).map((w) => `${w.on}: ${w.rights}`);
  return [
    {
      key: "name",
      title: "Name",
      cell: (t) => (
        <div className="flex min-w-0 items-center gap-2">
          <Link href={`/tokens/${t.id}`} className="truncate font-medium hover:underline">
            {t.name}
          </Link>
          {t.id === own && <Badge variant="secondary">yours</Badge>}
        </div>
      ),
    },
    { key: "status", title: "Status", width: "w-28", cell: (t) => <Status token={t} /> },
    {
      key: "rights",
      title: "Rights",
      width: "w-2/5",
      from: "md",
      cell: (t) => kinds.length > 0 && <span title={words(t).join("\n")}>{words(t).join("; ")}</span>,
    },
    { key: "used", title: "Last used", width: "w-28", from: "lg", cell: (t) => <Time text={t.last_used_on} none="not lately" /> },
    { key: "expires", title: "Expires", width: "w-28", from: "sm", cell: (t) => <Time text={t.expires_on} none="never" /> },
  ];
}

export function Time({ text, none }: { text: string | null | undefined; none: string }) {
  return (
    <span className="text-kumo-subtle" title={text ? exactly(text) : undefined}>
      {text ? when(text) : none}
    </span>
  );
}

/** Status says whether a token can be used, also where its time has not come. */
export function Status({ token }: { token: Token }) {
  if (token.status === "expired") return <Badge variant="error">expired</Badge>;
  if (token.status === "disabled") return <Badge variant="secondary">disabled</Badge>;
  if (token.not_before && new Date(token.not_before) > new Date()) return <Badge variant="info">not yet</Badge>;
  return <Badge variant="success">active</Badge>;
}
