import { Tensor, tensor } from "@ndgrad/core";
import { contours } from "d3-contour";
import { checkCallable, checkOptions, number, text, type OptionNames } from "@ndgrad/core/internal";
import { PlotError } from "./errors.ts";
import { figure, type Figure } from "./figure.ts";
import { heading } from "./heading.ts";
import { classedPoints, described, legendEntries, marksOf, pointLayer, scatterOptions, side, type ScatterOptions } from "./scatter-by-class.ts";
import { schema, type Json } from "./spec.ts";
import { fieldLines } from "./terminal/field.ts";
import { inLines, legendLines } from "./terminal/page.ts";
import { config, ink } from "./theme.ts";
import { vectorOf, type Numbers, type Rows } from "./values.ts";

export interface DecisionBoundaryOptions extends ScatterOptions {
  /** How many places are asked along each axis; 120 unless given. */
  readonly resolution?: number | undefined;
  /** Where one class ends and the other begins; 0.5 unless given. */
  readonly threshold?: number | undefined;
  /** What the field is called in the legend; "probability of class 1", or of its name, unless given. */
  readonly fieldLabel?: string | undefined;
}

const optionNames: OptionNames<DecisionBoundaryOptions> = { ...scatterOptions, resolution: number, threshold: number, fieldLabel: text };

/** Bands of probability, ten of them: coarse enough to be told apart, and 0.5 is an edge. */
const bands = 10;

/** From class 0's blue over white to class 1's orange, pale: the points lie over it. */
const fieldColours = ["#8fbfdf", "#bcd8ea", "#f8f8f8", "#f8d3b4", "#efab78"];

/**
 * Where a network with one output decides: the plane in bands of the probability of class 1, the line where it is the
 * threshold, and the points over it. The network is asked once, for all places of a grid.
 *
 * @param network gives a probability for each row of a tensor [m, 2] (of the points' dtype, float32 for plain numbers):
 * a tensor [m] or [m, 1], or numbers.
 * @param points [n, 2]
 * @param classes [n], 0 or 1
 * @throws PlotError for points or answers of other shapes, other classes, or probabilities outside of [0, 1].
 * @example
 * const circle = (x: Tensor) => x.mul(x).sum({ axis: 1 }).lt(1).cast("float32");
 * await decisionBoundary(circle, [[0, 0], [2, 2]], [1, 0]).save("pictures/boundary.svg");
 */
