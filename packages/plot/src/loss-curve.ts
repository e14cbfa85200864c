import { Tensor } from "@ndgrad/core";
import { checkOptions, isNumberArray, listOf, number, text, type OptionNames } from "@ndgrad/core/internal";
import { PlotError } from "./errors.ts";
import { figure, type Figure } from "./figure.ts";
import { axisTitle, heading } from "./heading.ts";
import { schema, type Json } from "./spec.ts";
import { curveLines, type Curve } from "./terminal/curve.ts";
import { short } from "./terminal/field.ts";
import { inLines } from "./terminal/page.ts";
import { textWidth } from "./text-width.ts";
import { classColours, config, lineDashes } from "./theme.ts";
import { thinned } from "./thinned.ts";
import { extentOf, isPlace, vectorOf, type Numbers } from "./values.ts";

export interface LossCurveOptions {
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** Where on the horizontal axis each value stands, in rising order; 1, 2, 3, … unless given. */
  readonly x?: Numbers | undefined;
  /** "epoch" unless given. */
  readonly xLabel?: string | undefined;
  /** What is measured, with its unit if it has one; "loss" unless given. */
  readonly yLabel?: string | undefined;
  /** "log" shows a fall over several powers of ten; "linear" unless given. */
  readonly yScale?: "linear" | "log" | undefined;
  /** How numbers read at the vertical axis, in d3's notation: "%" for shares; Vega's own choice unless given. */
  readonly yFormat?: string | undefined;
  /** The ends of the vertical axis; from the data and 0 unless given. */
  readonly yDomain?: readonly [number, number] | undefined;
}

const optionNames: OptionNames<LossCurveOptions> = {
  title: text, subtitle: text, x: true, xLabel: text, yLabel: text, yScale: true, yFormat: text, yDomain: listOf(number, "two numbers"),
};

/** More points than a picture has pixels only make the file large. */
const mostPoints = 1200;

const [width, height] = [520, 300];

/**
 * One or several scores over time: a list, or lists by name, which need not be equally long. Values that are no finite
 * numbers leave a gap, and the subtitle says how many there were. Curves of more than 1,200 points are thinned; each
 * stretch keeps its least and its largest value, so that no spike is lost.
 *
 * @throws PlotError for lists without values, lists that do not fit `x`, places that are not in order, or a logarithmic
 * axis without a value above 0.
 * @example
 * const curve = lossCurve({ training: [2.3, 0.9, 0.4], validation: [2.2, 1.0, 0.6] }, { yLabel: "cross-entropy (nats)" });
 * console.log(curve.toString());
 * await curve.save("pictures/loss.svg");
 */
