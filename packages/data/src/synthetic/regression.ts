import type { FloatDType, Tensor } from "@ndgrad/core";
import { checkOptions, type OptionNames } from "@ndgrad/core/internal";
import { checkWhole } from "../checks.ts";
import { addNoise, checkNumber, floatTensor, generatorOf, madeNames, product, reorderColumns, reordered, type MadeOptions, type Rows, type Targets } from "./made.ts";

export interface RegressionOptions<D extends FloatDType = FloatDType> extends MadeOptions<D> {
  /** How many examples; 100 unless given. */
  readonly samples?: number | undefined;
  /** How many features an example has; 100 unless given. */
  readonly features?: number | undefined;
  /** How many of them have an influence; 10 unless given, or all. */
  readonly informative?: number | undefined;
  /** How many numbers are to be predicted; 1 unless given, which makes y a vector. */
  readonly targets?: number | undefined;
  /** Added to every target; 0 unless given. */
  readonly bias?: number | undefined;
  /** The standard deviation of normal noise added to the targets; 0 unless given. */
  readonly noise?: number | undefined;
}

const regressionNames: OptionNames<RegressionOptions> = { ...madeNames, samples: true, features: true, informative: true, targets: true, bias: true, noise: true };

/** One number for each row, or a row of numbers. */
type Sides = [number] | [number, number];

/** A regression problem and the coefficients behind it. */
export type Regression<D extends FloatDType = FloatDType> = Targets<D> & {
  /** Of shape [features] or [features, targets]; 0 for features without influence. */
  readonly coefficients: Tensor<[number] | [number, number], D>;
};

/**
 * Normal features and y = x · coefficients + bias + noise, the coefficients that are not 0 drawn evenly from [0, 100).
 *
 * @throws NdgradError for a setting out of its range.
 * @see scikit-learn: make_regression without effective_rank, whose numbers these are for the same seed
 * @example
 * const { x, y, coefficients } = makeRegression({ samples: 200, features: 3, noise: 1, random: 42 });
 */
export function makeRegression<D extends FloatDType = "float32">(options: RegressionOptions<D> = {}): Regression<D> {
  checkOptions("makeRegression", options, regressionNames);
  const { samples = 100, features = 100, targets = 1, bias = 0, noise = 0, shuffle = true, dtype } = options;
  const { informative: asked = 10 } = options;
  const informative = Math.min(features, asked);
  checkWhole("makeRegression", "samples", samples, 1);
  checkWhole("makeRegression", "features", features, 1);
  checkWhole("makeRegression", "informative", asked, 0);
  checkWhole("makeRegression", "targets", targets, 1);
  checkNumber("makeRegression", "bias", bias, () => true, "finite");
  checkNumber("makeRegression", "noise", noise, (value) => value >= 0, "a number from 0 up");

  const random = generatorOf("makeRegression", options.random);
  let x: Rows = { width: features, values: random.standardNormal([samples * features]).toTypedArray() };
  let truth: Rows = { width: targets, values: new Float64Array(features * targets) };
  truth.values.set(random.randomSample([informative * targets]).data.map((value) => 100 * value));
  let y: Rows = { width: targets, values: product(x, truth.values, targets).map((value) => value + bias) };
  addNoise(y.values, noise, random);
  if (shuffle) {
    const order = random.permutation(samples).data;
    x = reordered(x, order);
    y = reordered(y, order);
    const columns = random.permutation(features).data;
    reorderColumns(x, columns);
    truth = reordered(truth, columns);
  }
  const sides = (rows: number): Sides => (targets === 1 ? [rows] : [rows, targets]);
  return {
    x: floatTensor(x.values, [samples, features], dtype),
    y: floatTensor<Sides, D>(y.values, sides(samples), dtype),
    coefficients: floatTensor<Sides, D>(truth.values, sides(features), dtype),
  };
}

export interface SineOptions<D extends FloatDType = FloatDType> extends Pick<MadeOptions<D>, "random" | "dtype"> {
  /** How many examples; 100 unless given. */
  readonly samples?: number | undefined;
  /** How many waves lie between 0 and 1; 1 unless given. */
  readonly waves?: number | undefined;
  /** The standard deviation of normal noise added to the targets; 0 unless given. */
  readonly noise?: number | undefined;
}

const sineNames: OptionNames<SineOptions> = { samples: true, waves: true, noise: true, random: madeNames.random, dtype: madeNames.dtype };

/**
 * x drawn evenly from [0, 1) and y = sin(2π · waves · x) + noise, both of shape [samples, 1].
 *
 * @throws NdgradError for a setting out of its range.
 * @example
 * const { x, y } = makeSine({ samples: 50, noise: 0.1 });
 */
export function makeSine<D extends FloatDType = "float32">(options: SineOptions<D> = {}): Targets<D, 1, [number, 1]> {
  checkOptions("makeSine", options, sineNames);
  const { samples = 100, waves = 1, noise = 0, dtype } = options;
  checkWhole("makeSine", "samples", samples, 1);
  checkNumber("makeSine", "waves", waves, (value) => value > 0, "a number above 0");
  checkNumber("makeSine", "noise", noise, (value) => value >= 0, "a number from 0 up");
  const random = generatorOf("makeSine", options.random);
  const x = random.randomSample([samples]).toTypedArray();
  const y = x.map((value) => Math.sin(2 * Math.PI * waves * value));
  addNoise(y, noise, random);
  return { x: floatTensor(x, [samples, 1], dtype), y: floatTensor(y, [samples, 1], dtype) };
}
