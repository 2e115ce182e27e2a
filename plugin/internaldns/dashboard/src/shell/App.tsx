import { LinkProvider } from "@cloudflare/kumo";
import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { newClient } from "../api/queries";
import { resume, useSessionState } from "../api/session";
import { Loading } from "../parts/States";
import { ReviewProvider } from "../review/Review";
import { Layout } from "./Layout";
import { RouterLink } from "./RouterLink";
import { SignInAgain, SignInPage } from "./SignIn";
import { Toasts } from "./Toasts";

/** App shows the pages to whoever is signed in. */
export function App() {
  const state = useSessionState();
  useEffect(() => void resume(), []);
  switch (state.kind) {
    case "unknown":
      return (
        <div className="mx-auto max-w-sm p-8">
          <Loading rows={3} />
        </div>
      );
    case "out":
      return <SignInPage error={state.error} />;
    default:
      return <SignedIn key={state.session.token.id} />;
  }
}

/** SignedIn lives as long as one token works: another one may see other things. */
function SignedIn() {
  const [client] = useState(newClient);
  return (
    <QueryClientProvider client={client}>
      <LinkProvider component={RouterLink}>
        <Toasts>
          <ReviewProvider>
            <Layout />
            <SignInAgain />
          </ReviewProvider>
        </Toasts>
      </LinkProvider>
    </QueryClientProvider>
  );
}
