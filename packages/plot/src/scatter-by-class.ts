import { checkOptions, listOf, text, type OptionNames } from "@ndgrad/core/internal";
import { PlotError } from "./errors.ts";
import { figure, type Figure } from "./figure.ts";
import { axisTitle, heading } from "./heading.ts";
import { schema, type Json } from "./spec.ts";
import { classMarks, fieldLines } from "./terminal/field.ts";
import { inLines, legendLines } from "./terminal/page.ts";
import { classColours, classShapes, config } from "./theme.ts";
import { extentOf, isPlace, matrixOf, vectorOf, widened, type Numbers, type Rows } from "./values.ts";

export interface ScatterOptions {
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** "x1" and "x2" unless given; say units here. */
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  /** What the classes are called, by number, each differently; the numbers unless given. */
  readonly names?: readonly string[] | undefined;
}

export const scatterOptions: OptionNames<ScatterOptions> = { title: text, subtitle: text, xLabel: text, yLabel: text, names: listOf(text, "strings") };

/** How wide and high the plane is drawn. */
export const side = 400;

/**
 * Points in the plane, each class in a colour and a shape of its own.
 *
 * @param points [n, 2]
 * @param classes [n] whole numbers
 * @throws PlotError for other shapes, no points, classes that are no whole numbers from 0 up, or classes without a name of
 * their own.
 * @example
 * await scatterByClass([[0, 0], [1, 1], [0, 1]], [0, 0, 1], { title: "Three points" }).save("pictures/points.svg");
 */
export function scatterByClass(points: Rows, classes: Numbers, options: ScatterOptions = {}): Figure {
  checkOptions("scatterByClass", options, scatterOptions, PlotError);
  const { title = "Data", subtitle } = options;
  const scatter = classedPoints("scatterByClass", points, classes, options.names);
  const [xDomain, yDomain] = scatter.domains;
  const spec = {
    $schema: schema,
    title: heading(title, [subtitle], side + 120),
    description: described(scatter),
    width: side, height: side,
    ...pointLayer(scatter, options),
    config,
  };
  return figure(spec, (columns) => [...inLines([title, subtitle], columns), ...fieldLines(marksOf(scatter), xDomain, yDomain, columns), ...legendLines(legendEntries(scatter), columns)]);
}

/** Points with their classes, checked. */
export interface ClassedPoints {
  readonly points: readonly (readonly number[])[];
  readonly classes: readonly number[];
  /** The classes there are, in order, and what they are called. */
  readonly present: readonly number[];
  readonly nameOf: (label: number) => string;
  /** Where the points lie, with some room, horizontally and vertically. */
  readonly domains: readonly [readonly [number, number], readonly [number, number]];
}

export function classedPoints(caller: string, given: Rows, labels: Numbers, names: readonly string[] | undefined): ClassedPoints {
  const points = matrixOf(caller, "points", given, 2);
  const classes = vectorOf(caller, "classes", labels);
  if (points.length === 0) throw new PlotError(`${caller}: there are no points`);
  if (points.length !== classes.length) throw new PlotError(`${caller}: there are ${points.length} points and ${classes.length} classes; give a class for each point`);
  const odd = classes.find((label) => !Number.isInteger(label) || label < 0);
  if (odd !== undefined) throw new PlotError(`${caller}: ${odd} is no class; classes are whole numbers from 0 up`);
  const lost = points.findIndex((point) => !point.every(isPlace));
  if (lost !== -1) throw new PlotError(`${caller}: point ${lost} is (${points[lost].join(", ")}); coordinates must be finite, and up to 1e300`);
  const present = [...new Set(classes)].sort((a, b) => a - b);
  if (names !== undefined) checkNames(caller, names, present);
  return {
    points, classes, present,
    nameOf: (label) => names?.[label] ?? String(label),
    domains: [widened(extentOf(points.map(([x]) => x)), 0.06), widened(extentOf(points.map(([, y]) => y)), 0.06)],
  };
}

function checkNames(caller: string, names: readonly string[], present: readonly number[]): void {
  const byName = new Map<string, number>();
  for (const label of present) {
    const name = names[label];
    if (name === undefined) throw new PlotError(`${caller}: names has ${names.length} ${names.length === 1 ? "entry" : "entries"}, and class ${label} has none; give names for classes 0 to ${present.at(-1)}`);
    const other = byName.get(name);
    if (other !== undefined) throw new PlotError(`${caller}: classes ${other} and ${label} are both called "${name}"; give each a name of its own`);
    byName.set(name, label);
  }
}

/** The points in a sentence, for those who cannot see them. */
export function described({ points, classes, present, nameOf }: ClassedPoints): string {
  const count = (label: number): number => classes.filter((each) => each === label).length;
  const counts = present.slice(0, 10).map((label) => `${count(label)} of class ${nameOf(label)}`);
  return `${points.length} points: ${counts.join(", ")}${present.length > 10 ? `, and ${present.length - 10} classes more` : ""}.`;
}

/** The part of a spec that draws the points. */
export function pointLayer({ points, classes, present, nameOf, domains }: ClassedPoints, { xLabel = "x1", yLabel = "x2" }: ScatterOptions, over = false): Readonly<Record<string, Json>> {
  const names = present.map(nameOf);
  // Many points in one place show as a darker place.
  const crowd = points.length > 400;
  const axis = (title: string, domain: readonly [number, number], grid: boolean): Json => ({ type: "quantitative", title: axisTitle(title, side), scale: { domain, nice: false, zero: false }, axis: { grid, tickCount: 6 } });
  return {
    data: { values: points.map(([x, y], i): Json => ({ x: x, y: y, class: nameOf(classes[i]) })) },
    mark: { type: "point", filled: true, size: crowd ? 34 : 60, opacity: over ? 1 : crowd ? 0.75 : 0.9, stroke: "#ffffff", strokeWidth: over ? 0.8 : 0.5 },
    encoding: {
      x: { field: "x", ...(axis(xLabel, domains[0], !over) as object) },
      y: { field: "y", ...(axis(yLabel, domains[1], !over) as object) },
      color: {
        field: "class", type: "nominal", scale: { domain: names, range: present.map((label) => classColours[label % classColours.length]) },
        legend: { title: "class", symbolSize: 90, symbolOpacity: 1, labelLimit: 260, symbolLimit: 20 },
      },
      shape: { field: "class", type: "nominal", scale: { domain: names, range: present.map((label) => classShapes[label % classShapes.length]) }, legend: { title: "class" } },
    },
  };
}

export const marksOf = ({ points, classes }: ClassedPoints): readonly { readonly x: number; readonly y: number; readonly mark: string }[] =>
  points.map(([x, y], i) => ({ x: x, y: y, mark: classMarks[classes[i] % classMarks.length] }));

export const legendEntries = ({ present, nameOf }: ClassedPoints): readonly string[] => present.map((label) => `${classMarks[label % classMarks.length]} ${nameOf(label)}`);
