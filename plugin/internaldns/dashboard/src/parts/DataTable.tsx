import { Checkbox, Table } from "@cloudflare/kumo";
import { CaretDownIcon, CaretUpIcon } from "@phosphor-icons/react";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type ReactNode } from "react";

import { useFitting, type From } from "./useFitting";

/** Column is one column of a table of T. */
export type Column<T> = {
  key: string;
  title: string;
  untitled?: boolean; // the title is for screen readers only
  width?: string; // a class such as w-32; those without share what is left
  from?: From; // the width of window from which on it is shown
  sort?: boolean; // whether the rows can be sorted by it
  cell: (row: T) => ReactNode;
};

export type Order = { by: string; down: boolean };

type Props<T> = {
  label: string; // what the table holds, for screen readers
  columns: Column<T>[];
  count: number;
  row: (i: number) => T | undefined; // undefined while it is on its way
  id: (row: T) => string;
  need?: (first: number, last: number) => void; // told which rows are looked at
  order?: Order;
  onOrder?: (order: Order) => void;
  selection?: { has: (id: string) => boolean; set: (id: string, on: boolean) => void; all: boolean | "some"; setAll: (on: boolean) => void };
  below?: (row: T) => ReactNode; // what is open below a row, such as a form to edit it
  height?: number; // of a row, in pixels
};

const hidden = { sm: "hidden sm:table-cell", md: "hidden md:table-cell", lg: "hidden lg:table-cell" };
const hiddenCol = { sm: "hidden sm:table-column", md: "hidden md:table-column", lg: "hidden lg:table-column" };

/**
 * DataTable shows rows of which the browser holds only those that are looked at: a table of
 * 100,000 is scrolled like one of ten.
 */
export function DataTable<T>(props: Props<T>) {
  const { columns, count, row, id, need, selection, height = 44 } = props;
  const top = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    const measure = () => setOffset((top.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, []);
  const rows = useWindowVirtualizer({ count, estimateSize: () => height, overscan: 12, scrollMargin: offset });
  // A row that turns out some pixels higher than it was thought must not take whoever
  // scrolls on back to where they were.
  rows.shouldAdjustScrollPositionOnItemSizeChange = () => false;
  const shown = rows.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => need?.(first, last), [need, first, last]);
  const before = (shown[0]?.start ?? offset) - offset;
  const after = rows.getTotalSize() - ((shown.at(-1)?.end ?? offset) - offset);
  const width = useFitting(columns).length + (selection ? 1 : 0);

  return (
    // The rows that are not there are padding: both sides of it change at once, while of two
    // gaps in the table one would follow a frame later, and the page be cut off meanwhile. The
    // browser must not hold to what it saw there either.
    <div ref={top} style={{ paddingTop: before, paddingBottom: after }} className="overflow-clip rounded-lg [overflow-anchor:none] bg-kumo-base ring ring-kumo-hairline">
      <Table layout="fixed" aria-label={props.label} aria-rowcount={count + 1}>
        <colgroup>
          {selection && <col className="w-11" />}
          {columns.map((c) => (
            <col key={c.key} className={`${c.width ?? ""} ${c.from ? hiddenCol[c.from] : ""}`} />
          ))}
        </colgroup>
        <Heads {...props} />
        <Table.Body>
          {shown.map((item) => {
            const data = row(item.index);
            return (
              <Rows key={data ? id(data) : item.index} {...props} data={data} index={item.index} measure={rows.measureElement} width={width} height={height} />
            );
          })}
        </Table.Body>
      </Table>
    </div>
  );
}

function Heads<T>({ columns, selection, order, onOrder }: Props<T>) {
  return (
    <Table.Header variant="compact" sticky className="top-14 lg:top-0">
      <Table.Row>
        {selection && (
          <Table.Head>
            <Checkbox
              aria-label="Select all rows that are loaded"
              checked={selection.all === true}
              indeterminate={selection.all === "some"}
              onCheckedChange={selection.setAll}
            />
          </Table.Head>
        )}
        {columns.map((c) => {
          const sorted = order?.by === c.key;
          return (
            <Table.Head
              key={c.key}
              className={c.from ? hidden[c.from] : ""}
              aria-sort={sorted ? (order.down ? "descending" : "ascending") : undefined}
            >
              {c.sort && onOrder ? (
                <button
                  type="button"
                  className="inline-flex items-center gap-1 rounded outline-none hover:underline focus-visible:ring-2 focus-visible:ring-kumo-brand"
                  onClick={() => onOrder({ by: c.key, down: sorted && !order.down })}
                >
                  {c.title}
                  {sorted && (order.down ? <CaretDownIcon aria-hidden /> : <CaretUpIcon aria-hidden />)}
                </button>
              ) : (
                <span className={c.untitled ? "sr-only" : ""}>{c.title}</span>
              )}
            </Table.Head>
          );
        })}
      </Table.Row>
    </Table.Header>
  );
}

type RowProps<T> = Props<T> & { data: T | undefined; index: number; measure: (element: Element | null) => void; width: number };

/** Rows is a row, and what is open below it. */
function Rows<T>({ columns, selection, data, index, id, below, measure, width, height = 44 }: RowProps<T>) {
  if (data === undefined) {
    return (
      <Table.Row aria-rowindex={index + 2} aria-busy data-index={index} ref={measure}>
        <Table.Cell colSpan={width} style={{ height }}>
          <div className="h-4 w-1/2 animate-pulse rounded bg-kumo-tint" />
        </Table.Cell>
      </Table.Row>
    );
  }
  const key = id(data);
  const open = below?.(data);
  return (
    <>
      <Table.Row
        aria-rowindex={index + 2}
        data-index={index}
        ref={open ? undefined : measure}
        variant={selection?.has(key) ? "selected" : "default"}
        className="border-b border-kumo-hairline last:border-0 even:bg-transparent"
      >
        {selection && (
          <Table.Cell style={{ height }} className="py-0!">
            <Checkbox aria-label={`Select row ${index + 1}`} checked={selection.has(key)} onCheckedChange={(on) => selection.set(key, on)} />
          </Table.Cell>
        )}
        {columns.map((c) => (
          <Table.Cell key={c.key} style={{ height }} className={`py-0! ${c.from ? hidden[c.from] : ""}`}>
            <div className="min-w-0 truncate py-1">{c.cell(data)}</div>
          </Table.Cell>
        ))}
      </Table.Row>
      {open && (
        <tr>
          <td colSpan={width} className="border-b border-kumo-hairline bg-kumo-elevated p-0">
            {open}
          </td>
        </tr>
      )}
    </>
  );
}
