// The pages, in the order of the sidebar. To add one: a folder under pages/, a line here
// and a line in Routes.tsx.
import { ArrowsSplitIcon, ClockCounterClockwiseIcon, FlaskIcon, FlowArrowIcon, GlobeSimpleIcon, HouseIcon, StackIcon, type Icon } from "@phosphor-icons/react";

export type Place = { href: string; name: string; icon: Icon; key: string; about: string };

export const places: Place[] = [
  { href: "/", name: "Start", icon: HouseIcon, key: "s", about: "What is done and what is missing" },
  { href: "/zones", name: "Zones", icon: GlobeSimpleIcon, key: "z", about: "Names and their records" },
  { href: "/views", name: "Views", icon: ArrowsSplitIcon, key: "v", about: "Which zones are seen together" },
  { href: "/policies", name: "Resolver policies", icon: FlowArrowIcon, key: "p", about: "Who gets which view" },
  { href: "/tester", name: "Tester", icon: FlaskIcon, key: "t", about: "Why a query is answered as it is" },
  { href: "/changes", name: "Change set", icon: StackIcon, key: "c", about: "Edits that are collected and made as one change" },
  { href: "/history", name: "History", icon: ClockCounterClockwiseIcon, key: "h", about: "Who changed what" },
];

/** isAt tells whether a path is a place or below it. */
export function isAt(path: string, href: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(href + "/");
}
