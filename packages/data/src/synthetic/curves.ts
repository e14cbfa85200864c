import { NdgradError, type FloatDType } from "@ndgrad/core";
import { checkOptions, type OptionNames } from "@ndgrad/core/internal";
import { checkWhole, kindOf } from "../checks.ts";
import type { NumpyRandom } from "../numpy-random/numpy-random.ts";
import { addNoise, checkNumber, classesOf, generatorOf, madeNames, shuffled, type Classes, type MadeOptions, type Rows } from "./made.ts";

export interface CurveOptions<D extends FloatDType = FloatDType> extends MadeOptions<D> {
  /** How many points: of both classes together, or of each; 100 together unless given. */
  readonly samples?: number | readonly [first: number, second: number] | undefined;
  /** The standard deviation of normal noise added to the points; 0 unless given. */
  readonly noise?: number | undefined;
}

export interface CirclesOptions<D extends FloatDType = FloatDType> extends CurveOptions<D> {
  /** The radius of the inner circle, from 0 up to, not including, 1; 0.8 unless given. */
  readonly factor?: number | undefined;
}

const curveNames: OptionNames<CurveOptions> = { ...madeNames, samples: true, noise: true };
const circlesNames: OptionNames<CirclesOptions> = { ...curveNames, factor: true };

/**
 * Two circles in the plane: class 0 on the unit circle, class 1 on a smaller one within.
 *
 * @throws NdgradError for a setting out of its range.
 * @see scikit-learn: make_circles, whose points these are for the same seed
 * @example
 * const { x, y } = makeCircles({ samples: 1000, noise: 0.05, random: 4 });
 */
export function makeCircles<D extends FloatDType = "float32">(options: CirclesOptions<D> = {}): Classes<D, 2> {
  checkOptions("makeCircles", options, circlesNames);
  const { factor = 0.8 } = options;
  checkNumber("makeCircles", "factor", factor, (value) => value >= 0 && value < 1, "a number from 0 up to, not including, 1");
  const circle = (radius: number) => (share: number) => [radius * Math.cos(2 * Math.PI * share), radius * Math.sin(2 * Math.PI * share)] as const;
  return twoCurves("makeCircles", options, [circle(1), circle(factor)], false);
}

/**
 * Two half circles that reach into each other.
 *
 * @throws NdgradError for a setting out of its range.
 * @see scikit-learn: make_moons, whose points these are for the same seed
 * @example
 * const { x, y } = makeMoons({ samples: 200, noise: 0.1, random: 1 });
 */
export function makeMoons<D extends FloatDType = "float32">(options: CurveOptions<D> = {}): Classes<D, 2> {
  checkOptions("makeMoons", options, curveNames);
  const upper = (share: number) => [Math.cos(Math.PI * share), Math.sin(Math.PI * share)] as const;
  const lower = (share: number) => [1 - Math.cos(Math.PI * share), 1 - Math.sin(Math.PI * share) - 0.5] as const;
  return twoCurves("makeMoons", options, [upper, lower], true);
}

export interface SpiralsOptions<D extends FloatDType = FloatDType> extends MadeOptions<D> {
  /** How many points, of all arms together; 100 unless given. */
  readonly samples?: number | undefined;
  /** How many arms, each a class; 2 unless given. */
  readonly arms?: number | undefined;
  /** How often an arm goes around; 1 unless given. */
  readonly turns?: number | undefined;
  /** The standard deviation of normal noise added to the points; 0 unless given. */
  readonly noise?: number | undefined;
}

const spiralsNames: OptionNames<SpiralsOptions> = { ...madeNames, samples: true, arms: true, turns: true, noise: true };

/**
 * Archimedean spirals, one for each class: the k-th point of an arm lies at radius r = k / (n − 1) and angle
 * 2π (turns · r + arm / arms).
 *
 * @throws NdgradError for a setting out of its range.
 * @example
 * const { x, y } = makeSpirals({ samples: 300, arms: 3, noise: 0.02 });
 */
export function makeSpirals<D extends FloatDType = "float32">(options: SpiralsOptions<D> = {}): Classes<D, 2> {
  checkOptions("makeSpirals", options, spiralsNames);
  const { samples = 100, arms = 2, turns = 1 } = options;
  checkWhole("makeSpirals", "samples", samples, 1);
  checkWhole("makeSpirals", "arms", arms, 1);
  checkNumber("makeSpirals", "turns", turns, (value) => value > 0, "a number above 0");
  const curves = Array.from({ length: arms }, (_, arm) => (share: number) => {
    const angle = 2 * Math.PI * (turns * share + arm / arms);
    return [share * Math.cos(angle), share * Math.sin(angle)] as const;
  });
  // What does not divide goes to the first arms.
  const counts = curves.map((_, arm) => Math.floor(samples / arms) + Number(arm < samples % arms));
  return finished("makeSpirals", options, generatorOf("makeSpirals", options.random), curves, counts, true);
}

type Curve = (share: number) => readonly [x: number, y: number];

function twoCurves<D extends FloatDType>(caller: string, options: CurveOptions<D>, curves: readonly Curve[], closed: boolean): Classes<D, 2> {
  const { samples = 100, random = 0 } = options;
  // Of an odd number, the second curve has one more.
  const counts = typeof samples === "number" ? [Math.floor(samples / 2), samples - Math.floor(samples / 2)] : samples;
  if (typeof samples === "number") checkWhole(caller, "samples", samples, 1);
  if (!Array.isArray(counts)) throw new NdgradError(`${caller}: samples is ${kindOf(counts)}; give a whole number, or one for each class`);
  if (counts.length !== 2) throw new NdgradError(`${caller}: samples are for two classes, got ${counts.length} numbers; give one for both together, or two`);
  for (const count of counts) checkWhole(caller, "samples", count, 0);
  return finished(caller, options, generatorOf(caller, random), curves, counts, closed);
}

/** Points along curves at even shares from 0 to 1 (with 1 only if `closed`), shuffled before the noise is added. */
function finished<D extends FloatDType>(
  caller: string, options: Pick<SpiralsOptions<D>, "noise" | "shuffle" | "dtype">, random: NumpyRandom,
  curves: readonly Curve[], counts: readonly number[], closed: boolean,
): Classes<D, 2> {
  const { noise = 0, shuffle = true, dtype } = options;
  checkNumber(caller, "noise", noise, (value) => value >= 0, "a number from 0 up");
  const points = curves.flatMap((curve, label) => Array.from({ length: counts[label] }, (_, k) => curve(k / Math.max(1, counts[label] - Number(closed)))));
  const x: Rows<2> = { width: 2, values: Float64Array.from(points.flat()) };
  const y = Int32Array.from(curves.flatMap((_, label) => new Array<number>(counts[label]).fill(label)));
  const made = shuffle ? shuffled(x, y, random) : { x, y };
  addNoise(made.x.values, noise, random);
  return classesOf(made.x, made.y, dtype);
}
