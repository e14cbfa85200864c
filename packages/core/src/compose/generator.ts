import type { DType, FloatDType } from "../dtype.ts";
import { DTypeError, NdgradError, ShapeError, TraceError, showShape } from "../errors.ts";
import { cast } from "../ops/cast.ts";
import { add, mul } from "../ops/elementwise/arithmetic.ts";
import { greaterEqual, less } from "../ops/elementwise/comparison.ts";
import { logicalAnd } from "../ops/elementwise/logical.ts";
import { floor } from "../ops/elementwise/rounding.ts";
import { argSort } from "../ops/indexing/arg-sort.ts";
import { take } from "../ops/indexing/take.ts";
import { literalTensor } from "../ops/literal-tensor.ts";
import { broadcastTo } from "../ops/movement/broadcast-to.ts";
import { reshape } from "../ops/movement/reshape.ts";
import { flip } from "../ops/movement/slice.ts";
import { randomBits } from "../ops/random/random-bits.ts";
import { axis, checkOptions, describe, dtype, flag, number, type OptionNames } from "../options.ts";
import { isNumberArray } from "../realm.ts";
import type { NestedLiteral } from "../shape/literal-types.ts";
import { broadcastShapes, checkShape, normalizeAxis, sameShape, sizeOf } from "../shape/shape.ts";
import type { Shape } from "../shape/types.ts";
import { fromData, Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import { normals, unit, unitsOf, wordsForNormals, wordsPerUnit } from "./distributions.ts";
import { unitOrder } from "./unit-order.ts";

/** Bounds and dtype (float32 unless given) of uniform numbers; [0, 1) unless given. */
export interface UniformOptions<D extends FloatDType = FloatDType> {
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly dtype?: D | undefined;
}
/** Mean (0), standard deviation (1) and dtype (float32) of normal numbers. */
export interface NormalOptions<D extends FloatDType = FloatDType> {
  readonly mean?: number | undefined;
  readonly std?: number | undefined;
  readonly dtype?: D | undefined;
}
/** Bounds of whole numbers: `low` (0 unless given) may come, `high` does not. */
export interface IntegersOptions {
  readonly low?: number | undefined;
  readonly high: number;
}
/** Along which axis is drawn (the first unless given), and whether the same place may come twice (it may unless `false`). */
export interface ChoiceOptions {
  readonly axis?: number | undefined;
  readonly replace?: boolean | undefined;
}

/** Along which axis parts change places: the first unless given. */
export interface ShuffleOptions {
  readonly axis?: number | undefined;
}

const uniformOptions: OptionNames<UniformOptions> = { low: number, high: number, dtype };
const normalOptions: OptionNames<NormalOptions> = { mean: number, std: number, dtype };
const integersOptions: OptionNames<IntegersOptions> = { low: number, high: number };
const choiceOptions: OptionNames<ChoiceOptions> = { axis, replace: flag };
const shuffleOptions: OptionNames<ShuffleOptions> = { axis };
const generatorOptions: OptionNames<GeneratorOptions> = { epoch: number };

/**
 * A stream of random numbers: a key, and a counter that moves on with each draw. Numbers depend on both alone, so the same seed gives the
 * same numbers on every engine and any number of threads. The counter is a variable: a compiled function that draws reads and assigns it,
 * and draws other numbers at each call. Made by `generator(seed)` and `split()`.
 */
export class Generator {
  /** int32[2]; the same for the whole stream. */
  readonly key: Tensor<[2], "int32">;
  /** int32[2], low and high word of the number of blocks drawn so far. Assign an earlier value to draw the same numbers again. */
  readonly counter: Variable<[2], "int32">;

  /** @internal Use `generator(seed)`. */
  constructor(key: Tensor) {
    this.key = key as Tensor<[2], "int32">;
    this.counter = new Variable(words(0, 0), "random counter");
  }

  /**
   * Random int32 words, all 2³² values equally likely. NumPy: bit_generator.random_raw.
   * @throws ShapeError for a shape with negative or fractional sizes.
   */
  bits<const S extends Shape>(shape: readonly [...S]): Tensor<S, "int32"> {
    checkShape("bits", shape);
    return reshape(draw(this, sizeOf(shape)), shape) as Tensor<S, "int32">;
  }

  /**
   * Numbers spread evenly over [low, high), in steps of (high − low)·2⁻²⁴ (float32) or 2⁻⁵³ (float64); where |low| is large beside
   * high − low, rounding may give `high` itself. NumPy: Generator.uniform.
   * @throws ShapeError for a bad shape; NdgradError for bounds that are not finite or in the wrong order; DTypeError unless float.
   * @example generator(1).uniform([2, 3], { low: -1, high: 1 })
   */
  uniform<const S extends Shape, D extends FloatDType = "float32">(shape: readonly [...S], options: UniformOptions<D> = {}): Tensor<S, D> {
    checkOptions("uniform", options, uniformOptions);
    const { low = 0, high = 1, dtype = "float32" as D } = options;
    checkDraw("uniform", shape, dtype);
    if (!Number.isFinite(low) || !Number.isFinite(high) || high < low) throw new NdgradError(`uniform: from ${low} to ${high}; give finite bounds, the lower one first`);
    const units = unit(draw(this, sizeOf(shape) * wordsPerUnit(dtype)), dtype);
    return reshape(scaled(units, high - low, low), shape) as Tensor<S, D>;
  }

  /**
   * Normally distributed numbers, density exp(−(x − mean)² / 2·std²) / (std·√2π), by Box and Muller's method; the tails reach 6.6 (float32)
   * or 8.6 (float64) standard deviations. NumPy: Generator.normal.
   * @throws ShapeError for a bad shape; NdgradError for a mean that is not finite or a negative standard deviation; DTypeError unless float.
   * @example generator(1).normal([2, 3], { std: 0.1 })
   */
  normal<const S extends Shape, D extends FloatDType = "float32">(shape: readonly [...S], options: NormalOptions<D> = {}): Tensor<S, D> {
    checkOptions("normal", options, normalOptions);
    const { mean = 0, std = 1, dtype = "float32" as D } = options;
    checkDraw("normal", shape, dtype);
    if (!Number.isFinite(mean) || !Number.isFinite(std) || std < 0) throw new NdgradError(`normal: mean ${mean} and standard deviation ${std}; give finite numbers, the second one from 0 up`);
    const size = sizeOf(shape);
    const drawn = normals(draw(this, wordsForNormals(size, dtype)), size, dtype);
    return reshape(scaled(drawn, std, mean), shape) as Tensor<S, D>;
  }

  /**
   * `true` with probability p (to 2⁻²⁴), else `false`. NumPy: Generator.binomial with n = 1; PyTorch: bernoulli.
   * @param probability One probability (½ unless given), or a tensor of them that stretches to the shape.
   * @throws ShapeError for a bad shape; NdgradError for a number outside [0, 1].
   * @example generator(1).bernoulli([3], 0.9)
   */
  bernoulli<const S extends Shape>(shape: readonly [...S], probability: number | Tensor | Variable | NestedLiteral = 0.5): Tensor<S, "bool"> {
    checkShape("bernoulli", shape);
    const p = typeof probability === "number" ? probability : tensorOf("bernoulli", probability, "the probability");
    if (typeof p === "number" && !(p >= 0 && p <= 1)) throw new NdgradError(`bernoulli: ${p} is not a probability; use 0 … 1`);
    if (typeof p !== "number" && !sameShape(broadcastShapes("bernoulli", p.shape, shape), shape)) {
      throw new ShapeError(`bernoulli: probabilities of ${showShape(p.shape)} do not stretch to ${showShape(shape)}`);
    }
    const dtype = typeof p !== "number" && p.dtype === "float64" ? "float64" : "float32";
    const units = reshape(unit(draw(this, sizeOf(shape) * wordsPerUnit(dtype)), dtype), shape);
    return less(units, typeof p === "number" ? p : broadcastTo(cast(p, dtype), shape)) as Tensor<S, "bool">;
  }

  /**
   * Whole numbers in [low, high), int32: low + ⌊u·(high − low)⌋ with 53 bits of u, so that no number is more likely than another by more
   * than one part in 2²¹ even over the full range. NumPy: Generator.integers.
   * @throws ShapeError for a bad shape; NdgradError unless −2³¹ ≤ low < high ≤ 2³¹ are whole numbers.
   * @example generator(1).integers([10], { low: 1, high: 7 }) // ten throws of a die
   */
  integers<const S extends Shape>(shape: readonly [...S], options: IntegersOptions): Tensor<S, "int32"> {
    checkShape("integers", shape);
    if (options === undefined) throw new NdgradError("integers: the bounds are missing; give { high }, or { low, high }");
    checkOptions("integers", options, integersOptions);
    const { low = 0, high } = options;
    if (!Number.isInteger(low) || !Number.isInteger(high) || low < -(2 ** 31) || high > 2 ** 31 || high <= low) {
      throw new NdgradError(`integers: from ${low} up to, not including, ${high}; give whole numbers within −2³¹ … 2³¹, the lower one first`);
    }
    const units = unit(draw(this, sizeOf(shape) * 2), "float64");
    return reshape(cast(add(floor(mul(units, high - low)), low), "int32"), shape) as Tensor<S, "int32">;
  }

  /**
   * 0, 1, …, size − 1 in random order (int32), all orders equally likely but for ties among 53-bit keys, of which a million elements
   * have one in 18,000 draws. NumPy: Generator.permutation.
   * @throws ShapeError unless the size is a whole number from 0 up.
   * @example generator(1).permutation(5)
   */
  permutation<const N extends number>(size: N): Tensor<[N], "int32"> {
    checkCount("permutation", size);
    const drawn = draw(this, size * 2);
    return (drawn.storage === null ? argSort(unit(drawn, "float64")) : fromData(unitOrder(unitsOf(drawn.data)), [size], "int32")) as Tensor<[N], "int32">;
  }

  /**
   * The parts of a tensor along an axis (the first unless given) in random order. NumPy: Generator.permutation of an array.
   * @throws ShapeError for an axis out of range.
   * @example generator(1).shuffle(tensor([[1, 2], [3, 4]])) // the rows, perhaps exchanged
   */
  shuffle<S extends Shape, D extends DType>(x: Tensor<S, D> | Variable<S, D>, options?: ShuffleOptions): Tensor<S, D>;
  shuffle(x: NestedLiteral, options?: ShuffleOptions): Tensor;
  shuffle(x: Tensor | Variable | NestedLiteral, options: ShuffleOptions = {}): Tensor {
    checkOptions("shuffle", options, shuffleOptions);
    const parts = tensorOf("shuffle", x, "what is shuffled");
    const along = normalizeAxis("shuffle", options.axis ?? 0, parts.rank);
    return take(parts, this.permutation(parts.shape[along]), { axis: along });
  }

  /**
   * `count` parts of a tensor along an axis, drawn at random, with replacement unless `replace` is false. NumPy: Generator.choice.
   * @throws ShapeError for an axis out of range, an empty axis, or more parts than there are without replacement.
   * @example generator(1).choice(tensor([10, 20, 30]), 2, { replace: false })
   */
  choice(x: Tensor | Variable | NestedLiteral, count: number, options: ChoiceOptions = {}): Tensor {
    checkOptions("choice", options, choiceOptions);
    const { axis = 0, replace = true } = options;
    const parts = tensorOf("choice", x, "what is chosen from");
    checkCount("choice", count);
    const along = normalizeAxis("choice", axis, parts.rank);
    const size = parts.shape[along];
    if (count > 0 && (replace ? size === 0 : count > size)) {
      throw new ShapeError(`choice: ${count} parts of axis ${along} of ${showShape(parts.shape)}${replace ? "" : " without replacement"}; it has ${size}`);
    }
    const places = replace ? this.integers([count], { high: Math.max(size, 1) }) : take(this.permutation(size), Array.from({ length: count }, (_, i) => i));
    return take(parts, places, { axis: along });
  }

  /**
   * Streams of their own, independent of this one and of each other: their keys are drawn from this one, which moves on.
   * NumPy: Generator.spawn; JAX: random.split.
   * @throws TraceError inside a compiled function: make generators outside of it.
   * @example const [weights, dropout] = generator(1).split(2);
   */
  split(count = 2): Generator[] {
    checkCount("split", count);
    const drawn = draw(this, 2 * count);
    if (drawn.storage === null) throw new TraceError("split: the generator is traced; split it outside the compiled function and use the parts inside");
    const keys = drawn.data;
    return Array.from({ length: count }, (_, i) => new Generator(words(keys[2 * i], keys[2 * i + 1])));
  }
}

export interface GeneratorOptions {
  /**
   * Which of a seed's streams, 0 unless given: a training that draws anew in each epoch can then go on from any of them. A whole
   * number from 0 up; the streams of 2²¹ epochs differ, then they come again.
   */
  readonly epoch?: number | undefined;
}

/** Seeds below this have streams of their own for `epochs` epochs: an epoch's number stands above the seed. */
const seeds = 2 ** 32;
const epochs = 2 ** 21;

/**
 * A stream of random numbers from a seed: the same seed gives the same numbers everywhere.
 * @param seed A whole number, −2⁵³ < seed < 2⁵³; from 0 up to, but not, 2³² where there are epochs.
 * @throws NdgradError for any other seed or epoch.
 * @example
 * const random = generator(42);
 * random.normal([2, 3]);
 * generator(42, { epoch: 7 }).permutation(1000); // the order of epoch 7
 */
export function generator(seed: number, options: GeneratorOptions = {}): Generator {
  checkOptions("generator", options, generatorOptions);
  const { epoch = 0 } = options;
  if (!Number.isSafeInteger(seed)) throw new NdgradError(`generator: ${typeof seed === "number" ? seed : describe(seed)} is not a seed; give a whole number between −2⁵³ and 2⁵³`);
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new NdgradError(`generator: ${String(epoch)} is not an epoch; give a whole number from 0 up`);
  if (epoch > 0 && (seed < 0 || seed >= seeds)) throw new NdgradError(`generator: seed ${seed} has no epochs; give one from 0 up to, but not, 2³²`);
  const own = seed + (epoch % epochs) * seeds;
  return new Generator(words(own, Math.floor(own / 2 ** 32)));
}

/** Two int32 words; larger numbers wrap. */
const words = (low: number, high: number): Tensor<[2], "int32"> => fromData(Int32Array.of(low, high), [2], "int32") as Tensor<[2], "int32">;

/** `size` random words, and the counter moved past their blocks. */
function draw({ key, counter }: Generator, size: number): Tensor {
  const now = counter.value;
  const drawn = randomBits(key, now, size);
  counter.assign(advance(now, Math.ceil(size / 2)) as Tensor<[2], "int32">);
  return drawn;
}

/** A 64-bit counter (low, high word) moved on by fewer than 2³¹ blocks. */
export function advance(counter: Tensor, blocks: number): Tensor {
  if (counter.storage !== null) {
    // Known already: two additions cost less than a handful of operations on two elements.
    const [low, high] = counter.data;
    const sum = (low >>> 0) + blocks;
    return words(sum, high + Math.floor(sum / 2 ** 32));
  }
  const sums = add(counter, words(blocks, 0));
  // As an unsigned number the low word is below what was added to it just if it has wrapped; the high word never counts.
  const wrapped = logicalAnd(greaterEqual(sums, 0), less(sums, words(blocks, -(2 ** 31))));
  return add(sums, flip(cast(wrapped, "int32")));
}

/** The tensor that an argument stands for. */
function tensorOf(op: string, value: unknown, what: string): Tensor {
  if (value instanceof Tensor) return value;
  if (value instanceof Variable) return value.value;
  if (Array.isArray(value) || isNumberArray(value)) return literalTensor(op, value);
  throw new NdgradError(`${op}: ${what} is a tensor or nested arrays, not ${describe(value)}`);
}

function checkCount(op: string, count: number): void {
  if (!Number.isInteger(count) || count < 0) throw new ShapeError(`${op}: ${describe(count)} is no count; give a whole number from 0 up`);
  checkShape(op, [count]);
}

function checkDraw(op: string, shape: readonly number[], dtype: DType): void {
  checkShape(op, shape);
  if (dtype !== "float32" && dtype !== "float64") throw new DTypeError(`${op}: draws float32 or float64, not ${String(dtype)}; cast the result`);
}

/** x · scale + shift, without the operations that would change nothing. */
function scaled(x: Tensor, scale: number, shift: number): Tensor {
  const stretched = scale === 1 ? x : mul(x, scale);
  return shift === 0 ? stretched : add(stretched, shift);
}
