import { NdgradError, Tensor, tensor } from "@ndgrad/core";
import { checkOptions, isRecord, type OptionNames } from "@ndgrad/core/internal";
import { checkLists, rowsOf, trainingRows, transform, type Fitted, type Transform } from "./fitted.ts";

/** Each feature's mean and standard deviation. */
export interface StandardizeState { readonly mean: readonly number[]; readonly std: readonly number[] }
/** Each feature's least and largest value, and what they become. */
export interface MinMaxState { readonly min: readonly number[]; readonly max: readonly number[]; readonly range: readonly [number, number] }

/** (x · factor) + offset, column by column, in the dtype of x; computed in float64. */
function scaled(caller: string, x: Tensor, width: number, at: (value: number, column: number) => number): Tensor {
  const { rows, width: own, dtype } = rowsOf(caller, x);
  if (own !== width) throw new NdgradError(`${caller}: fitted to ${width} features, got ${own}`);
  const { data } = x;
  const out = dtype === "float64" ? new Float64Array(data.length) : new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = at(data[i], i % width);
  return tensor(out, { shape: [rows, width] });
}

function standardizing(state: StandardizeState): Fitted<Tensor, Tensor, StandardizeState> {
  checkLists("standardize", state, ["mean", "std"]);
  const { mean, std } = state;
  // A feature that never changes stays where its mean puts it: at 0.
  const divisor = std.map((value) => (value === 0 ? 1 : value));
  return {
    state,
    apply: (x) => scaled("standardize", x, mean.length, (value, column) => (value - mean[column]) / divisor[column]),
    inverse: (x) => scaled("standardize", x, mean.length, (value, column) => value * divisor[column] + mean[column]),
  };
}

/**
 * Features with mean 0 and standard deviation 1: (x − mean) / std, each column by its own; those that never change become 0.
 *
 * @throws NdgradError for anything but rows of floats, no rows, a number that is not finite among those to fit to, or another
 *   number of features than fitted.
 * @see scikit-learn: StandardScaler
 * @example
 * const scaler = standardize.fit(train.x);
 * scaler.apply(test.x); // with the training set's mean and deviation
 * const again = standardize.restore(JSON.parse(JSON.stringify(scaler.state)));
 */
export const standardize: Transform<Tensor, Tensor, Tensor, StandardizeState> = transform("standardize", {
  fit(x) {
    const { rows, width } = trainingRows("standardize", x);
    const { data } = x;
    const first = Array.from(data.subarray(0, width));
    // How far the means are from the first row: values far from 0, such as dates, differ by little beside their size, and
    // those that never change differ by 0 exactly.
    const shift = new Array<number>(width).fill(0);
    const square = new Array<number>(width).fill(0);
    for (let i = 0; i < data.length; i++) shift[i % width] += (data[i] - first[i % width]) / rows;
    for (let i = 0; i < data.length; i++) square[i % width] += (data[i] - first[i % width] - shift[i % width]) ** 2 / rows;
    return standardizing({ mean: first.map((value, column) => value + shift[column]), std: square.map(Math.sqrt) });
  },
  restore: standardizing,
});

/** What `minMax` is fitted to, and where it brings it. */
export interface MinMaxFit { readonly x: Tensor; readonly range?: readonly [number, number] | undefined }
const fitNames: OptionNames<MinMaxFit> = { x: true, range: true };

function bringing(state: MinMaxState): Fitted<Tensor, Tensor, MinMaxState> {
  checkLists("minMax", state, ["min", "max"]);
  const { min, max, range } = state;
  if (!Array.isArray(range) || range.length !== 2 || !range.every((each) => typeof each === "number")) throw new NdgradError("minMax: the range is no pair of numbers; give [low, high]");
  const [low, high] = range;
  if (!(low < high) || !Number.isFinite(high - low)) throw new NdgradError(`minMax: the range goes from ${low} to ${high}; give finite numbers, the lower one first`);
  const span = max.map((value, column) => value - min[column] || 1);
  return {
    state,
    apply: (x) => scaled("minMax", x, min.length, (value, column) => ((value - min[column]) / span[column]) * (high - low) + low),
    inverse: (x) => scaled("minMax", x, min.length, (value, column) => ((value - low) / (high - low)) * span[column] + min[column]),
  };
}

/**
 * Features from 0 to 1, or from `range[0]` to `range[1]`: the least value seen becomes the one, the largest the other.
 *
 * @throws NdgradError for anything but rows of floats, no rows, a number that is not finite among those to fit to, or another
 *   number of features than fitted.
 * @see scikit-learn: MinMaxScaler
 * @example
 * minMax.fit({ x: train.x, range: [-1, 1] }).apply(test.x);
 */
export const minMax: Transform<Tensor | MinMaxFit, Tensor, Tensor, MinMaxState> = transform("minMax", {
  fit(data) {
    if (isRecord(data)) checkOptions("minMax", data as MinMaxFit, fitNames);
    const { x, range = [0, 1] as const } = (data as unknown) instanceof Tensor ? { x: data as Tensor } : (Object(data) as MinMaxFit);
    const { width } = trainingRows("minMax", x);
    const min = new Array<number>(width).fill(Infinity);
    const max = new Array<number>(width).fill(-Infinity);
    x.data.forEach((value, i) => {
      min[i % width] = Math.min(min[i % width], value);
      max[i % width] = Math.max(max[i % width], value);
    });
    return bringing({ min, max, range });
  },
  restore: bringing,
}, "minMax.fit({ x, range })");
