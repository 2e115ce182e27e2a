import { Button, DropdownMenu } from "@cloudflare/kumo";
import { CircleHalfIcon, KeyboardIcon, ListIcon, MagnifyingGlassIcon, MoonIcon, SunIcon } from "@phosphor-icons/react";
import { lazy, Suspense, useEffect, useId, useRef, useState } from "react";
import { Link, useLocation } from "wouter";

import { useSession } from "../api/session";
import { Boundary } from "../parts/Boundary";
import { Collected, CollectedLink } from "./Collected";
import { useShortcuts } from "./keys";
import { Leave } from "./Leave";
import { Mark } from "./Mark";
import { grouped, isAt, type Place } from "./places";
import { Routes } from "./Routes";
import { useTheme, type Theme } from "./theme";

const Palette = lazy(() => import("./Palette"));
const Shortcuts = lazy(() => import("./Shortcuts"));

/** Layout is what stands around every page. */
export function Layout() {
  const [path, navigate] = useLocation();
  const [over, setOver] = useState<"palette" | "shortcuts">();
  const [menu, setMenu] = useState(false);
  const main = useRef<HTMLElement>(null);
  useShortcuts({ search: () => setOver("palette"), help: () => setOver("shortcuts"), go: navigate });
  useEffect(() => {
    setMenu(false);
    window.scrollTo(0, 0);
  }, [path]);

  return (
    <div className="min-h-dvh bg-kumo-canvas text-kumo-default lg:pl-60">
      <a
        href="#main"
        onClick={() => main.current?.focus()}
        className="absolute top-2 left-2 z-50 -translate-y-20 rounded-lg bg-kumo-brand px-3 py-2 text-white focus:translate-y-0"
      >
        Skip to the page
      </a>
      <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-b border-kumo-hairline bg-kumo-base px-3 lg:hidden">
        <Button variant="ghost" shape="square" icon={<ListIcon />} aria-label="Menu" aria-expanded={menu} onClick={() => setMenu(!menu)} />
        <Link href="/" className="mr-auto flex items-center gap-2 font-semibold">
          <Mark size={24} /> internaldns
        </Link>
        <CollectedLink />
        <Button variant="ghost" shape="square" icon={<MagnifyingGlassIcon />} aria-label="Search" onClick={() => setOver("palette")} />
      </header>
      {menu && <div aria-hidden className="fixed inset-0 z-30 bg-black/40 lg:hidden" onClick={() => setMenu(false)} />}
      <Side path={path} shown={menu} search={() => setOver("palette")} help={() => setOver("shortcuts")} />
      <main id="main" ref={main} tabIndex={-1} className="outline-none">
        <Boundary path={path}>
          <Routes />
        </Boundary>
      </main>
      <Suspense>
        {over === "palette" && <Palette close={() => setOver(undefined)} />}
        {over === "shortcuts" && <Shortcuts close={() => setOver(undefined)} />}
      </Suspense>
    </div>
  );
}

type SideProps = { path: string; shown: boolean; search: () => void; help: () => void };

/** Side is the sidebar: at wide windows always there, at narrow ones over the page. */
function Side({ path, shown, search, help }: SideProps) {
  return (
    <aside
      className={`fixed inset-y-0 left-0 z-40 flex w-60 flex-col border-r border-kumo-hairline bg-kumo-base transition-transform lg:visible lg:translate-x-0 ${shown ? "translate-x-0" : "invisible -translate-x-full"}`}
    >
      <Link href="/" className="flex h-14 items-center gap-2.5 px-4 text-lg font-semibold tracking-tight">
        <Mark size={26} /> internaldns
      </Link>
      <div className="px-3 pb-3">
        <button
          type="button"
          onClick={search}
          className="flex h-9 w-full items-center gap-2 rounded-lg bg-kumo-tint px-2.5 text-sm text-kumo-subtle outline-none hover:text-kumo-default focus-visible:ring-2 focus-visible:ring-kumo-brand"
        >
          <MagnifyingGlassIcon aria-hidden /> Search <Key className="ml-auto">/</Key>
        </button>
      </div>
      <nav aria-label="Pages" className="min-h-0 flex-1 overflow-y-auto px-3">
        {grouped().map(({ group, places }) => (
          <Places key={group ?? ""} group={group} places={places} path={path} />
        ))}
      </nav>
      <Foot help={help} />
    </aside>
  );
}

function Places({ group, places, path }: { group: string | undefined; places: Place[]; path: string }) {
  const title = useId();
  return (
    <>
      {group && (
        <p id={title} className="px-2.5 pt-4 pb-1 text-xs font-medium text-kumo-subtle">
          {group}
        </p>
      )}
      <ul className="space-y-0.5" aria-labelledby={group && title}>
        {places.map((place) => (
          <PlaceLink key={place.href} place={place} active={isAt(path, place.href)} />
        ))}
      </ul>
    </>
  );
}

function PlaceLink({ place, active }: { place: Place; active: boolean }) {
  return (
    <li>
      <Link
        href={place.href}
        aria-current={active ? "page" : undefined}
        className={`flex h-9 items-center gap-2.5 rounded-lg px-2.5 text-sm outline-none focus-visible:ring-2 focus-visible:ring-kumo-brand ${active ? "bg-kumo-tint font-medium text-kumo-default" : "text-kumo-subtle hover:bg-kumo-tint hover:text-kumo-default"}`}
      >
        <place.icon aria-hidden size={18} weight={active ? "fill" : "regular"} className={active ? "text-kumo-brand" : ""} />
        {place.name}
        {place.href === "/changes" && <Collected />}
      </Link>
    </li>
  );
}

export function Key({ children, className = "" }: { children: string; className?: string }) {
  return <kbd className={`rounded border border-kumo-line bg-kumo-base px-1.5 py-0.5 font-sans text-xs text-kumo-subtle ${className}`}>{children}</kbd>;
}

const themes: { value: Theme; name: string; icon: typeof SunIcon }[] = [
  { value: "system", name: "As the system", icon: CircleHalfIcon },
  { value: "light", name: "Light", icon: SunIcon },
  { value: "dark", name: "Dark", icon: MoonIcon },
];

function Foot({ help }: { help: () => void }) {
  const session = useSession();
  const [theme, setTheme] = useTheme();
  const Now = themes.find((t) => t.value === theme)?.icon ?? CircleHalfIcon;
  return (
    <div className="flex items-center gap-1 border-t border-kumo-hairline p-3">
      <div className="min-w-0 flex-1 px-1 text-sm">
        <p className="truncate font-medium">{session.token.name}</p>
        <p className="truncate text-xs text-kumo-subtle">account {session.account.name}</p>
      </div>
      <Button variant="ghost" shape="square" size="sm" icon={<KeyboardIcon />} aria-label="Keyboard shortcuts" onClick={help} />
      <DropdownMenu>
        <DropdownMenu.Trigger render={<Button variant="ghost" shape="square" size="sm" icon={<Now />} aria-label="Theme" />} />
        <DropdownMenu.Content>
          {themes.map((t) => (
            <DropdownMenu.Item key={t.value} icon={t.icon} onClick={() => setTheme(t.value)}>
              {t.name}
              {t.value === theme && <span className="sr-only"> (chosen)</span>}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu>
      <Leave />
    </div>
  );
}
