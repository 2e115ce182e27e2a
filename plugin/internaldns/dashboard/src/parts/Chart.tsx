import { useId, type ReactNode } from "react";

import { area, line, stacked, top } from "./geometry";

type SparkProps = {
  title: string; // what it shows
  about: string; // what there is to be seen, for who sees nothing
  values: (number | undefined)[];
  most?: number; // what the upper edge stands for, at least
  className?: string; // of which the colour is taken
};

/** Spark is a small line over time. */
export function Spark({ title, about, values, most = 0, className = "text-kumo-brand" }: SparkProps) {
  const known = values.map((v) => v ?? 0);
  const edge = top(known, most);
  return (
    <Frame title={title} about={about} className={`h-10 ${className}`}>
      {!values.includes(undefined) && <path d={area(known, edge)} fill="currentColor" opacity={0.12} />}
      <path d={line(values, edge)} fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" vectorEffect="non-scaling-stroke" />
    </Frame>
  );
}

/** Row is one of the kinds that a stacked bar is made of. */
export type Row = { name: string; className: string; values: number[] };

/** Bars is bars over time, of kinds that stand on one another. */
export function Bars({ title, about, rows, className = "h-32" }: { title: string; about: string; rows: Row[]; className?: string }) {
  const sums = (rows[0]?.values ?? []).map((_, i) => rows.reduce((sum, row) => sum + (row.values[i] ?? 0), 0));
  const bars = stacked(
    rows.map((r) => r.values),
    top(sums),
  );
  return (
    <Frame title={title} about={about} className={className}>
      {rows.map((row, r) => (
        <g key={row.name} className={row.className} fill="currentColor">
          {bars[r]?.map((bar, i) => <rect key={i} {...bar} />)}
        </g>
      ))}
    </Frame>
  );
}

/** Legend says which colour is what. */
export function Legend({ rows }: { rows: Row[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-kumo-subtle">
      {rows.map((row) => (
        <li key={row.name} className="flex items-center gap-1.5">
          <svg viewBox="0 0 10 10" width={10} height={10} aria-hidden className={row.className}>
            <rect width={10} height={10} rx={2} fill="currentColor" />
          </svg>
          {row.name}
        </li>
      ))}
    </ul>
  );
}

type FrameProps = { title: string; about: string; className: string; children: ReactNode };

function Frame({ title, about, className, children }: FrameProps) {
  const id = useId();
  return (
    <svg role="img" aria-labelledby={`${id}t`} aria-describedby={`${id}d`} viewBox="0 0 100 100" preserveAspectRatio="none" className={`block w-full overflow-visible border-b border-kumo-line ${className}`}>
      <title id={`${id}t`}>{title}</title>
      <desc id={`${id}d`}>{about}</desc>
      {children}
    </svg>
  );
}
