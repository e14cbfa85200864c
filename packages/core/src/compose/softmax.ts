import { isFloat, toFloat } from "../dtype.ts";
import { cast } from "../ops/cast.ts";
import { add, div, sub } from "../ops/elementwise/arithmetic.ts";
import { equal, isFinite } from "../ops/elementwise/comparison.ts";
import { exp, log } from "../ops/elementwise/exponential.ts";
import { where } from "../ops/elementwise/where.ts";
import { max } from "../ops/reduce/extremes.ts";
import type { ReduceOptions } from "../ops/reduce/declare.ts";
import { sum } from "../ops/reduce/sum.ts";
import { squeeze } from "../ops/movement/reshape.ts";
import { stopGradient } from "../ops/stop-gradient.ts";
import { normalizeAxes } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";

/** Along which axes the results add up to 1; the last one unless named. */
export interface SoftmaxOptions {
  readonly axis?: number | readonly number[] | undefined;
}

/** The largest element of each group, its axes kept: exp overflows float32 above 88, so it is taken off before. It cancels, and gradients need not see it. */
const largest = (x: Tensor, axis: readonly number[]): Tensor => stopGradient(max(x, { axis, keepDims: true }));

/** What a function of this kind works on; whole numbers in float64, for float32 does not tell large ones apart. */
function prepared(op: string, x: Tensor, axis: number | readonly number[]): readonly [floats: Tensor, axes: readonly number[], empty: boolean] {
  const axes = normalizeAxes(op, axis, x.rank);
  return [isFloat(x.dtype) ? x : cast(x, "float64"), axes, axes.some((at) => x.shape[at] === 0)];
}

/**
 * Softmax along an axis (the last one unless named), eˣ / Σ eˣ, without overflow. int32 and bool give float32; a group
 * of −Infinity alone, or with +Infinity or NaN in it, gives NaN. SciPy: special.softmax; PyTorch: softmax.
 * @throws ShapeError for an axis out of range.
 * @example softmax(tensor([0, 0])); // [0.5, 0.5]
 */
export function softmax(x: Tensor, { axis = -1 }: SoftmaxOptions = {}): Tensor {
  const [floats, axes, empty] = prepared("softmax", x, axis);
  if (empty) return cast(x, toFloat(x.dtype));
  const powers = exp(sub(floats, largest(floats, axes)));
  return cast(div(powers, sum(powers, { axis: axes, keepDims: true })), toFloat(x.dtype));
}

/**
 * The logarithm of softmax, x − log Σ eˣ, exact where softmax is next to 0 or 1. SciPy: special.log_softmax; PyTorch:
 * log_softmax.
 * @throws ShapeError for an axis out of range.
 * @example logSoftmax(tensor([0, 0])); // [−0.6931, −0.6931]
 */
export function logSoftmax(x: Tensor, { axis = -1 }: SoftmaxOptions = {}): Tensor {
  const [floats, axes, empty] = prepared("logSoftmax", x, axis);
  if (empty) return cast(x, toFloat(x.dtype));
  const centred = sub(floats, largest(floats, axes));
  return cast(sub(centred, log(sum(exp(centred), { axis: axes, keepDims: true }))), toFloat(x.dtype));
}

/**
 * log Σ eˣ over axes, without overflow; −Infinity for none, or for −Infinity alone (its gradient there is 0). Its
 * gradient is softmax. int32 and bool give float32. SciPy: special.logsumexp; PyTorch: logsumexp.
 * @throws ShapeError for an axis out of range.
 * @example logSumExp(tensor([1000, 1000])); // 1000.6931
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = normalizeAxes("logSumExp", options.axis, x.rank);
  const [floats, , empty] = prepared("logSumExp", x, axes);
  if (empty) return cast(log(sum(exp(floats), options)), toFloat(x.dtype));
  const most = largest(floats, axes);
  // ∞ − ∞ would be NaN.
  const base = where(isFinite(most), most, 0);
  const total = sum(exp(sub(floats, base)), { axis: axes, keepDims: true });
  const none = equal(total, 0);
  const kept = where(none, -Infinity, add(log(where(none, 1, total)), base));
  return cast(options.keepDims === true ? kept : squeeze(kept, axes), toFloat(x.dtype));
}
