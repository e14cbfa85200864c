import { NdgradError, tensor, type Tensor } from "@ndgrad/core";
import { checkLists, rowsOf, trainingRows, transform, type Fitted, type Transform } from "./fitted.ts";

/** The features' means, and the square matrices there and back, row by row. */
export interface WhitenState { readonly mean: readonly number[]; readonly forward: readonly number[]; readonly backward: readonly number[] }

function whitening(state: WhitenState): Fitted<Tensor, Tensor, WhitenState> {
  checkLists("whiten", state, ["mean"]);
  checkLists("whiten", state, ["forward", "backward"]);
  const { mean, forward, backward } = state;
  const width = mean.length;
  if (forward.length !== width * width) throw new NdgradError(`whiten: the state is damaged; ${width} features need matrices of ${width * width} numbers`);
  const square = (values: readonly number[]): Tensor => tensor(Float64Array.from(values), { shape: [width, width] });
  const center = tensor(Float64Array.from(mean));
  const [there, back] = [square(forward), square(backward)];
  const checked = (x: Tensor): Tensor => {
    const own = rowsOf("whiten", x);
    if (own.width !== width) throw new NdgradError(`whiten: fitted to ${width} features, got ${own.width}`);
    return x.cast("float64");
  };
  return {
    state,
    apply: (x) => checked(x).sub(center).matmul(there).cast(x.dtype),
    inverse: (x) => checked(x).matmul(back).add(center).cast(x.dtype),
  };
}

/**
 * Features that vary alike and do not depend on each other: their covariance becomes the unit matrix, and the points are
 * turned no more than that needs (ZCA): (x − mean) · C^(−1/2). Directions in which nothing varies become 0.
 *
 * @throws NdgradError for anything but rows of floats, less than two rows, a number that is not finite among those to fit to, or another number of features than fitted.
 * @see Kessy, Lewin, Strimmer: Optimal whitening and decorrelation, The American Statistician 72 (2018)
 * @example
 * const white = whiten.fit(train.x).apply(test.x);
 */
export const whiten: Transform<Tensor, Tensor, Tensor, WhitenState> = transform("whiten", {
  fit(x) {
    const { rows, width } = trainingRows("whiten", x);
    if (rows < 2) throw new NdgradError(`whiten: ${rows} rows tell no covariance; give two at least`);
    const exact = x.cast("float64");
    const mean = exact.mean({ axis: 0 });
    const centered = exact.sub(mean);
    const covariance = centered.transpose().matmul(centered).div(rows);
    const { values, vectors } = eigen(Float64Array.from(covariance.data), width);
    const largest = Math.max(0, ...values);
    const power = (exponent: number): number[] => {
      // V · diag(λ^exponent) · Vᵀ, where what is only rounding counts as nothing.
      const out = new Array<number>(width * width).fill(0);
      for (let k = 0; k < width; k++) {
        const factor = values[k] > largest * width * Number.EPSILON ? values[k] ** exponent : 0;
        for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) out[i * width + j] += factor * vectors[i * width + k] * vectors[j * width + k];
      }
      return out;
    };
    return whitening({ mean: [...mean.data], forward: power(-0.5), backward: power(0.5) });
  },
  restore: whitening,
});

/**
 * Eigenvalues and eigenvectors (in columns) of a symmetric matrix, by Jacobi's rotations: each one makes an element off
 * the diagonal 0, until all of them are.
 *
 * @see Golub, Van Loan: Matrix Computations, section 8.5
 */
export function eigen(matrix: Float64Array, width: number): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = Float64Array.from({ length: width * width }, (_, i) => Number(Math.floor(i / width) === i % width));
  const scale = Math.hypot(...a.filter((_, i) => Math.floor(i / width) === i % width)) || 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < width; p++) {
      for (let q = p + 1; q < width; q++) {
        const element = a[p * width + q];
        off = Math.max(off, Math.abs(element));
        if (Math.abs(element) <= scale * 1e-300) continue;
        const theta = (a[q * width + q] - a[p * width + p]) / (2 * element);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(t, 1);
        rotate(a, width, p, q, cosine, t * cosine, 1, width);
        rotate(a, width, p, q, cosine, t * cosine, width, 1);
        rotate(vectors, width, p, q, cosine, t * cosine, 1, width);
      }
    }
    if (off <= scale * 1e-17) break;
  }
  return { values: Float64Array.from({ length: width }, (_, i) => a[i * width + i]), vectors };
}

/** Turns columns p and q (steps 1 and `width`), or rows (`width` and 1). */
function rotate(a: Float64Array, width: number, p: number, q: number, cosine: number, sine: number, across: number, along: number): void {
  for (let k = 0; k < width; k++) {
    const first = a[k * along + p * across];
    const second = a[k * along + q * across];
    a[k * along + p * across] = cosine * first - sine * second;
    a[k * along + q * across] = sine * first + cosine * second;
  }
}
