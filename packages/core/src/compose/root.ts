import { div, mul } from "../ops/elementwise/arithmetic.ts";
import { equal, isInf } from "../ops/elementwise/comparison.ts";
import { logicalOr } from "../ops/elementwise/logical.ts";
import { sqrt, square } from "../ops/elementwise/powers.ts";
import { abs } from "../ops/elementwise/rounding.ts";
import { where } from "../ops/elementwise/where.ts";
import { squeeze } from "../ops/movement/reshape.ts";
import type { ReduceOptions } from "../ops/reduce/declare.ts";
import { max } from "../ops/reduce/extremes.ts";
import { sum } from "../ops/reduce/sum.ts";
import { stopGradient } from "../ops/stop-gradient.ts";
import { normalizeAxes } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";

/** √x, with gradient 0 where x is 0: there √ is infinitely steep, and 0 · ∞ would be NaN. */
function flatRoot(x: Tensor): Tensor {
  const none = equal(x, 0);
  return where(none, 0, sqrt(where(none, 1, x)));
}

/**
 * √(Σ x² / count) over axes, of float64; its gradient where all elements are 0 is 0.
 * @param fits Whether no square leaves the range of float64, as those of int32 and float32 do not. Others are taken relative to
 *   the largest element of their group, which cancels: gradients need not see it.
 */
export function rootOfSquares(op: string, x: Tensor, { axis, keepDims = false }: ReduceOptions, { count = 1, fits }: { readonly count?: number; readonly fits: boolean }): Tensor {
  const axes = normalizeAxes(op, axis, x.rank);
  if (fits || axes.some((at) => x.shape[at] === 0)) return flatRoot(div(sum(square(x), { axis: axes, keepDims }), count));
  const largest = stopGradient(max(abs(x), { axis: axes, keepDims: true }));
  const size = where(logicalOr(equal(largest, 0), isInf(largest)), 1, largest);
  const root = flatRoot(div(sum(square(div(x, size)), { axis: axes, keepDims }), count));
  return mul(root, keepDims ? size : squeeze(size, axes));
}
