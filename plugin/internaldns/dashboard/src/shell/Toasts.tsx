import { Toasty, useKumoToastManager, type ButtonProps } from "@cloudflare/kumo";
import { useMemo, type ReactNode } from "react";

import { call } from "../api/call";
import { faultsOf } from "../api/errors";
import { useAccount } from "../api/queries";
import { usePermission } from "../api/session";

export function Toasts({ children }: { children: ReactNode }) {
  return <Toasty>{children}</Toasty>;
}

/** Tell is how pages tell what has happened. */
export type Tell = {
  made: (text: string, revision: number) => void; // a change, which can be undone
  note: (text: string, action?: { text: string; act: () => void }) => void;
  failed: (title: string, error: unknown) => void;
};

const long = 12_000; // milliseconds that an undo is offered: longer than one takes to see a mistake

export function useTell(): Tell {
  const manager = useKumoToastManager();
  const account = useAccount();
  const mayUndo = usePermission("Account Settings Read"); // which calls about the history need
  return useMemo(() => {
    const failed = (title: string, error: unknown) => {
      const text = faultsOf(error)
        .map((f) => f.message)
        .join("\n");
      manager.add({ variant: "error", title, description: text, timeout: long });
    };
    const undo = async (text: string, revision: number) => {
      try {
        await call("POST", `${account}/internal_dns/changes/${revision}/revert`);
        manager.add({ variant: "success", title: `Undone: ${text}` });
      } catch (error) {
        failed("This could not be undone", error);
      }
    };
    return {
      failed,
      note: (text, action) => {
        const act = () => {
          manager.close(id);
          action?.act();
        };
        const actions: ButtonProps[] = action ? [{ children: action.text, size: "sm", variant: "secondary", onClick: act }] : [];
        const id: string = manager.add({ title: text, actions });
      },
      made: (text, revision) => {
        const button: ButtonProps = {
          children: "Undo",
          size: "sm",
          variant: "secondary",
          onClick: () => {
            manager.close(id);
            void undo(text, revision);
          },
        };
        const actions = mayUndo ? [button] : [];
        const id: string = manager.add({ variant: "success", title: text, description: `Change ${revision}`, timeout: long, actions });
      },
    };
  }, [account, manager, mayUndo]);
}
