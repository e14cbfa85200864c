import { isFloat, toFloat } from "../dtype.ts";
import { cast } from "../ops/cast.ts";
import { div, sub } from "../ops/elementwise/arithmetic.ts";
import { sqrt, square } from "../ops/elementwise/powers.ts";
import type { ReduceOptions } from "../ops/reduce/declare.ts";
import { sum } from "../ops/reduce/sum.ts";
import { normalizeAxes, sizeOf } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";
import { allWithin, squaresInRange } from "./at-hand.ts";
import { rootOfSquares } from "./root.ts";

/** How many elements meet in one result. */
const groupSize = (op: string, x: Tensor, { axis }: ReduceOptions): number =>
  sizeOf(normalizeAxes(op, axis, x.rank).map((at) => x.shape[at]));

/**
 * The arithmetic mean over axes, Σ x / n; NaN for none. int32 and bool give float32. NumPy: mean.
 * @throws ShapeError for an axis out of range.
 * @example mean(tensor([[1, 2], [3, 4]]), { axis: 0 }); // [2, 3]
 */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const size = groupSize("mean", x, options);
  // Whole numbers beyond 2²⁴ are none of float32.
  return isFloat(x.dtype) ? div(sum(x, options), size) : cast(div(sum(cast(x, "float64"), options), size), toFloat(x.dtype));
}

/** Which axes, and what is taken off the number of elements: 0 for the variance of a population, 1 for that of a sample. */
export interface VarianceOptions extends ReduceOptions {
  readonly correction?: number | undefined;
}

/** Elements less their mean, in float64: differences of numbers that float32 cannot tell apart are right. */
function centred(x: Tensor, { axis }: VarianceOptions): Tensor {
  const wide = cast(x, "float64");
  return sub(wide, mean(wide, { axis, keepDims: true }));
}

/** What sums of squares are divided by. */
const degrees = (op: string, x: Tensor, options: VarianceOptions): number => Math.max(groupSize(op, x, options) - (options.correction ?? 0), 0);

/**
 * The variance of floats in their own dtype, where it is in range; `null` elsewhere, and while traced. What the mean's rounding adds to
 * the sum of squares is taken off again (the corrected two-pass algorithm; Chan, Golub and LeVeque 1983).
 */
function plainVariance(op: string, x: Tensor, options: VarianceOptions): Tensor | null {
  if (!isFloat(x.dtype) || x.storage === null) return null;
  const { axis, keepDims } = options;
  const size = groupSize(op, x, options);
  const differences = sub(x, mean(x, { axis, keepDims: true }));
  const squares = sum(square(differences), { axis, keepDims });
  const total = sub(squares, div(square(sum(differences, { axis, keepDims })), size));
  const count = degrees(op, x, options);
  // Where the mean's rounding makes up most of the squares, little is left of what it is taken off from.
  return count > 0 && squaresInRange(total) && allWithin(div(squares, total), 0, 2) ? div(total, count) : null;
}

/**
 * The variance over axes, Σ (x − mean)² / (n − correction), in two passes and in float64; NaN for none. int32 and bool give float32.
 * NumPy: var (its `ddof` is `correction`).
 * @throws ShapeError for an axis out of range.
 * @example variance(tensor([1, 2, 3, 4]), { correction: 1 }); // 1.6667
 */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  const plain = plainVariance("variance", x, options);
  if (plain !== null) return plain;
  const total = sum(square(centred(x, options)), { axis: options.axis, keepDims: options.keepDims });
  return cast(div(total, degrees("variance", x, options)), toFloat(x.dtype));
}

/**
 * The standard deviation over axes, √variance, where the variance itself would overflow or vanish too. Its gradient where all
 * elements are alike is 0. NumPy: std.
 * @throws ShapeError for an axis out of range.
 * @example std(tensor([1, 3])); // 1
 */
export function std(x: Tensor, options: VarianceOptions = {}): Tensor {
  const plain = plainVariance("std", x, options);
  if (plain !== null) return sqrt(plain);
  const root = rootOfSquares("std", centred(x, options), options, { count: degrees("std", x, options), fits: x.dtype !== "float64" });
  return cast(root, toFloat(x.dtype));
}

/**
 * How many elements over axes are not 0 (NaN is not), int32. NumPy: count_nonzero.
 * @throws ShapeError for an axis out of range.
 * @example countNonZero(tensor([0, 1, 2])); // 2
 */
export const countNonZero = (x: Tensor, options: ReduceOptions = {}): Tensor => sum(cast(x, "bool"), options);
