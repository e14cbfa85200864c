import { NdgradError, tensor, type Generator, type Tensor } from "@ndgrad/core";
import { checkOptions, number, type OptionNames } from "@ndgrad/core/internal";
import { checkGenerator, checkTensor } from "../checks.ts";
import { pooled } from "../random.ts";

export interface MixupOptions {
  /** How much is mixed: near 0 hardly ever, at 1 evenly; 0.2 unless given. */
  readonly alpha?: number | undefined;
}

const optionNames: OptionNames<MixupOptions> = { alpha: number };

/**
 * Examples mixed with others of the same batch: λ x + (1 − λ) x′ with the targets λ y + (1 − λ) y′, and λ drawn for each
 * example from the Beta(alpha, alpha) distribution. Targets are floats, such as one-hot rows.
 *
 * @throws NdgradError for columns of different lengths, those that are no floats, or an alpha that is not positive.
 * @see Zhang and others: mixup, beyond empirical risk minimization (ICLR 2018)
 * @example
 * const { x, y } = mixup({ x: batch.x, y: oneHot(batch.y, 10) }, generator(1), { alpha: 0.4 });
 */
export function mixup<T extends { readonly x: Tensor; readonly y: Tensor }>(batch: T, random: Generator, options: MixupOptions = {}): T {
  checkOptions("mixup", options, optionNames);
  const { alpha = 0.2 } = options;
  checkGenerator("mixup", random);
  if (!(alpha > 0 && alpha < Infinity)) throw new NdgradError(`mixup: alpha is ${alpha}; give a number above 0`);
  const [x, y] = (["x", "y"] as const).map((name) => checkTensor("mixup", name, (Object(batch) as Partial<T>)[name]));
  for (const each of [x, y]) if (each.rank === 0 || (each.dtype !== "float32" && each.dtype !== "float64")) throw new NdgradError(`mixup: ${each.dtype}[${each.shape.join(", ")}] cannot be mixed; give rows of floats, classes as one-hot rows`);
  const [count] = x.shape as readonly number[];
  if (y.shape[0] !== count) throw new NdgradError(`mixup: there are ${count} examples and ${y.shape[0]} targets`);
  const others = random.permutation(count).data;
  const shares = betas(random, alpha, count);
  const mixed = (column: Tensor): Tensor => {
    const { data } = column;
    const width = count === 0 ? 0 : data.length / count;
    const out = column.dtype === "float64" ? new Float64Array(data.length) : new Float32Array(data.length);
    for (let i = 0; i < out.length; i++) {
      const row = Math.floor(i / width);
      out[i] = shares[row] * data[i] + (1 - shares[row]) * data[others[row] * width + (i % width)];
    }
    return tensor(out, { shape: [...column.shape] });
  };
  return { ...batch, x: mixed(x), y: mixed(y) };
}

/** Numbers from the Beta(a, a) distribution: of two from Gamma(a), the share of one. */
function betas(random: Generator, a: number, count: number): readonly number[] {
  const normal = pooled((many) => random.normal([many], { dtype: "float64" }).data);
  // From (0, 1], for logarithms.
  const uniform = pooled((many) => random.uniform([many], { dtype: "float64" }).data.map((value) => 1 - value));
  // Logarithms, as for small a both may be too small for a float.
  return Array.from({ length: count }, () => 1 / (1 + Math.exp(logGamma(a, normal, uniform) - logGamma(a, normal, uniform))));
}

/**
 * The logarithm of a number from the Gamma(a) distribution.
 * @see Marsaglia, Tsang: A simple method for generating gamma variables, ACM TOMS 26 (2000)
 */
function logGamma(a: number, normal: () => number, uniform: () => number): number {
  // For a below 1: Gamma(a) = Gamma(a + 1) · u^(1 / a).
  if (a < 1) return logGamma(a + 1, normal, uniform) + Math.log(uniform()) / a;
  const d = a - 1 / 3;
  for (;;) {
    const x = normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
