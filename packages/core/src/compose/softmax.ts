import { isFloat, toFloat } from "../dtype.ts";
import { cast } from "../ops/cast.ts";
import { arange } from "../ops/creation.ts";
import { add, div, sub } from "../ops/elementwise/arithmetic.ts";
import { equal, isFinite } from "../ops/elementwise/comparison.ts";
import { exp, log, log1p } from "../ops/elementwise/exponential.ts";
import { where } from "../ops/elementwise/where.ts";
import { max, min } from "../ops/reduce/extremes.ts";
import type { ReduceOptions } from "../ops/reduce/declare.ts";
import { sum } from "../ops/reduce/sum.ts";
import { reshape, squeeze } from "../ops/movement/reshape.ts";
import { stopGradient } from "../ops/stop-gradient.ts";
import { normalizeAxes, sizeOf } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";
import { allWithin } from "./at-hand.ts";

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
 * The logarithm of softmax, x − log Σ eˣ, exact where softmax is next to 0 or 1. A group of −Infinity alone, or with
 * +Infinity or NaN in it, gives NaN. int32 and bool give float32. SciPy: special.log_softmax; PyTorch: log_softmax.
 * @throws ShapeError for an axis out of range.
 * @example logSoftmax(tensor([0, 0])); // [−0.6931, −0.6931]
 */
export function logSoftmax(x: Tensor, { axis = -1 }: SoftmaxOptions = {}): Tensor {
  const [floats, axes, empty] = prepared("logSoftmax", x, axis);
  if (empty) return cast(x, toFloat(x.dtype));
  const plain = plainLogSum(floats, axes);
  if (plain !== null) return cast(sub(plain.centred, plain.log), toFloat(x.dtype));
  const { centred, others } = aroundLargest(floats, axes);
  return cast(sub(centred, log1p(others)), toFloat(x.dtype));
}

/**
 * log Σ eˣ over axes, without overflow, and exact where it is next to 0; −Infinity for none, or for −Infinity alone (its gradient
 * there is 0). Its gradient is softmax; elements that are +Infinity share it. int32 and bool give float32. SciPy: special.logsumexp;
 * PyTorch: logsumexp.
 * @throws ShapeError for an axis out of range.
 * @example logSumExp(tensor([1000, 1000])); // 1000.6931
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = normalizeAxes("logSumExp", options.axis, x.rank);
  const [floats, , empty] = prepared("logSumExp", x, axes);
  if (empty) return cast(log(sum(exp(floats), options)), toFloat(x.dtype));
  const plain = plainLogSum(floats, axes);
  if (plain !== null) return cast(options.keepDims === true ? add(plain.top, plain.log) : squeeze(add(plain.top, plain.log), axes), toFloat(x.dtype));
  const top = max(floats, { axis: axes, keepDims: true });
  const finite = isFinite(top);
  // ∞ − ∞ would be NaN, and so would the gradient of what is not taken.
  const { most, others } = aroundLargest(where(finite, floats, 0), axes);
  const infinite = where(equal(top, -Infinity), -Infinity, top);
  const kept = where(finite, add(most, log1p(others)), infinite);
  return cast(options.keepDims === true ? kept : squeeze(kept, axes), toFloat(x.dtype));
}

/**
 * log Σ exp(x − largest) of each group, its axes kept, where every sum is at least 2: then the 1 that the largest element adds has
 * swallowed nothing. `null` elsewhere, and while traced.
 */
function plainLogSum(x: Tensor, axes: readonly number[]): { readonly top: Tensor; readonly centred: Tensor; readonly log: Tensor } | null {
  if (x.storage === null) return null;
  const top = largest(x, axes);
  const centred = sub(x, top);
  const total = sum(exp(centred), { axis: axes, keepDims: true });
  return allWithin(total, 2, Number.MAX_VALUE) ? { top, centred, log: log(total) } : null;
}

/**
 * The largest element of each group, the others' Σ exp(x − largest), both with their axes kept, and x − largest: log Σ eˣ is largest +
 * log1p(others). Beside the 1 that the largest itself adds, rounding would lose what is next to 0. Of several largest ones the first is
 * meant, so that gradients of any order follow one of them and see the others.
 */
function aroundLargest(x: Tensor, axes: readonly number[]): { readonly most: Tensor; readonly others: Tensor; readonly centred: Tensor } {
  const extents = x.shape.map((extent, axis) => (axes.includes(axis) ? extent : 1));
  const size = sizeOf(extents);
  const over = { axis: axes, keepDims: true };
  const position = reshape(arange(size), extents);
  const isFirst = equal(position, min(where(equal(x, largest(x, axes)), position, size), over));
  const most = sum(where(isFirst, x, 0), over);
  const difference = sub(x, most);
  // The largest less itself is 0, whatever it is: its gradients, 1 and −1, would leave a rounding error in the sum.
  const centred = where(isFirst, stopGradient(difference), difference);
  return { most, others: sum(where(isFirst, 0, exp(difference)), over), centred };
}
