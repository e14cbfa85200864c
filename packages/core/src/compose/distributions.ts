import type { FloatDType } from "../dtype.ts";
import { cast } from "../ops/cast.ts";
import { add, mul } from "../ops/elementwise/arithmetic.ts";
import { bitwiseAnd } from "../ops/elementwise/bitwise.ts";
import { log } from "../ops/elementwise/exponential.ts";
import { sqrt } from "../ops/elementwise/powers.ts";
import { cos, sin } from "../ops/elementwise/trigonometric.ts";
import { concat } from "../ops/movement/place.ts";
import { sliceBy } from "../ops/movement/slice.ts";
import type { Tensor } from "../tensor.ts";

/** How many random words an element takes: float64 has more bits than a word. */
export const wordsPerUnit = (dtype: FloatDType): number => (dtype === "float64" ? 2 : 1);

/** `count` elements of a vector from `start` on. */
export const stretch = (x: Tensor, start: number, count: number): Tensor => sliceBy(x, [start], [1], [count]);

const lowBits = (words: Tensor, count: number): Tensor => bitwiseAnd(words, 2 ** count - 1);

/** How many bits of a word of the first half, and of the second, make a number of 53. */
const [upperBits, lowerBits] = [26, 27];

/** Whole numbers from 0 to 2⁵³ − 1 in float64, all equally likely: two words make one. */
function wide(words: Tensor): Tensor {
  const count = words.size / 2;
  const high = cast(lowBits(stretch(words, 0, count), upperBits), "float64");
  return add(mul(high, 2 ** lowerBits), cast(lowBits(stretch(words, count, count), lowerBits), "float64"));
}

/** What `unit` makes of words that are there, in float64: one pass instead of seven operations. */
export function unitsOf(words: ArrayLike<number>): Float64Array {
  const count = words.length / 2;
  const [upper, lower] = [2 ** upperBits - 1, 2 ** lowerBits - 1];
  const units = new Float64Array(count);
  for (let i = 0; i < count; i++) units[i] = ((words[i] & upper) * 2 ** lowerBits + (words[count + i] & lower)) * 2 ** -53;
  return units;
}

/**
 * Random words as numbers in [0, 1), all equally likely: multiples of 2⁻²⁴ in float32 (a word each), of 2⁻⁵³ in float64 (two words
 * each). These are as many bits as the dtype has everywhere in [½, 1), so that nothing is rounded up to 1.
 */
export function unit(words: Tensor, dtype: FloatDType): Tensor {
  return dtype === "float64" ? mul(wide(words), 2 ** -53) : mul(cast(lowBits(words, 24), "float32"), 2 ** -24);
}

/**
 * The same in (0, 1], for logarithms: halves of 2⁻³¹ (float32) and 2⁻⁵³ (float64) and up, finer than `unit` near 0, which is what the
 * tails of a distribution are made of.
 */
function positiveUnit(words: Tensor, dtype: FloatDType): Tensor {
  if (dtype === "float64") return mul(add(wide(words), 0.5), 2 ** -53);
  return mul(add(cast(lowBits(words, 31), "float32"), 0.5), 2 ** -31);
}

/** How many random words `count` normal numbers take: they come in pairs, of two units each. */
export const wordsForNormals = (count: number, dtype: FloatDType): number => 2 * Math.ceil(count / 2) * wordsPerUnit(dtype);

/**
 * Random words as normally distributed numbers of mean 0 and variance 1: r·cos φ and r·sin φ with r = √(−2 ln u), φ = 2π·v for uniform u
 * and v. The tails reach 6.6 (float32) and 8.6 (float64) standard deviations.
 * Source: G. Box, M. Muller, "A note on the generation of random normal deviates", 1958.
 */
export function normals(words: Tensor, count: number, dtype: FloatDType): Tensor {
  const half = words.size / 2;
  const radius = sqrt(mul(log(positiveUnit(stretch(words, 0, half), dtype)), -2));
  const angle = mul(unit(stretch(words, half, half), dtype), 2 * Math.PI);
  return stretch(concat([mul(radius, cos(angle)), mul(radius, sin(angle))]), 0, count);
}
