import { expect } from "vitest";
import { mul } from "../src/ops/elementwise/arithmetic.ts";
import { sum } from "../src/ops/reduce/sum.ts";
import { sizeOf } from "../src/shape/shape.ts";
import { fromData, type Tensor } from "../src/tensor.ts";
import { grad } from "../src/transform/gradient.ts";

/** A float64 tensor whose elements are spread over (−2, 2) without a pattern, none alike. */
export function irregular(shape: readonly number[], phase = 0): Tensor {
  return fromData(Float64Array.from({ length: sizeOf(shape) }, (_, i) => 2 * Math.sin(1.7 * i * i + 2.3 * i + 0.6 + phase)), shape, "float64");
}

/** ∂f/∂x of a scalar function by central differences. */
function numericGradient(f: (x: Tensor) => Tensor, x: Tensor): Float64Array {
  const at = (index: number, step: number): number => {
    const moved = Float64Array.from(x.data);
    moved[index] += step;
    return f(fromData(moved, x.shape, "float64")).item();
  };
  const step = 1e-5;
  return Float64Array.from({ length: x.size }, (_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}

/** The gradients of order 1 and 2 of a float64 function agree with central differences at x. */
export function expectDerivatives(f: (x: Tensor) => Tensor, x: Tensor): void {
  // Squares make second derivatives of linear functions worth looking at, weights tell the elements apart.
  const first = (at: Tensor): Tensor => {
    const result = f(mul(at, at));
    return sum(mul(result, irregular(result.shape, 1)));
  };
  const second = (at: Tensor): Tensor => sum(mul(grad(first)(at), irregular(at.shape, 2)));
  for (const scalar of [first, second]) {
    const exact = grad(scalar)(x);
    const numeric = numericGradient(scalar, x);
    expect(exact.shape).toEqual(x.shape);
    exact.data.forEach((value, i) => expect(Math.abs(value - numeric[i]), `element ${i}: ${value} beside ${numeric[i]}`).toBeLessThan(1e-6 * (1 + Math.abs(numeric[i]))));
  }
}