export function lossCurve(losses: Numbers | Readonly<Record<string, Numbers>>, options: LossCurveOptions = {}): Figure {
  checkOptions("lossCurve", options, optionNames, PlotError);
  const { xLabel = "epoch", yLabel = "loss", yScale = "linear", yFormat, yDomain, title = capitalised(yLabel), subtitle } = options;
  if (typeof losses !== "object" || losses === null) throw new PlotError(`lossCurve: ${String(losses)} is no list; give numbers, or lists by name`);
  checkAxes(yScale, yDomain, yFormat);
  const named: readonly (readonly [string, Numbers])[] = isNumbers(losses) ? [[yLabel, losses]] : Object.entries(losses);
  if (named.length === 0) throw new PlotError("lossCurve: there is no list; give numbers, or lists by name");
  const xs = options.x === undefined ? undefined : vectorOf("lossCurve", "x", options.x);
  const odd = xs?.findIndex((x, i) => !isPlace(x) || x < xs[i - 1]) ?? -1;
  if (xs !== undefined && odd !== -1) throw new PlotError(`lossCurve: x has ${xs[odd]} at ${odd}${odd > 0 ? ` after ${xs[odd - 1]}` : ""}; give finite places in rising order, none beyond 1e300`);
  let left = 0;
  let large = false;
  const curves = named.map(([name, numbers]): Curve => {
    const ys = vectorOf("lossCurve", `"${name}"`, numbers);
    if (xs !== undefined && xs.length !== ys.length) throw new PlotError(`lossCurve: "${name}" has ${ys.length} values and x ${xs.length}; give as many`);
    const drawable = (y: number): boolean => isPlace(y) && (yScale === "linear" || y > 0);
    left += ys.filter((y) => !drawable(y)).length;
    large ||= ys.some((y) => Number.isFinite(y) && !isPlace(y));
    return { name, points: ys.map((y, i) => [xs?.[i] ?? i + 1, drawable(y) ? y : NaN] as const) };
  });
  const drawn = curves.map(({ name, points }): Curve => {
    const finite = points.filter(([, y]) => Number.isFinite(y));
    if (points.length === 0) throw new PlotError(`lossCurve: "${name}" is empty; give at least one value`);
    if (finite.length === 0) throw new PlotError(`lossCurve: "${name}" has no value that can be drawn${yScale === "log" ? " on a logarithmic axis, which shows numbers above 0" : ""}`);
    return { name, points: finite };
  });
  const several = curves.length > 1;
  const remark = left === 0 ? undefined : `${left} ${left === 1 ? "value is" : "values are"} left out: ${yScale === "log" ? "not above 0, or " : ""}not finite${large ? ", or beyond 1e300" : ""}`;
  const subtitles = [subtitle, remark].filter((line) => line !== undefined);
  const names = curves.map(({ name }) => name);
  // Names stand above the curves if they fit there, else beside them.
  const above = names.reduce((sum, name) => sum + textWidth(name, 12) + 44, 0) <= width;
  const legend = { orient: above ? "top" : "right", symbolStrokeWidth: 2, symbolSize: 400, symbolType: "stroke", labelLimit: 260 };
  // Vega has no way to choose ticks on an axis of one place.
  const places = new Set(curves.flatMap(({ points }) => points.map(([x]) => x)));
  const single = curves.every(({ points }) => points.length <= 40);
  const spec = {
    $schema: schema,
    title: heading(title, subtitles, width + 40),
    description: drawn.map((curve) => described(curve, xLabel)).join(" "),
    width, height,
    data: { values: curves.flatMap(({ name, points }) => thinned(points, mostPoints).map(([x, y]): Json => ({ x, y: Number.isFinite(y) ? y : null, curve: name }))) },
    // A short curve shows where it was measured.
    mark: { type: "line", strokeWidth: 2, ...(single && { point: { size: 36 } }), invalid: "break-paths-show-path-domains" },
    encoding: {
      x: { field: "x", type: "quantitative", title: axisTitle(xLabel, width), axis: { grid: false, tickMinStep: 1, tickCount: 5, labelFlush: false, ...(places.size === 1 && { values: [...places], format: ",~f" }) }, scale: { zero: false, nice: false } },
      y: {
        field: "y", type: "quantitative", title: axisTitle(yLabel, height),
        scale: { type: yScale, ...(yDomain !== undefined && { domain: yDomain }) },
        axis: { tickCount: 6, ...(yFormat !== undefined ? { format: yFormat } : yScale === "log" && { labelExpr: powers }) },
      },
      color: {
        field: "curve", type: "nominal", title: null, scale: { domain: names, range: names.map((_, i) => classColours[i % classColours.length]) },
        legend: several ? legend : null,
      },
      ...(several && { strokeDash: { field: "curve", type: "nominal", title: null, legend, scale: { domain: names, range: names.map((_, i) => lineDashes[i % lineDashes.length]) } } }),
    },
    config,
  };
  return figure(spec, (columns) => [...inLines([title, ...subtitles], columns), ...curveLines(drawn, { xLabel, logarithmic: yScale === "log", width: columns })]);
}

/** Ticks of a logarithmic axis: zeros cannot be counted at a glance. */
const powers = "datum.value >= 0.001 && datum.value < 100000 ? format(datum.value, ',~f') : format(datum.value, '~e')";

/** A number in d3's notation. */
const numberFormat = /^(.?[<>=^])?[-+( ]?[$#]?0?\d*,?(\.\d+)?~?[%a-zA-Z]?$/;

function checkAxes(yScale: string, yDomain: readonly number[] | undefined, yFormat: string | undefined): void {
  if (yScale !== "linear" && yScale !== "log") throw new PlotError(`lossCurve: yScale "${yScale}"; give "linear" or "log"`);
  if (yDomain !== undefined && !(yDomain.length === 2 && yDomain.every(isPlace) && yDomain[0] < yDomain[1] && (yScale === "linear" || yDomain[0] > 0))) {
    throw new PlotError(`lossCurve: yDomain [${yDomain.join(", ")}]; give two finite numbers, the lower end first${yScale === "log" ? ", above 0 on a logarithmic axis" : ""}`);
  }
  if (yFormat !== undefined && !numberFormat.test(yFormat)) throw new PlotError(`lossCurve: yFormat "${yFormat}" is no format of d3's; give ".2f" or ".0%", for instance`);
}

/** A curve in a sentence, for those who cannot see it. */
function described({ name, points }: Curve, xLabel: string): string {
  const [[from, first], [to, last]] = [points[0], points[points.length - 1]];
  const [least, most] = extentOf(points.map(([, y]) => y));
  return `${name}: ${short(first)} at ${xLabel} ${short(from)}, ${short(last)} at ${xLabel} ${short(to)}, between ${short(least)} and ${short(most)}.`;
}

const isNumbers = (value: Numbers | Readonly<Record<string, Numbers>>): value is Numbers => Array.isArray(value) || isNumberArray(value) || value instanceof Tensor;
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
