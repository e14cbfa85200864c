// @ts-expect-error The package has no types.
import asciichart from "asciichart";
import { extentOf } from "../values.ts";
import { short } from "./field.ts";

/** The part of the package that is used. */
const { plot } = asciichart as { readonly plot: (series: readonly number[], settings: PlotSettings) => string };

interface PlotSettings {
  readonly height: number;
  readonly min: number;
  readonly max: number;
  readonly format: (value: number) => string;
}

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface CurveOptions {
  readonly xLabel: string;
  /** Whether equal ratios are equally high. */
  readonly logarithmic: boolean;
}

const width = 80;
const labelWidth = 8;

/** Curves below each other, over a common horizontal axis and between the same heights, in lines of at most 80 characters. */
export function curveLines(curves: readonly Curve[], { xLabel, logarithmic }: CurveOptions): readonly string[] {
  const [from, to] = rangeOf(curves);
  const columns = width - labelWidth - 3;
  const scaled = curves.map(({ points }) => resample(logarithmic ? points.map(([x, y]) => [x, Math.log10(y)] as const) : points, from, to, columns));
  const label = (value: number): string => {
    const text = short(logarithmic ? 10 ** value : value);
    return (text.length <= labelWidth ? text : Number(text).toExponential(1)).padStart(labelWidth);
  };
  const [min, max] = extentOf(scaled.flat());
  const several = curves.length > 1;
  const lines = scaled.flatMap((heights, curve) => {
    // A curve that never changes has no height to divide by.
    const drawing = plot(heights, { height: several ? 7 : 14, min, max: max > min ? max : min + 1, format: label }).split("\n");
    return [...(several ? ["", curves[curve].name] : []), ...drawing.map((line) => line.trimEnd())];
  });
  return [...lines, axisLine(short(from), xLabel, short(to), columns)];
}

function rangeOf(curves: readonly Curve[]): readonly [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const { points } of curves) for (const [x] of points) [from, to] = [Math.min(from, x), Math.max(to, x)];
  return [from, to];
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
