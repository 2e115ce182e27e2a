import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from "react";

import type { Call, Fault } from "../api/types";
import { ReviewDialog } from "./ReviewDialog";

/** Request is a write that somebody wants to make. */
export type Request = {
  title: string;
  calls: Call[]; // made as one change
  done: string; // what is told when it is made
  apply?: string; // the text of the button
  danger?: boolean;
  base?: unknown; // the object as the form began with it
  form?: boolean; // whether a form shows errors at its fields
};

/** Outcome is what became of it. */
export type Outcome =
  | { kind: "done"; results: unknown[]; revision: number }
  | { kind: "collected" } // for the change set, to be made later
  | { kind: "refused"; faults: Fault[] }
  | { kind: "closed" };

/** isOver tells whether nothing is left to be done: a write was made, or collected. */
export function isOver(outcome: Outcome): boolean {
  return outcome.kind === "done" || outcome.kind === "collected";
}

type Review = (request: Request) => Promise<Outcome>;

const Context = createContext<Review | undefined>(undefined);

/**
 * useReview returns the function by which every write is made: it shows what the write
 * changes (LIVE 9), makes it if that is wanted, and offers to undo it.
 */
export function useReview(): Review {
  const review = useContext(Context);
  if (!review) throw new Error("useReview outside of ReviewProvider");
  return review;
}

export function ReviewProvider({ children }: { children: ReactNode }) {
  const [request, setRequest] = useState<Request>();
  const settle = useRef<(outcome: Outcome) => void>(undefined);

  const review = useCallback<Review>((asked) => {
    settle.current?.({ kind: "closed" });
    setRequest(asked);
    return new Promise((resolve) => (settle.current = resolve));
  }, []);
  const end = useCallback((outcome: Outcome) => {
    settle.current?.(outcome);
    settle.current = undefined;
    setRequest(undefined);
  }, []);

  return (
    <Context.Provider value={review}>
      {children}
      {request && <ReviewDialog request={request} end={end} />}
    </Context.Provider>
  );
}
