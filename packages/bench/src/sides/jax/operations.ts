import { nn, numpy as np } from "@jax-js/jax";
import type { ElementwiseOperation, Input, Precision, ReductionOperation } from "../../harness/job.ts";

export type Array = np.Array;

/** An input as an array. */
export const load = ({ data, shape }: Input, precision: Precision): Array =>
  precision === "float64"
    ? np.array(Float64Array.from(data), { shape: [...shape], dtype: np.float64 })
    : np.array(Float32Array.from(data), { shape: [...shape] });

// Operations consume their arguments; .ref keeps one for another use.
export const elementwise: Readonly<Record<ElementwiseOperation, (a: Array, b: Array) => Array>> = {
  add: (a, b) => np.add(a, b),
  mul: (a, b) => np.multiply(a, b),
  exp: (a, b) => { b.dispose(); return np.exp(a); },
  tanh: (a, b) => { b.dispose(); return np.tanh(a); },
  sigmoid: (a, b) => { b.dispose(); return nn.sigmoid(a); },
  chain: (a, b) => nn.sigmoid(a.ref.mul(b.ref).add(a)).sub(b.mul(0.5)),
};

export const reductions: Readonly<Record<ReductionOperation, (a: Array) => Array>> = {
  sumAll: (a) => np.sum(a),
  sumRows: (a) => np.sum(a, 0),
  sumColumns: (a) => np.sum(a, 1),
  maxAll: (a) => np.max(a),
  softmax: (a) => nn.softmax(a, 1),
};

/** The product in any of the four transpositions, over the last two axes. */
export function product(a: Array, b: Array, transposeA: boolean, transposeB: boolean): Array {
  return np.matmul(transposeA ? np.matrixTranspose(a) : a, transposeB ? np.matrixTranspose(b) : b);
}
