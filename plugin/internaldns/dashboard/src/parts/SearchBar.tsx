import { Input } from "@cloudflare/kumo";
import type { ReactNode } from "react";

type Props = { label: string; placeholder?: string; text: string; set: (text: string) => void; children: ReactNode };

/** SearchBar stands over a table that is searched here: a text, and beside it how many rows have it. */
export function SearchBar({ label, placeholder = "Search by name", text, set, children }: Props) {
  return (
    <div className="mb-3 flex flex-wrap items-center gap-3">
      <Input aria-label={label} placeholder={placeholder} className="min-w-0 flex-1 sm:max-w-80" value={text} onChange={(e) => set(e.target.value)} />
      <p className="text-sm text-kumo-subtle" role="status">
        {children}
      </p>
    </div>
  );
}
