import { useEffect, useRef } from "react";

const idle = 600_000; // milliseconds without a hand moved, after which nothing is asked: sessions are to end

/** useEvery calls a function now and then, while somebody looks. */
export function useEvery(pause: number, act: () => void) {
  const current = useRef(act);
  current.current = act;
  useEffect(() => {
    let last = performance.now();
    const seen = () => (last = performance.now());
    const timer = setInterval(() => {
      if (!document.hidden && performance.now() - last < idle) current.current();
    }, pause);
    const events = ["pointermove", "pointerdown", "keydown", "scroll"];
    for (const e of events) window.addEventListener(e, seen, { passive: true });
    return () => {
      clearInterval(timer);
      for (const e of events) window.removeEventListener(e, seen);
    };
  }, [pause]);
}
