import { NdgradError, Tensor } from "@ndgrad/core";
import { allocate, checkOptions, fromData, isRecord, number, oneOf, type OptionNames } from "@ndgrad/core/internal";
import { checkLists, rowsOf, transform, type Fitted, type Transform } from "./fitted.ts";

/** What stands for each feature's missing numbers. */
export interface ImputeState { readonly values: readonly number[] }

/** What `impute` is fitted to, and how. */
export interface ImputeFit {
  readonly x: Tensor;
  /** What is put where a number is missing: the feature's mean unless given; its median, its most frequent number (of several the least), or `value`. */
  readonly strategy?: "mean" | "median" | "mostFrequent" | "constant" | undefined;
  /** What a constant is; 0 unless given. */
  readonly value?: number | undefined;
}
const names: OptionNames<ImputeFit> = { x: true, strategy: oneOf("mean", "median", "mostFrequent", "constant"), value: number };

function imputing(state: ImputeState): Fitted<Tensor, Tensor, ImputeState> {
  checkLists("impute", state, ["values"]);
  const { values } = state;
  return {
    state,
    apply(x) {
      const { rows, width, dtype } = rowsOf("impute", x);
      if (width !== values.length) throw new NdgradError(`impute: fitted to ${values.length} features, got ${width}`);
      const { data } = x;
      const out = allocate(dtype, data.length);
      for (let i = 0; i < out.length; i++) out[i] = Number.isNaN(data[i]) ? values[i % width] : data[i];
      return fromData(out, [rows, width], dtype);
    },
    inverse(x) {
      rowsOf("impute", x);
      return x;
    },
  };
}

/**
 * Puts a number where one is missing (NaN): the mean of the feature's numbers, their median, the most frequent one, or a constant. Fit it
 * to training data. What was missing cannot be told afterwards: `inverse` gives what it is given.
 *
 * @throws NdgradError for anything but rows of floats, no rows, an infinite number among those to fit to, a feature without any number
 *   (but for a constant), or another number of features than fitted.
 * @see scikit-learn: SimpleImputer
 * @example
 * const { columns, matrix } = await readCsv("houses.csv");
 * const filled = impute.fit({ x: matrix(["rooms", "area"]), strategy: "median" });
 * filled.apply(matrix(["rooms", "area"]));
 */
export const impute: Transform<Tensor | ImputeFit, Tensor, Tensor, ImputeState> = transform("impute", {
  fit(data) {
    if (isRecord(data)) checkOptions("impute", data as ImputeFit, names);
    const { x, strategy, value = 0 } = (data as unknown) instanceof Tensor ? { x: data as Tensor } : (Object(data) as ImputeFit);
    const { rows, width } = rowsOf("impute", x);
    if (strategy !== "constant" && value !== 0) throw new NdgradError('impute: value is for a constant; give strategy: "constant" too');
    if (!Number.isFinite(value)) throw new NdgradError(`impute: value is ${value}; give a finite number`);
    if (rows === 0) throw new NdgradError("impute: there are no rows to fit to");
    const elements = x.data;
    const values = Array.from({ length: width }, (_, column): number => {
      const known: number[] = [];
      for (let row = 0; row < rows; row++) {
        const each = elements[row * width + column];
        if (Math.abs(each) === Infinity) throw new NdgradError(`impute: row ${row}, column ${column} is ${each}, and there is no fitting to that; leave out such rows, or put NaN there`);
        if (!Number.isNaN(each)) known.push(each);
      }
      if (strategy === "constant") return value;
      if (known.length === 0) throw new NdgradError(`impute: column ${column} has no number at all; leave it out, or give strategy: "constant"`);
      return strategy === "median" ? medianOf(known) : strategy === "mostFrequent" ? modeOf(known) : meanOf(known);
    });
    return imputing({ values });
  },
  restore: imputing,
}, "impute.fit({ x, strategy, value })");

/** From the first number on: those far from 0 lose no digits. */
const meanOf = (known: readonly number[]): number => known[0] + known.reduce((sum, value) => sum + (value / known.length - known[0] / known.length), 0);

function medianOf(known: readonly number[]): number {
  const sorted = Float64Array.from(known).sort();
  const middle = sorted.length >> 1;
  // Halved first: the sum of two may be infinite.
  return sorted.length % 2 === 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
}

/** The number that occurs most often, of several the least. */
function modeOf(known: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of known) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] || (each[1] === best[1] && each[0] < best[0]) ? each : best))[0];
}
