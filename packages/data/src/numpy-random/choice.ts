import { NdgradError } from "@ndgrad/core";
import type { MersenneTwister } from "./mersenne-twister.ts";

/** 0, 1, …, size − 1, shuffled. */
export function permuted(source: MersenneTwister, size: number): Int32Array {
  const order = Int32Array.from({ length: size }, (_, i) => i);
  shuffleInPlace(source, order);
  return order;
}

/** Fisher and Yates, from the end; places are drawn even for elements that stay where they are. */
export function shuffleInPlace<T>(source: MersenneTwister, items: { readonly length: number; [index: number]: T }): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = source.upTo(i);
    const item = items[i];
    items[i] = items[j];
    items[j] = item;
  }
}

/** `count` indices below `size`, each as likely as `p` says (all alike where it says nothing). */
export function chosen(source: MersenneTwister, size: number, count: number, replace: boolean, p: ArrayLike<number> | undefined): Int32Array {
  if (count > 0 && size === 0) throw new NdgradError("choice: there is nothing to choose from");
  if (!replace && count > size) throw new NdgradError(`choice: ${count} of ${size} without replacement; take fewer, or set replace`);
  if (p === undefined) {
    return replace ? Int32Array.from({ length: count }, () => source.upTo(size - 1)) : permuted(source, size).slice(0, count);
  }
  checkProbabilities(p, size);
  if (replace) {
    const cumulated = cumulate(p);
    return Int32Array.from({ length: count }, () => place(cumulated, source.double()));
  }
  return withoutReplacement(source, Float64Array.from(p), count);
}

/** Draws all that is missing at once, keeps what is new, gives those no chance any more, and again. */
function withoutReplacement(source: MersenneTwister, p: Float64Array, count: number): Int32Array {
  const possible = p.reduce((sum, each) => sum + Number(each > 0), 0);
  if (possible < count) throw new NdgradError(`choice: ${count} without replacement, but only ${possible} have a probability above 0`);
  const found = new Set<number>();
  while (found.size < count) {
    const uniform = Float64Array.from({ length: count - found.size }, () => source.double());
    for (const index of found) p[index] = 0;
    const cumulated = cumulate(p);
    for (const each of uniform) found.add(place(cumulated, each));
  }
  return Int32Array.from(found);
}

/** Sums from the left, divided by the last one. */
function cumulate(p: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(p.length);
  let sum = 0;
  for (let i = 0; i < p.length; i++) sums[i] = sum += p[i];
  return sums.map((each) => each / sum);
}

/** How many sums are not above `value`. NumPy: searchsorted, side="right". */
function place(sums: Float64Array, value: number): number {
  let from = 0;
  let to = sums.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sums[middle] <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function checkProbabilities(p: ArrayLike<number>, size: number): void {
  if (p.length !== size) throw new NdgradError(`choice: ${p.length} probabilities for ${size} items`);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    if (!(p[i] >= 0)) throw new NdgradError(`choice: the probability of item ${i} is ${p[i]}; probabilities are numbers from 0 to 1`);
    sum += p[i];
  }
  if (!(Math.abs(sum - 1) <= 1.5e-8)) throw new NdgradError(`choice: probabilities sum up to ${sum}, not to 1; divide them by their sum`);
}
