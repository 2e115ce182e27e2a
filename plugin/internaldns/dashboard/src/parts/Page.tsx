import { CaretLeftIcon } from "@phosphor-icons/react";
import { useEffect, type ReactNode } from "react";
import { Link } from "wouter";

type Props = {
  title: string;
  about?: ReactNode; // a sentence under the title
  within?: { href: string; name: string }; // the page that this one is below of
  beside?: ReactNode; // badges beside the title
  actions?: ReactNode; // buttons
  children: ReactNode;
};

/** Page is the frame of every page: title, what can be done, and the rest. */
export function Page({ title, about, within, beside, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · internaldns`;
  }, [title]);
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-6 sm:px-8 sm:py-8">
      {within && (
        <nav aria-label="Where this is" className="mb-2 flex items-center gap-1 text-sm text-kumo-subtle">
          <CaretLeftIcon aria-hidden size={12} />
          <Link href={within.href} className="hover:text-kumo-default hover:underline">
            {within.name}
          </Link>
        </nav>
      )}
      <header className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 max-w-2xl">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 text-2xl font-semibold tracking-tight break-words">{title}</h1>
            {beside}
          </div>
          {about && <p className="mt-1.5 text-sm leading-relaxed text-kumo-subtle">{about}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Section is a part of a page with a title of its own. */
export function Section({ title, about, actions, children }: { title: string; about?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className="mb-8">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-3">
        <div className="max-w-2xl">
          <h2 className="text-base font-semibold">{title}</h2>
          {about && <p className="mt-0.5 text-sm text-kumo-subtle">{about}</p>}
        </div>
        {actions && <div className="flex gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** Card is a surface that stands out from the page. */
export function Card({ children, className = "" }: { children: ReactNode; className?: string }) {
  return <div className={`rounded-lg bg-kumo-base ring ring-kumo-hairline ${className}`}>{children}</div>;
}
