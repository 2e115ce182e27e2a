import { useSyncExternalStore } from "react";

/** Theme is what somebody chose; "system" follows the system. */
export type Theme = "system" | "light" | "dark";

const key = "internaldns.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function read(): Theme {
  const saved = localStorage.getItem(key);
  return saved === "light" || saved === "dark" ? saved : "system";
}

function apply() {
  const theme = read();
  document.documentElement.dataset["mode"] = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  for (const tell of listeners) tell();
}

/** followTheme has the page look as chosen, whenever that changes. */
export function followTheme() {
  apply();
  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const theme = useSyncExternalStore(subscribe, read);
  return [
    theme,
    (next) => {
      localStorage.setItem(key, next);
      apply();
    },
  ];
}
