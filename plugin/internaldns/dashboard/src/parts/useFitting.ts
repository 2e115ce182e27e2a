import { useMemo, useSyncExternalStore } from "react";

/** From is the width of window from which on something is shown, as classes such as sm:block have it. */
export type From = "sm" | "md" | "lg";

const queries: Record<From, string> = { sm: "(min-width: 40rem)", md: "(min-width: 48rem)", lg: "(min-width: 64rem)" };

function subscribe(changed: () => void): () => void {
  window.addEventListener("resize", changed);
  return () => window.removeEventListener("resize", changed);
}

/**
 * useFitting returns the columns that a window has room for. A cell that spans more
 * columns than there are makes others narrower, in a table of fixed layout.
 */
export function useFitting<C extends { from?: From }>(columns: C[]): C[] {
  const fits = ({ from }: C) => !from || window.matchMedia(queries[from]).matches;
  const n = useSyncExternalStore(subscribe, () => columns.filter(fits).length);
  return useMemo(() => (n ? columns.filter(fits) : []), [columns, n]);
}
