import { extentOf } from "../values.ts";
import { short } from "./field.ts";

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface CurveOptions {
  readonly xLabel: string;
  /** Whether equal ratios are equally high. */
  readonly logarithmic: boolean;
  /** Characters in a line. */
  readonly width: number;
}

const labelWidth = 8;

/** Curves below each other, over a common horizontal axis and between the same heights. */
export function curveLines(curves: readonly Curve[], { xLabel, logarithmic, width }: CurveOptions): readonly string[] {
  const [from, to] = extentOf(curves.flatMap(({ points }) => points.map(([x]) => x)));
  const columns = width - labelWidth - 2;
  const scaled = curves.map(({ points }) => resample(logarithmic ? points.map(([x, y]) => [x, Math.log10(y)] as const) : points, from, to, columns));
  const ends = extentOf(scaled.flat());
  const several = curves.length > 1;
  // A curve that never changes has one height.
  const rows = ends[0] === ends[1] ? 1 : several ? 7 : 15;
  const lines = scaled.flatMap((heights, curve) => {
    const begin = rowOf(heights[0], rows, ends);
    const drawing = drawn(heights, rows, ends).map((line, row) => {
      // A number at every other row says enough.
      const label = row % 2 === 0 ? heightLabel(ends[1] - (row / Math.max(1, rows - 1)) * (ends[1] - ends[0]), logarithmic) : "";
      return `${label.padStart(labelWidth)} ${row === begin ? "┼" : row % 2 === 0 ? "┤" : "│"}${line}`.trimEnd();
    });
    return [...(several ? ["", curves[curve].name.slice(0, width)] : []), ...drawing];
  });
  return [...lines, axisLine(short(from), xLabel, short(to), columns)];
}

function heightLabel(height: number, logarithmic: boolean): string {
  const text = short(logarithmic ? 10 ** height : height);
  return text.length <= labelWidth ? text : Number(text).toExponential(1);
}

/** Both ends of the axis, with its name between them. */
function axisLine(left: string, name: string, right: string, columns: number): string {
  const room = Math.max(0, columns - left.length - right.length);
  const shown = name.slice(0, Math.max(0, room - 2));
  const before = Math.floor((room - shown.length) / 2);
  return `${" ".repeat(labelWidth + 2)}${left}${" ".repeat(before)}${shown}${" ".repeat(room - before - shown.length)}${right}`;
}

/** The curve's height at evenly spaced places, on straight lines between its points; NaN outside of them. */
function resample(points: readonly (readonly [number, number])[], from: number, to: number, columns: number): readonly number[] {
  let at = 0;
  return Array.from({ length: columns }, (_, column) => {
    const x = from + (column / (columns - 1)) * (to - from);
    while (at < points.length - 2 && points[at + 1][0] < x) at++;
    const [x0, y0] = points[at];
    const [x1, y1] = points[at + 1] ?? points[at];
    if (x < points[0][0] || x > points[points.length - 1][0]) return NaN;
    return x1 === x0 ? y0 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  });
}

const rowOf = (height: number, rows: number, [least, most]: readonly [number, number]): number =>
  rows === 1 ? 0 : Math.round(((most - height) / (most - least)) * (rows - 1));

/** Rows of characters: where the curve stays, rises and falls from each column to the next, and nothing where it is NaN. */
function drawn(heights: readonly number[], rows: number, ends: readonly [number, number]): readonly string[] {
  const cells = Array.from({ length: rows }, () => heights.map(() => " "));
  heights.forEach((height, column) => {
    if (Number.isNaN(height)) return;
    const next = heights[column + 1] ?? NaN;
    const row = rowOf(height, rows, ends);
    const to = Number.isNaN(next) ? row : rowOf(next, rows, ends);
    cells[row][column] = to === row ? "─" : to > row ? "╮" : "╯";
    if (to !== row) cells[to][column] = to > row ? "╰" : "╭";
    for (let between = Math.min(row, to) + 1; between < Math.max(row, to); between++) cells[between][column] = "│";
  });
  return cells.map((line) => line.join(""));
}
