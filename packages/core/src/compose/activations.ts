import { isFloat, toFloat } from "../dtype.ts";
import { cast } from "../ops/cast.ts";
import { add, mul, neg } from "../ops/elementwise/arithmetic.ts";
import { erf, sigmoid, softplus } from "../ops/elementwise/activation.ts";
import { equal, greater, isNaN } from "../ops/elementwise/comparison.ts";
import { maximum, minimum } from "../ops/elementwise/extremes.ts";
import { expm1 } from "../ops/elementwise/exponential.ts";
import { tanh } from "../ops/elementwise/hyperbolic.ts";
import { where } from "../ops/elementwise/where.ts";
import type { Value } from "../ops/literal.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The logarithm of the sigmoid, −log(1 + e⁻ˣ), exact where the sigmoid is next to 0 or 1. PyTorch: logsigmoid.
 * @example logSigmoid(tensor([0])); // [−0.6931]
 */
export const logSigmoid = (x: Tensor): Tensor => neg(softplus(neg(cast(x, toFloat(x.dtype)))));

/**
 * x · sigmoid(x), called swish too (Ramachandran et al. 2017). PyTorch: silu.
 * @example silu(tensor([1])); // [0.7311]
 */
export const silu = (x: Tensor): Tensor => mul(x, sigmoid(x));

/** How `gelu` is computed. */
export interface GeluOptions {
  /** "tanh": the article's approximation, within 0.0005 of the exact function. */
  readonly approximate?: "none" | "tanh" | undefined;
}

/** Beyond it, the probabilities of a normal distribution are 0 and 1 in every dtype. */
const saturated = 100;

/**
 * x · Φ(x) with Φ the normal distribution's cumulative probability, ½·x·(1 + erf(x/√2)) (Hendrycks and Gimpel 2016);
 * approximately ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). PyTorch: gelu.
 * @example gelu(tensor([1])); // [0.8413]
 */
export function gelu(x: Tensor, { approximate = "none" }: GeluOptions = {}): Tensor {
  const floats = cast(x, toFloat(x.dtype));
  const half = mul(floats, 0.5);
  if (approximate === "none") return mul(half, add(erf(mul(half, Math.SQRT2)), 1));
  // tanh is ±1 long before the cube overflows, which would make its gradient 0 · ∞.
  const bounded = minimum(maximum(floats, -saturated), saturated);
  const cubic = mul(bounded, add(mul(mul(bounded, bounded), 0.044715), 1));
  return mul(half, add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1));
}

/**
 * x where it is above 0, α·(eˣ − 1) elsewhere (Clevert et al. 2015). PyTorch: elu.
 * @example elu(tensor([-1, 1])); // [−0.6321, 1]
 */
export function elu(x: Tensor, { alpha = 1 }: { readonly alpha?: number | undefined } = {}): Tensor {
  const floats = cast(x, toFloat(x.dtype));
  const above = greater(floats, 0);
  // Large x kept out of the exponential: its infinite gradient there, times 0, would be NaN.
  return where(above, floats, mul(expm1(where(above, 0, floats)), alpha));
}

/**
 * x where it is above 0, slope·x elsewhere. PyTorch: leaky_relu.
 * @example leakyRelu(tensor([-1, 1])); // [−0.01, 1]
 */
export function leakyRelu(x: Tensor, { slope = 0.01 }: { readonly slope?: number | undefined } = {}): Tensor {
  const floats = cast(x, toFloat(x.dtype));
  return where(greater(floats, 0), floats, mul(floats, slope));
}

/**
 * 0 where x is below 0, 1 where it is above, and the second argument at 0; NaN stays. The gradient to x is 0. NumPy, PyTorch: heaviside.
 * @param atZero 0 unless given, so that the result keeps x's dtype.
 * @example heaviside(tensor([-1, 0, 2]), 0.5); // [0, 0.5, 1]
 */
export function heaviside(x: Tensor, atZero?: Value): Tensor {
  const above = cast(greater(x, 0), x.dtype);
  const stepped = atZero === undefined ? above : where(equal(x, 0), atZero, above);
  return isFloat(x.dtype) ? where(isNaN(x), NaN, stepped) : stepped;
}
