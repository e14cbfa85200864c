import { erf, expm1, greaterEqual, minimum, sigmoid, where, type Shape, type Tensor } from "@ndgrad/core";

export { logSoftmax, relu, sigmoid, softmax, softplus, tanh } from "@ndgrad/core";

/** x as it is. */
export const identity = <T extends Tensor>(x: T): T => x;

/**
 * Heaviside's step: 1 where x ≥ 0, else 0; the activation of the first neurons. Its gradient is 0 everywhere, so nothing
 * learns through it. NumPy: heaviside(x, 1).
 */
export function step<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return greaterEqual(x, 0).cast(x.dtype === "float64" ? "float64" : "float32") as Tensor<S>;
}

/**
 * x · Φ(x), Φ the normal distribution function: ½ x (1 + erf(x / √2)). Hendrycks and Gimpel, 2016.
 * PyTorch: gelu.
 */
export function gelu<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return x.mul(erf(x.mul(Math.SQRT1_2)).add(1)).mul(0.5) as Tensor<S>;
}

/** x · sigmoid(x), also called swish. PyTorch: silu. */
export function silu<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return x.mul(sigmoid(x)) as Tensor<S>;
}

/** x where x ≥ 0, else slope · x (0.01 unless given). PyTorch: leaky_relu. */
export function leakyRelu<S extends Shape>(x: Tensor<S>, options: { readonly slope?: number } = {}): Tensor<S> {
  return where(greaterEqual(x, 0), x, x.mul(options.slope ?? 0.01)) as Tensor<S>;
}

/** x where x ≥ 0, else alpha · (eˣ − 1) (alpha 1 unless given). Clevert and others, 2015. PyTorch: elu. */
export function elu<S extends Shape>(x: Tensor<S>, options: { readonly alpha?: number } = {}): Tensor<S> {
  // expm1 only where it is used: for large x it would overflow, and infinity times a gradient of 0 is NaN.
  return where(greaterEqual(x, 0), x, expm1(minimum(x, 0)).mul(options.alpha ?? 1)) as Tensor<S>;
}
