import { add, mul, sub } from "../ops/elementwise/arithmetic.ts";
import { equal, isFinite, isNaN, lessEqual } from "../ops/elementwise/comparison.ts";
import { logicalAnd, logicalOr } from "../ops/elementwise/logical.ts";
import { abs } from "../ops/elementwise/rounding.ts";
import { cast } from "../ops/cast.ts";
import { all } from "../ops/reduce/logical.ts";
import { sameShape } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";

/** How far apart numbers may be. */
export interface ClosenessOptions {
  /** Relative to |b|; 1e-5 unless given. */
  readonly rtol?: number | undefined;
  /** In absolute terms; 1e-8 unless given. */
  readonly atol?: number | undefined;
  /** Whether NaN is close to NaN; not unless asked for. */
  readonly equalNaN?: boolean | undefined;
}

/**
 * Whether |a − b| ≤ atol + rtol·|b|, element by element; infinities are close to themselves only. NumPy: isclose.
 * @throws ShapeError where the shapes do not broadcast.
 * @example isClose(tensor([1, 2]), tensor([1, 2.1])); // [true, false]
 */
export function isClose(a: Tensor, b: Tensor, { rtol = 1e-5, atol = 1e-8, equalNaN = false }: ClosenessOptions = {}): Tensor {
  const [x, y] = [cast(a, "float64"), cast(b, "float64")];
  const near = logicalAnd(lessEqual(abs(sub(x, y)), add(mul(abs(y), rtol), atol)), isFinite(y));
  const close = logicalOr(near, equal(x, y));
  return equalNaN ? logicalOr(close, logicalAnd(isNaN(x), isNaN(y))) : close;
}

/**
 * Whether all elements are close (`isClose`). NumPy: allclose.
 * @throws ShapeError where the shapes do not broadcast; TraceError while a or b is traced.
 * @example allClose(tensor([1]), tensor([1 + 1e-9])); // true
 */
export const allClose = (a: Tensor, b: Tensor, options: ClosenessOptions = {}): boolean => all(isClose(a, b, options)).item() === 1;

/**
 * Whether two tensors have one shape and equal elements; NaN equals nothing. NumPy: array_equal.
 * @throws TraceError while a or b is traced.
 * @example arrayEqual(tensor([1, 2]), tensor([1, 2])); // true
 */
export const arrayEqual = (a: Tensor, b: Tensor): boolean => sameShape(a.shape, b.shape) && all(equal(a, b)).item() === 1;
