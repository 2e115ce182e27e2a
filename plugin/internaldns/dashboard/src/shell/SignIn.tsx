import { Button, Input } from "@cloudflare/kumo";
import { useEffect, useState } from "react";

import { faultsOf } from "../api/errors";
import { signIn, useSessionState } from "../api/session";
import { Modal } from "../parts/Modal";
import { Faults } from "../parts/States";
import { leave } from "./leaving";
import { Mark } from "./Mark";

function useSignIn() {
  const [token, setToken] = useState("");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await signIn(token);
      setToken("");
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { token, setToken, error, busy, submit };
}

type Form = ReturnType<typeof useSignIn>;

function TokenField({ form }: { form: Form }) {
  return (
    <Input
      label="API token"
      type="password"
      className="w-full"
      value={form.token}
      onChange={(e) => form.setToken(e.target.value)}
      autoComplete="current-password"
      autoFocus
    />
  );
}

/** SignInPage is all there is to see without a session. */
export function SignInPage({ error }: { error?: unknown }) {
  const form = useSignIn();
  useEffect(() => {
    document.title = "Sign in · internaldns";
  }, []);
  return (
    <main className="flex min-h-dvh items-center justify-center bg-kumo-canvas p-4">
      <form
        className="w-full max-w-sm rounded-xl bg-kumo-base p-6 ring ring-kumo-hairline sm:p-8"
        onSubmit={(e) => {
          e.preventDefault();
          void form.submit();
        }}
      >
        <div className="mb-6 flex items-center gap-3">
          <Mark size={36} />
          <h1 className="text-xl font-semibold tracking-tight">internaldns</h1>
        </div>
        <div className="space-y-4">
          <Faults faults={faultsOf(form.error ?? error)} />
          <TokenField form={form} />
          <Button type="submit" variant="primary" className="w-full justify-center" loading={form.busy} disabled={!form.token.trim()}>
            Sign in
          </Button>
        </div>
        <p className="mt-5 text-sm leading-relaxed text-kumo-subtle">
          The first token is in the file <code className="mono">internaldns.token</code> beside the store, on the machine that serves this page.
          Others are made with <code className="mono">internaldns token create</code>.
        </p>
      </form>
    </main>
  );
}

/** SignInAgain asks for a token over the pages when the session has ended meanwhile. */
export function SignInAgain() {
  const state = useSessionState();
  const form = useSignIn();
  if (state.kind !== "expired") return null;
  return (
    <Modal
      open
      onClose={() => void leave()}
      title="Your session has ended"
      about="Sign in again to go on. Nothing that was typed is lost."
      onSubmit={() => void form.submit()}
      foot={
        <>
          <Button type="button" variant="secondary" onClick={() => void leave()}>
            Leave
          </Button>
          <Button type="submit" variant="primary" loading={form.busy} disabled={!form.token.trim()}>
            Sign in
          </Button>
        </>
      }
    >
      <div className="space-y-4 pb-2">
        <Faults faults={faultsOf(form.error)} />
        <TokenField form={form} />
      </div>
    </Modal>
  );
}
