import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef, useState } from "react";

import { columns, Gap, More, type Column } from "./columns";
import { Details } from "./Details";
import type { Row, Tail } from "./tail";
import { useTold } from "./useTail";

const height = 36; // of a row, in pixels
const hidden = { sm: "hidden sm:table-cell", md: "hidden md:table-cell", lg: "hidden lg:table-cell" };
const hiddenCol = { sm: "hidden sm:table-column", md: "hidden md:table-column", lg: "hidden lg:table-column" };
const width = columns.length + 1;

type Props = { tail: Tail; open: string | undefined; toggle: (key: string) => void };

/**
 * TailTable is the table of the tail. It looks like DataTable, but draws thousands of rows
 * a second: its rows are plain elements, all of one height, which are kept while what is
 * in them moves on.
 */
export function TailTable({ tail, open, toggle }: Props) {
  useTold(tail);
  const top = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    const measure = () => setOffset((top.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, []);
  const rows = useWindowVirtualizer({ count: tail.count, estimateSize: () => height, overscan: 6, scrollMargin: offset });
  const shown = rows.getVirtualItems();
  const before = (shown[0]?.start ?? offset) - offset;
  const after = rows.getTotalSize() - ((shown.at(-1)?.end ?? offset) - offset);
  return (
    <div ref={top} className="overflow-clip rounded-lg bg-kumo-base ring ring-kumo-hairline">
      <table className="w-full table-fixed text-left" aria-label="Queries" aria-rowcount={tail.count + 1}>
        <Heads />
        <tbody>
          <Space height={before} />
          {shown.map(({ index }) => {
            const row = tail.row(index);
            return row && <Line key={index} row={row} index={index} open={row.key === open} toggle={toggle} />;
          })}
          <Space height={after} />
        </tbody>
      </table>
    </div>
  );
}

function Space({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={width} style={{ height }} className="p-0" />
    </tr>
  );
}

const Heads = memo(function Heads() {
  return (
    <>
      <colgroup>
        <col className="w-11" />
        {columns.map((c) => (
          <col key={c.title} className={`${c.width} ${c.from ? hiddenCol[c.from] : ""}`} />
        ))}
      </colgroup>
      <thead>
        <tr className="border-b border-kumo-hairline bg-kumo-elevated">
          <th scope="col">
            <span className="sr-only">All fields</span>
          </th>
          {columns.map((c) => (
            <th key={c.title} scope="col" className={`truncate px-3 py-2 font-semibold ${shownFrom(c)}`}>
              {c.title}
            </th>
          ))}
        </tr>
      </thead>
    </>
  );
});

function shownFrom({ from }: Column): string {
  return from ? hidden[from] : "";
}

type LineProps = { row: Row; index: number; open: boolean; toggle: (key: string) => void };

const Line = memo(function Line({ row, index, open, toggle }: LineProps) {
  const look = "border-b border-kumo-hairline last:border-0";
  if (!row.query) {
    return (
      <tr aria-rowindex={index + 2} className={look}>
        <td />
        <td colSpan={width - 1} style={{ height }} className="px-3">
          <Gap missed={row.missed} />
        </td>
      </tr>
    );
  }
  const { query } = row;
  return (
    <>
      <tr aria-rowindex={index + 2} className={look}>
        <td style={{ height }} className="pl-2">
          <More query={query} open={open} toggle={() => toggle(row.key)} />
        </td>
        {columns.map((c) => (
          <td key={c.title} className={`truncate px-3 ${shownFrom(c)}`}>
            {c.cell(query)}
          </td>
        ))}
      </tr>
      {open && (
        <tr>
          <td colSpan={width} className="border-b border-kumo-hairline bg-kumo-elevated p-0">
            <Details query={query} />
          </td>
        </tr>
      )}
    </>
  );
});
