import { Badge, Button } from "@cloudflare/kumo";
import { ArrowsClockwiseIcon, TrashIcon } from "@phosphor-icons/react";
import { useState } from "react";
import { useLocation } from "wouter";

import { call } from "../../api/call";
import { useAccount, useGroups, useTokens } from "../../api/queries";
import { signIn, usePermission, useSession } from "../../api/session";
import type { Token as TokenObject } from "../../api/types";
import { CopyAs } from "../../parts/CopyAs";
import { Page } from "../../parts/Page";
import { Loaded, Nothing } from "../../parts/States";
import { exactly } from "../../parts/time";
import { useTell } from "../../shell/Toasts";
import { Confirm } from "./Confirm";
import { Editor } from "./Editor";
import { kindsOf } from "./rights";
import { ShownOnce } from "./ShownOnce";
import { Status } from "./Tokens";

const within = { href: "/tokens", name: "Tokens" };

/** Token is the page of one token, or of one that is to be made. */
export default function Token({ id }: { id: string }) {
  const tokens = useTokens();
  const groups = useGroups();
  const token = tokens.data?.find((t) => t.id === id);
  return (
    <Page
      title={id === "new" ? "Create a token" : (token?.name ?? "Token")}
      within={within}
      {...(token && { beside: <Marks token={token} />, about: <Times token={token} />, actions: <Actions token={token} /> })}
    >
      <Loaded query={groups}>
        {(all) =>
          id === "new" ? (
            <Editor kinds={kindsOf(all)} />
          ) : (
            <Loaded query={tokens}>
              {() => (token ? <Editor token={token} kinds={kindsOf(all)} /> : <Nothing title="There is no such token (any more)">The history tells who deleted it.</Nothing>)}
            </Loaded>
          )
        }
      </Loaded>
    </Page>
  );
}

function Marks({ token }: { token: TokenObject }) {
  const own = useSession().token.id === token.id;
  return (
    <>
      <Status token={token} />
      {own && <Badge variant="secondary">yours</Badge>}
    </>
  );
}

function Times({ token }: { token: TokenObject }) {
  return (
    <>
      Issued {exactly(token.issued_on)}. {token.last_used_on ? `Last used ${exactly(token.last_used_on)}.` : "Not used since this server started."}
    </>
  );
}

function Actions({ token }: { token: TokenObject }) {
  const account = useAccount();
  const path = `${account}/tokens/${token.id}`;
  const own = useSession().token.id === token.id;
  const may = usePermission("Account API Tokens Write");
  const tell = useTell();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<"roll" | "delete">();
  const [value, setValue] = useState<string>(); // kept here alone, until its dialog is closed
  if (!may) return <CopyAs path={path} name={token.name} />;
  const close = () => setAsked(undefined);
  const roll = async () => {
    const { result } = await call<string>("PUT", `${path}/value`, { body: {} });
    setValue(result);
    close();
    if (own) await signIn(result); // this session has ended with the value it began with
  };
  const remove = async () => {
    const { revision } = await call("DELETE", path);
    tell.made(`Token ${token.name} deleted`, revision);
    close();
    navigate("/tokens");
  };
  return (
    <>
      <CopyAs path={path} name={token.name} />
      <Button variant="secondary" icon={<ArrowsClockwiseIcon />} onClick={() => setAsked("roll")}>
        Roll
      </Button>
      <Button variant="secondary-destructive" icon={<TrashIcon />} onClick={() => setAsked("delete")}>
        Delete
      </Button>
      {asked === "roll" && (
        <Confirm title={`Roll ${token.name}`} apply="Roll" danger run={roll} close={close} {...(own && { warning: "This is the token that you are signed in with. You stay signed in here, with the new value." })}>
          <p className="text-sm">The token gets another value. The one that it has works no more from then on, wherever it is in use. Its rights stay.</p>
        </Confirm>
      )}
      {asked === "delete" && (
        <Confirm title={`Delete ${token.name}`} apply="Delete" danger run={remove} close={close} {...(own && { warning: "This is the token that you are signed in with: your session ends." })}>
          <p className="text-sm">Whoever uses it can do nothing with it from then on.</p>
        </Confirm>
      )}
      {value !== undefined && <ShownOnce name={token.name} value={value} account={account} close={() => setValue(undefined)} />}
    </>
  );
}
