import { toFloat } from "../dtype.ts";
import { cast } from "../ops/cast.ts";
import { div, sub } from "../ops/elementwise/arithmetic.ts";
import { square } from "../ops/elementwise/powers.ts";
import type { ReduceOptions } from "../ops/reduce/declare.ts";
import { sum } from "../ops/reduce/sum.ts";
import { normalizeAxes, sizeOf } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";
import { lengthOf } from "./root.ts";

/** How many elements meet in one result. */
const groupSize = (op: string, x: Tensor, { axis }: ReduceOptions): number =>
  sizeOf(normalizeAxes(op, axis, x.rank).map((at) => x.shape[at]));

/**
 * The arithmetic mean over axes, Σ x / n; NaN for none. int32 and bool give float32. NumPy: mean.
 * @throws ShapeError for an axis out of range.
 * @example mean(tensor([[1, 2], [3, 4]]), { axis: 0 }); // [2, 3]
 */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return div(sum(cast(x, toFloat(x.dtype)), options), groupSize("mean", x, options));
}

/** Which axes, and what is taken off the number of elements: 0 for the variance of a population, 1 for that of a sample. */
export interface VarianceOptions extends ReduceOptions {
  readonly correction?: number | undefined;
}

/**
 * The variance over axes, Σ (x − mean)² / (n − correction), in two passes; NaN for none. int32 and bool give float32.
 * NumPy: var (its `ddof` is `correction`).
 * @throws ShapeError for an axis out of range.
 * @example variance(tensor([1, 2, 3, 4]), { correction: 1 }); // 1.6667
 */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  const { axis, correction = 0 } = options;
  const floats = cast(x, toFloat(x.dtype));
  const centred = sub(floats, mean(floats, { axis, keepDims: true }));
  return div(sum(square(centred), options), Math.max(groupSize("variance", x, options) - correction, 0));
}

/**
 * The standard deviation over axes, √variance. Its gradient where all elements are alike is 0. NumPy: std.
 * @throws ShapeError for an axis out of range.
 * @example std(tensor([1, 3])); // 1
 */
export const std = (x: Tensor, options: VarianceOptions = {}): Tensor => lengthOf(variance(x, options));

/**
 * How many elements over axes are not 0 (NaN is not), int32. NumPy: count_nonzero.
 * @throws ShapeError for an axis out of range.
 * @example countNonZero(tensor([0, 1, 2])); // 2
 */
export const countNonZero = (x: Tensor, options: ReduceOptions = {}): Tensor => sum(cast(x, "bool"), options);
