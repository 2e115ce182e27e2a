// The pages, in the order of the sidebar. To add one: a folder under pages/, a line here
// and a line in Routes.tsx.
import {
  ArrowsSplitIcon,
  ClockCounterClockwiseIcon,
  CodeIcon,
  FlaskIcon,
  FlowArrowIcon,
  GlobeSimpleIcon,
  HouseIcon,
  KeyIcon,
  ListChecksIcon,
  MapPinIcon,
  PulseIcon,
  StackIcon,
  type Icon,
} from "@phosphor-icons/react";

export type Place = { href: string; name: string; icon: Icon; key: string; about: string; group?: Group };

/** Group is a part of the sidebar, by what its pages are for. */
export type Group = "Answering" | "Looking" | "Account";

export const places: Place[] = [
  { href: "/", name: "Start", icon: HouseIcon, key: "s", about: "What is done and what is missing" },
  { href: "/zones", name: "Zones", icon: GlobeSimpleIcon, key: "z", about: "Names and their records", group: "Answering" },
  { href: "/views", name: "Views", icon: ArrowsSplitIcon, key: "v", about: "Which zones are seen together", group: "Answering" },
  { href: "/policies", name: "Resolver policies", icon: FlowArrowIcon, key: "p", about: "Who gets which view", group: "Answering" },
  { href: "/lists", name: "Lists", icon: ListChecksIcon, key: "l", about: "Values that policies ask for", group: "Answering" },
  { href: "/locations", name: "Locations", icon: MapPinIcon, key: "o", about: "Where queries come from", group: "Answering" },
  { href: "/tester", name: "Tester", icon: FlaskIcon, key: "t", about: "Why a query is answered as it is", group: "Looking" },
  { href: "/queries", name: "Queries", icon: PulseIcon, key: "q", about: "What is asked now", group: "Looking" },
  { href: "/history", name: "History", icon: ClockCounterClockwiseIcon, key: "h", about: "Who changed what", group: "Looking" },
  { href: "/changes", name: "Change set", icon: StackIcon, key: "c", about: "Edits that are collected and made as one change", group: "Account" },
  { href: "/tokens", name: "Tokens", icon: KeyIcon, key: "k", about: "Who may do what", group: "Account" },
  { href: "/api", name: "API", icon: CodeIcon, key: "a", about: "Every call, to read and to try", group: "Account" },
];

/** isAt tells whether a path is a place or below it. */
export function isAt(path: string, href: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(href + "/");
}

/** grouped returns the pages by their groups, in order; the first have none. */
export function grouped(): { group: Group | undefined; places: Place[] }[] {
  const groups: { group: Group | undefined; places: Place[] }[] = [];
  for (const place of places) {
    const last = groups.at(-1);
    if (last && last.group === place.group) last.places.push(place);
    else groups.push({ group: place.group, places: [place] });
  }
  return groups;
}
