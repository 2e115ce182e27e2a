import { Button } from "@cloudflare/kumo";
import { SignOutIcon } from "@phosphor-icons/react";
import { lazy, Suspense, useState } from "react";

import { useCollected } from "../review/collected";
import { leave } from "./leaving";

const AskToLeave = lazy(() => import("./AskToLeave"));

/** Leave is the button that signs out. It asks before edits are lost. */
export function Leave() {
  const [edits] = useCollected();
  const [asking, setAsking] = useState(false);
  const press = () => (edits.length ? setAsking(true) : void leave());
  return (
    <>
      <Button variant="ghost" shape="square" size="sm" icon={<SignOutIcon />} aria-label="Sign out" onClick={press} />
      <Suspense>{asking && <AskToLeave edits={edits.length} close={() => setAsking(false)} />}</Suspense>
    </>
  );
}