export function decisionBoundary(network: (points: Tensor<[number, 2]>) => Numbers, points: Rows, classes: Numbers, options: DecisionBoundaryOptions = {}): Figure {
  checkCallable("decisionBoundary", network, "decisionBoundary((points) => …, points, classes)", PlotError);
  checkOptions("decisionBoundary", options, optionNames, PlotError);
  const { resolution = 120, threshold = 0.5, title = "Decision boundary", subtitle } = options;
  if (!Number.isInteger(resolution) || resolution < 2 || resolution > 1000) throw new PlotError(`decisionBoundary: resolution ${resolution}; give a whole number from 2 to 1000`);
  if (!(threshold > 0 && threshold < 1)) throw new PlotError(`decisionBoundary: threshold ${threshold}; give a number between 0 and 1`);
  const scatter = classedPoints("decisionBoundary", points, classes, options.names);
  const third = scatter.present.find((label) => label > 1);
  if (third !== undefined) throw new PlotError(`decisionBoundary: there is a class ${third}, and one probability parts classes 0 and 1; draw one class against the others, with 1 for it and 0 for them`);
  const dtype = points instanceof Tensor && points.dtype === "float64" ? "float64" : "float32";
  const field = fieldOf(network, scatter.domains, resolution, dtype);
  const { fieldLabel = `probability of ${options.names === undefined ? "class 1" : scatter.nameOf(1)}` } = options;

  const [xDomain, yDomain] = scatter.domains;
  const thresholds = Array.from({ length: bands }, (_, band) => band / bands);
  const regions = thresholds.flatMap((from) => ringPoints(field, from, { probability: from + 0.5 / bands, band: from }));
  const line = ringPoints(field, threshold, {});
  const place = { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" }, order: { field: "order", type: "quantitative" } };
  const spec = {
    $schema: schema,
    title: heading(title, [subtitle], side + 120),
    description: `${described(scatter)} ${shareAbove(field, threshold, fieldLabel)}`,
    width: side, height: side,
    layer: [
      {
        data: { values: regions },
        mark: { type: "line", filled: true, clip: true, stroke: null, strokeWidth: 0, fillOpacity: 1 },
        encoding: {
          ...place,
          detail: { field: "band", type: "quantitative" },
          fill: {
            field: "probability", type: "quantitative", scale: { domain: [0, 0.25, 0.5, 0.75, 1], range: fieldColours },
            legend: { title: fieldLabel, gradientLength: 140, values: [0, 0.25, 0.5, 0.75, 1], format: ".2~f", titleLimit: 0 },
          },
        },
      },
      {
        data: { values: line },
        mark: { type: "line", clip: true, color: ink, strokeWidth: 1.6 },
        encoding: { ...place, detail: { field: "ring", type: "nominal" } },
      },
      pointLayer(scatter, options, true),
    ],
    resolve: { scale: { color: "independent", fill: "independent", shape: "independent" } },
    config,
  };
  const shadeAt = (x: number, y: number): string => (field.at(x, y) > threshold ? "·" : " ");
  return figure(spec as never, (columns) => [
    ...inLines([title, subtitle], columns), ...fieldLines(marksOf(scatter), xDomain, yDomain, columns, shadeAt),
    ...legendLines([...legendEntries(scatter), `· ${fieldLabel} above ${threshold}`], columns),
  ]);
}

/** The field in a sentence, for those who cannot see it. */
function shareAbove({ values }: Field, threshold: number, label: string): string {
  const share = values.filter((value) => value > threshold).length / values.length;
  return `The ${label} is above ${threshold} in ${Math.round(100 * share)}% of the plane shown.`;
}

/** A function on the plane, known at the middles of a grid's cells. */
interface Field {
  readonly values: readonly number[];
  readonly size: number;
  /** From the grid's places to the plane's. */
  readonly toPlane: (column: number, row: number) => readonly [number, number];
  readonly at: (x: number, y: number) => number;
}

type Domain = readonly [number, number];

/** Asks the network everywhere; one cell more on each side, so that contours leave the picture instead of turning at its edge. */
function fieldOf(network: (points: Tensor<[number, 2]>) => Numbers, [[left, right], [bottom, top]]: readonly [Domain, Domain], resolution: number, dtype: "float32" | "float64"): Field {
  const size = resolution + 2;
  const toPlane = (column: number, row: number): readonly [number, number] =>
    [left + ((column - 1) / resolution) * (right - left), bottom + ((row - 1) / resolution) * (top - bottom)];
  const places = dtype === "float64" ? new Float64Array(size * size * 2) : new Float32Array(size * size * 2);
  for (let i = 0; i < size * size; i++) places.set(toPlane((i % size) + 0.5, Math.floor(i / size) + 0.5), 2 * i);
  const answer = network(tensor(places, { shape: [size * size, 2] }) as Tensor<[number, 2]>);
  if (answer instanceof Tensor && answer.rank === 2 && answer.shape[1] === 2) {
    throw new PlotError(`decisionBoundary: the network answers with the shape [${answer.shape.join(", ")}]; give the probability of class 1 alone, as in (x) => softmax(network(x)).slice([[], 1])`);
  }
  const values = vectorOf("decisionBoundary", "the network's answer", answer);
  if (values.length !== size * size) throw new PlotError(`decisionBoundary: the network answers ${size * size} points with ${values.length} numbers; give one for each`);
  const odd = values.find((value) => !(value >= 0 && value <= 1));
  if (odd !== undefined) throw new PlotError(`decisionBoundary: the network answers ${odd}; a probability lies in [0, 1] (is a sigmoid missing?)`);
  const at = (x: number, y: number): number => {
    const column = Math.floor(((x - left) / (right - left)) * resolution) + 1;
    const row = Math.floor(((y - bottom) / (top - bottom)) * resolution) + 1;
    return values[row * size + column];
  };
  return { values, size, toPlane, at };
}

/**
 * The edge of where a field is at least `threshold`, as the points of its rings. Filled, rings of one band must be one
 * path, or holes would be filled too: so each ring ends where the first one began, and ways between them cancel out.
 */
function ringPoints({ values, size, toPlane }: Field, threshold: number, fields: Readonly<Record<string, number>>): readonly Json[] {
  const joined = "band" in fields;
  const { coordinates } = contours().size([size, size]).contour([...values], threshold);
  const rings = coordinates.flat();
  const start = rings[0]?.[0];
  const points: Json[] = [];
  rings.forEach((ring, number) => {
    const way = joined && start !== undefined && number > 0 ? [...ring, start] : ring;
    for (const [column, row] of way) {
      const [x, y] = toPlane(column, row);
      points.push({ x: rounded(x), y: rounded(y), order: points.length, ...fields, ...(!joined && { ring: number }) });
    }
  });
  return points;
}

/** Six digits place a point within a thousandth of a pixel. */
const rounded = (value: number): number => Number(value.toPrecision(6));
