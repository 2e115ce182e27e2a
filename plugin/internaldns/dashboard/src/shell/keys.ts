import { useEffect, useRef } from "react";

import { places } from "./places";

type Actions = { search: () => void; help: () => void; go: (href: string) => void };

// Toasts are dialogs, too, but not modal ones.
const dialogs = "[role=dialog]:not([aria-modal=false]),[role=alertdialog]:not([aria-modal=false])";

const within = 1200; // milliseconds between g and the letter of a page

/**
 * useShortcuts listens to the keys that work everywhere: / searches, ? helps, g and a
 * letter goes to a page. Where text is typed, and in dialogs, keys are text.
 */
export function useShortcuts(actions: Actions) {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    let g = 0; // when g was pressed
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        return current.current.search();
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isText(event.target) || document.querySelector(dialogs)) return;
      const place = event.timeStamp - g < within ? places.find((p) => p.key === event.key) : undefined;
      g = event.key === "g" ? event.timeStamp : 0;
      if (place) current.current.go(place.href);
      else if (event.key === "/") current.current.search();
      else if (event.key === "?") current.current.help();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

function isText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
