import { useEffect, useRef, useState, type FocusEvent, type PointerEvent } from "react";

/**
 * useReading tells whether somebody reads within a part of the page: points at it with a
 * mouse, has the focus in it, or has scrolled away from its begin. What they read must not
 * move.
 */
export function useReading() {
  const [over, setOver] = useState(false);
  const [focused, setFocused] = useState(false);
  const [away, setAway] = useState(false);
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const look = () => setAway(window.scrollY > 0 && (top.current?.getBoundingClientRect().top ?? 0) < 0);
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);
  const props = {
    onPointerEnter: (e: PointerEvent) => setOver(e.pointerType === "mouse"),
    onPointerLeave: () => setOver(false),
    onFocus: () => setFocused(true),
    onBlur: (e: FocusEvent<HTMLElement>) => setFocused(e.currentTarget.contains(e.relatedTarget)),
  };
  /** leave goes back to where what is new shows. */
  const leave = () => {
    setOver(false);
    setFocused(false);
    if (top.current?.contains(document.activeElement)) (document.activeElement as HTMLElement).blur();
    window.scrollTo(0, 0);
    setAway(false);
  };
  return { reading: over || focused || away, top, props, leave };
}
