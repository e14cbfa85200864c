import { Tensor } from "@ndgrad/core";
import { PlotError } from "./errors.ts";
import { figure, type Figure } from "./figure.ts";
import { schema, type Json } from "./spec.ts";
import { curveLines, type Curve } from "./terminal/curve.ts";
import { classColours, config, lineDashes } from "./theme.ts";
import { thinned } from "./thinned.ts";
import { vectorOf, type Numbers } from "./values.ts";

export interface LossCurveOptions {
  readonly title?: string;
  readonly subtitle?: string;
  /** Where on the horizontal axis each value stands; 1, 2, 3, … unless given. */
  readonly x?: Numbers;
  /** "epoch" unless given. */
  readonly xLabel?: string;
  /** What is measured, with its unit if it has one; "loss" unless given. */
  readonly yLabel?: string;
  /** "log" shows a fall over several powers of ten; "linear" unless given. */
  readonly yScale?: "linear" | "log";
  /** How numbers read at the vertical axis, in d3's notation: "%" for shares; Vega's own choice unless given. */
  readonly yFormat?: string;
  /** The ends of the vertical axis; from the data and 0 unless given. */
  readonly yDomain?: readonly [number, number];
}

/** More points than a picture has pixels only make the file large. */
const mostPoints = 1200;

/**
 * One or several scores over time: a list, or lists by name (a history's, for instance). Values that are no finite
 * numbers leave a gap, and the subtitle says how many there were. Curves of more than 1,200 points are thinned; each
 * stretch keeps its least and its largest value, so that no spike is lost.
 *
 * @throws PlotError for lists without values, lists that do not fit `x`, or a logarithmic axis without a value above 0.
 * @example
 * const curve = lossCurve({ training: [2.3, 0.9, 0.4], validation: [2.2, 1.0, 0.6] }, { yLabel: "cross-entropy (nats)" });
 * console.log(curve.toString());
 * await curve.save("pictures/loss.svg");
 */
export function lossCurve(losses: Numbers | Readonly<Record<string, Numbers>>, options: LossCurveOptions = {}): Figure {
  const { xLabel = "epoch", yLabel = "loss", yScale = "linear", yFormat, yDomain, title = capitalised(yLabel), subtitle } = options;
  const named: readonly (readonly [string, Numbers])[] = isNumbers(losses) ? [[yLabel, losses]] : Object.entries(losses);
  if (named.length === 0) throw new PlotError("lossCurve: there is no list; give numbers, or lists by name");
  const xs = options.x === undefined ? undefined : vectorOf("lossCurve", "x", options.x);
  let left = 0;
  const curves = named.map(([name, numbers]): Curve => {
    const ys = vectorOf("lossCurve", `"${name}"`, numbers);
    if (xs !== undefined && xs.length !== ys.length) throw new PlotError(`lossCurve: "${name}" has ${ys.length} values and x ${xs.length}; give as many`);
    const drawable = (y: number): boolean => Number.isFinite(y) && (yScale === "linear" || y > 0);
    left += ys.filter((y) => !drawable(y)).length;
    return { name, points: ys.map((y, i) => [xs?.[i] ?? i + 1, drawable(y) ? y : NaN] as const) };
  });
  const drawn = curves.map(({ name, points }): Curve => {
    const finite = points.filter(([, y]) => Number.isFinite(y));
    if (finite.length === 0) throw new PlotError(`lossCurve: "${name}" has no value that can be drawn${yScale === "log" ? " on a logarithmic axis, which shows numbers above 0" : ""}`);
    return { name, points: finite };
  });
  const several = curves.length > 1;
  const remark = left === 0 ? undefined : `${left} ${left === 1 ? "value is" : "values are"} left out: ${yScale === "log" ? "not above 0, or " : ""}not finite`;
  const subtitles = [subtitle, remark].filter((line) => line !== undefined);
  const legend = { orient: "top", symbolStrokeWidth: 2, symbolSize: 400, symbolType: "stroke" };
  const names = curves.map(({ name }) => name);
  // Vega has no way to choose ticks on an axis of one place.
  const places = new Set(curves.flatMap(({ points }) => points.map(([x]) => x)));
  const single = curves.every(({ points }) => points.length <= 40);
  const spec = {
    $schema: schema,
    title: { text: title, ...(subtitles.length > 0 && { subtitle: subtitles }) },
    width: 520, height: 300,
    data: { values: curves.flatMap(({ name, points }) => thinned(points, mostPoints).map(([x, y]): Json => ({ x, y: Number.isFinite(y) ? y : null, curve: name }))) },
    // A short curve shows where it was measured.
    mark: { type: "line", strokeWidth: 2, ...(single && { point: { size: 36 } }), invalid: "break-paths-show-path-domains" },
    encoding: {
      x: { field: "x", type: "quantitative", title: xLabel, axis: { grid: false, tickMinStep: 1, tickCount: 8, labelFlush: false, ...(places.size === 1 && { values: [...places], format: ",~f" }) }, scale: { zero: false, nice: false } },
      y: {
        field: "y", type: "quantitative", title: yLabel,
        scale: { type: yScale, ...(yDomain !== undefined && { domain: yDomain }) }, axis: { tickCount: 6, ...(yFormat !== undefined && { format: yFormat }) },
      },
      color: {
        field: "curve", type: "nominal", title: null, scale: { domain: names, range: names.map((_, i) => classColours[i % classColours.length]) },
        legend: several ? legend : null,
      },
      ...(several && { strokeDash: { field: "curve", type: "nominal", title: null, legend, scale: { domain: names, range: names.map((_, i) => lineDashes[i % lineDashes.length]) } } }),
    },
    config,
  };
  return figure(spec, () => [title, ...subtitles, ...curveLines(drawn, { xLabel, logarithmic: yScale === "log" })].join("\n"));
}

const isNumbers = (value: Numbers | Readonly<Record<string, Numbers>>): value is Numbers => Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Tensor;
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
