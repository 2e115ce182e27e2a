// The geometry of small charts. They are drawn in a box of 100 by 100, which is stretched.

/** round keeps paths short. */
function round(n: number): number {
  return Math.round(n * 100) / 100;
}

/** top returns the value that the upper edge stands for. */
export function top(values: number[], least = 0): number {
  return Math.max(least, ...values) || 1;
}

/** line returns the path of a line through values, undefined ones left out of it. */
export function line(values: (number | undefined)[], most: number): string {
  let path = "";
  let on = false;
  const step = 100 / Math.max(1, values.length - 1);
  values.forEach((value, i) => {
    if (value === undefined) return void (on = false);
    path += `${on ? "L" : "M"}${round(i * step)} ${round(100 - (value / most) * 100)}`;
    // One value alone would be a point, which nobody sees.
    if (!on && values[i + 1] === undefined) path += `h${round(Math.max(1, step * 0.8))}`;
    on = true;
  });
  return path;
}

/** area returns the path of what is below a line. */
export function area(values: number[], most: number): string {
  return values.length ? `${line(values, most)}V100H0Z` : "";
}

/** Bar is a rectangle of a stacked bar. */
export type Bar = { x: number; y: number; width: number; height: number };

/** stacked returns the rectangles of rows of values that stand on one another, a list a row. */
export function stacked(rows: number[][], most: number): Bar[][] {
  const steps = rows[0]?.length ?? 0;
  const width = 100 / Math.max(1, steps);
  const height = new Array<number>(steps).fill(0);
  return rows.map((row) =>
    row.flatMap((value, i) => {
      if (!value) return [];
      const tall = (value / most) * 100;
      height[i] = (height[i] ?? 0) + tall;
      return [{ x: round(i * width + width * 0.1), y: round(100 - (height[i] ?? 0)), width: round(width * 0.8), height: round(tall) }];
    }),
  );
}

/** condensed returns no more than a number of sums, each of as many values, the last ones of what is left. */
export function condensed(values: number[], most: number): number[] {
  const each = Math.max(1, Math.ceil(values.length / most));
  const out: number[] = [];
  for (let i = 0; i < values.length; i += each) out.push(values.slice(i, i + each).reduce((a, b) => a + b, 0));
  return out;
}
