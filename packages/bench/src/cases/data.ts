import type { Input, Inputs, Network } from "../harness/job.ts";

/** Numbers in [0, 1), the same on every machine: the Weyl sequence mixed by two multiplications (Steele and others, 2014: SplitMix). */
export function uniformStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Rounded to float32, so that sides of either precision start from equal numbers. */
export function uniform(shape: readonly number[], seed: number, low: number = -1, high: number = 1): Input {
  const next = uniformStream(seed);
  const data = new Float64Array(shape.reduce((size, axis) => size * axis, 1));
  for (let i = 0; i < data.length; i++) data[i] = Math.fround(low + (high - low) * next());
  return { shape, data };
}

/** Class numbers below `classes`, as floats: sides cast them. */
export function classes(count: number, below: number, seed: number): Input {
  const next = uniformStream(seed);
  return { shape: [count], data: Float64Array.from({ length: count }, () => Math.floor(next() * below)) };
}

/** Zeros and ones: one-hot rows, or independent bits. */
export function targets(examples: number, outputs: number, seed: number, oneHot: boolean): Input {
  const next = uniformStream(seed);
  const data = new Float64Array(examples * outputs);
  for (let row = 0; row < examples; row++) {
    if (oneHot) data[row * outputs + Math.floor(next() * outputs)] = 1;
    else for (let column = 0; column < outputs; column++) data[row * outputs + column] = next() < 0.5 ? 0 : 1;
  }
  return { shape: [examples, outputs], data };
}

/** Weights for a network: uniform, within the limit that keeps the variance of values; biases start at zero. */
export function parameters({ layers }: Network): Inputs {
  const entries = layers.flatMap(({ inputs, outputs, bias }, at): [string, Input][] => {
    const limit = Math.sqrt(6 / (inputs + outputs));
    const weight: [string, Input] = [`w${at}`, uniform([inputs, outputs], 1000 + at, -limit, limit)];
    return bias ? [weight, [`b${at}`, { shape: [outputs], data: new Float64Array(outputs) }]] : [weight];
  });
  return Object.fromEntries(entries);
}
