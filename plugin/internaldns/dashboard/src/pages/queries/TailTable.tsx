import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef, useState } from "react";

import { useFitting } from "../../parts/useFitting";
import { columns, Gap, More, type Column } from "./columns";
import { Details } from "./Details";
import type { Row, Tail } from "./tail";
import { useTold } from "./useTail";

const height = 36; // of a row, in pixels
const pad = "px-2";

type Props = { tail: Tail; open: string | undefined; toggle: (key: string) => void };

/**
 * TailTable is the table of the tail. It looks like DataTable, but draws thousands of rows
 * a second: its rows are plain elements, all of one height, which are kept while what is
 * in them moves on.
 */
export function TailTable({ tail, open, toggle }: Props) {
  useTold(tail);
  const wide = useFitting(columns);
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
      <table className="w-full table-fixed text-left text-[0.8125rem]" aria-label="Queries" aria-rowcount={tail.count + 1}>
        <Heads columns={wide} />
        <tbody>
          <Space height={before} />
          {shown.map(({ index }) => {
            const row = tail.row(index);
            return row && <Line key={index} row={row} index={index} columns={wide} open={row.key === open} toggle={toggle} />;
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
      <td style={{ height }} className="p-0" />
    </tr>
  );
}

const Heads = memo(function Heads({ columns }: { columns: Column[] }) {
  return (
    <>
      <colgroup>
        <col className="w-10" />
        {columns.map((c) => (
          <col key={c.title} className={c.width} />
        ))}
      </colgroup>
      <thead>
        <tr className="border-b border-kumo-hairline bg-kumo-elevated">
          <th scope="col">
            <span className="sr-only">All fields</span>
          </th>
          {columns.map((c) => (
            <th key={c.title} scope="col" className={`truncate py-2 font-semibold ${pad}`}>
              {c.title}
            </th>
          ))}
        </tr>
      </thead>
    </>
  );
});

type LineProps = { row: Row; index: number; columns: Column[]; open: boolean; toggle: (key: string) => void };

const Line = memo(function Line({ row, index, columns, open, toggle }: LineProps) {
  const look = "border-b border-kumo-hairline last:border-0";
  if (!row.query) {
    return (
      <tr aria-rowindex={index + 2} className={look}>
        <td />
        <td colSpan={columns.length} style={{ height }} className={pad}>
          <Gap missed={row.missed} />
        </td>
      </tr>
    );
  }
  const { query } = row;
  return (
    <>
      <tr aria-rowindex={index + 2} className={look}>
        <td style={{ height }} className="pl-1.5">
          <More query={query} open={open} toggle={() => toggle(row.key)} />
        </td>
        {columns.map((c) => (
          <td key={c.title} className={`truncate ${pad}`}>
            {c.cell(query)}
          </td>
        ))}
      </tr>
      {open && (
        <tr>
          <td colSpan={columns.length + 1} className="border-b border-kumo-hairline bg-kumo-elevated p-0">
            <Details query={query} />
          </td>
        </tr>
      )}
    </>
  );
});
