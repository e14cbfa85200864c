import { NdgradError, ShapeError, take, tensor, Tensor, type Shape } from "@ndgrad/core";
import { checkOptions, flag, number, type OptionNames } from "@ndgrad/core/internal";
import { kindOf } from "../checks.ts";
import { binomial as binomialDraws } from "./binomial.ts";
import { chosen, permuted, shuffleInPlace } from "./choice.ts";
import { logarithm } from "./logarithm.ts";
import { MersenneTwister, type Seed } from "./mersenne-twister.ts";

export type { Seed } from "./mersenne-twister.ts";

/** The shape of what is drawn; one number unless given. */
export interface Sized<S extends Shape> { readonly size: readonly [...S] }

/** Mean and standard deviation; 0 and 1 unless given. */
export interface NormalParameters { readonly loc?: number | undefined; readonly scale?: number | undefined }
/** Bounds, of which `high` is not reached; 0 and 1 unless given. */
export interface UniformParameters { readonly low?: number | undefined; readonly high?: number | undefined }
/** Bounds of whole numbers: `low` (0 unless given) may come, `high` does not. */
export interface IntegerParameters { readonly low?: number | undefined; readonly high: number }
/** How many tries, and how likely each succeeds. */
export interface BinomialParameters { readonly n: number; readonly p: number }
/** Whether the same item may come twice (it may unless `false`), and how likely each is. */
export interface ChoiceParameters { readonly replace?: boolean | undefined; readonly p?: ArrayLike<number> | undefined }

/** NumPy's `np.random` functions, as they were up to NumPy 1.16 and stay for `np.random.seed` and `RandomState`. */
export interface NumpyRandom {
  /** Starts again with another seed. NumPy: np.random.seed. */
  seed(seed: Seed): void;
  /** Numbers in [0, 1), multiples of 2⁻⁵³. NumPy: rand. */
  rand(): number;
  rand<const S extends Shape>(...shape: S): Tensor<S, "float64">;
  /** The same with the shape as an array. NumPy: random_sample, random. */
  randomSample(): number;
  randomSample<const S extends Shape>(size: readonly [...S]): Tensor<S, "float64">;
  /** Normally distributed numbers with mean 0 and standard deviation 1. NumPy: randn. */
  randn(): number;
  randn<const S extends Shape>(...shape: S): Tensor<S, "float64">;
  /** The same with the shape as an array. NumPy: standard_normal. */
  standardNormal(): number;
  standardNormal<const S extends Shape>(size: readonly [...S]): Tensor<S, "float64">;
  /** loc + scale · standard normal. NumPy: normal. @throws NdgradError for a negative scale. */
  normal(parameters?: NormalParameters): number;
  normal<const S extends Shape>(parameters: NormalParameters & Sized<S>): Tensor<S, "float64">;
  /** low + (high − low) · random number. NumPy: uniform. @throws NdgradError for bounds without a finite difference. */
  uniform(parameters?: UniformParameters): number;
  uniform<const S extends Shape>(parameters: UniformParameters & Sized<S>): Tensor<S, "float64">;
  /**
   * Whole numbers from low to high − 1. A tensor of them is int32.
   * NumPy: randint of the default dtype. @throws NdgradError unless low < high are whole numbers (in a tensor: of 32 bits).
   */
  randint(parameters: IntegerParameters): number;
  randint<const S extends Shape>(parameters: IntegerParameters & Sized<S>): Tensor<S, "int32">;
  /** How many of n tries succeed, each with probability p. NumPy: binomial. @throws NdgradError for n or p out of range. */
  binomial(parameters: BinomialParameters): number;
  binomial<const S extends Shape>(parameters: BinomialParameters & Sized<S>): Tensor<S, "int32">;
  /** 0, 1, …, size − 1 in random order, or the parts of a tensor along its first axis. NumPy: permutation. */
  permutation<const N extends number>(size: N): Tensor<[N], "int32">;
  permutation<T extends Tensor>(x: T): T;
  /** Puts an array, or a typed one, into random order where it is. NumPy: shuffle. */
  shuffle(items: { readonly length: number; [index: number]: unknown }): void;
  /** Whole numbers below `size`. NumPy: choice. @throws NdgradError for probabilities that do not fit, or too few items. */
  choice(size: number, parameters?: ChoiceParameters): number;
  choice<const S extends Shape>(size: number, parameters: ChoiceParameters & Sized<S>): Tensor<S, "int32">;
}

/**
 * NumPy's legacy generator: draws what NumPy draws after `np.random.seed(seed)`, number by number, so that NumPy programs
 * can be ported and checked. Uniform numbers, integers, binomials, orders and choices are NumPy's to the bit. Normal ones
 * depend on the logarithm of NumPy's C library, whose last bit is the library's affair; here it is correctly rounded, the
 * same on every machine: of a million normals some 400 differ from those on GNU/Linux, by two units in the last place at most.
 *
 * @param seed a whole number from 0 to 2³² − 1, or an array of some
 * @throws NdgradError for other seeds.
 * @see NumPy: numpy.random.RandomState
 * @example
 * const random = numpyRandom(4);
 * random.randn(2, 3); // what np.random.seed(4); np.random.randn(2, 3) gives
 */
export function numpyRandom(seed: Seed): NumpyRandom {
  return seeded("numpyRandom", seed);
}

/** The same for whoever was called: errors name it. */
export function seeded(caller: string, seed: Seed): NumpyRandom {
  let source = new MersenneTwister(checkedSeed(caller, seed));
  // Normal numbers come in pairs: the second one waits here.
  let waiting: number | undefined;

  const uniform = (): number => source.double();
  const normal = (): number => {
    if (waiting !== undefined) {
      const value = waiting;
      waiting = undefined;
      return value;
    }
    // A point in the unit disc (Marsaglia's polar method).
    for (;;) {
      const x = 2 * source.double() - 1;
      const y = 2 * source.double() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * logarithm(square)) / square);
      waiting = factor * x;
      return factor * y;
    }
  };

  // The overloads pair a size with a tensor and no size with a number.
  const random = {
    seed(next: Seed) {
      source = new MersenneTwister(checkedSeed("seed", next));
      waiting = undefined;
    },
    rand: (...shape: readonly number[]) => floats("rand", shape.length === 0 ? undefined : shape, uniform),
    randomSample: (size?: readonly number[]) => floats("randomSample", size, uniform),
    randn: (...shape: readonly number[]) => floats("randn", shape.length === 0 ? undefined : shape, normal),
    standardNormal: (size?: readonly number[]) => floats("standardNormal", size, normal),
    normal(parameters: NormalParameters & MaybeSized = {}) {
      checkOptions("normal", parameters, normalNames);
      const { loc = 0, scale = 1, size } = parameters;
      if (!(scale >= 0)) throw new NdgradError(`normal: scale is ${scale}; a standard deviation is a number from 0 up`);
      return floats("normal", size, () => loc + scale * normal());
    },
    uniform(parameters: UniformParameters & MaybeSized = {}) {
      checkOptions("uniform", parameters, uniformNames);
      const { low = 0, high = 1, size } = parameters;
      const range = high - low;
      if (!Number.isFinite(range)) throw new NdgradError(`uniform: from ${low} to ${high}; give bounds with a finite difference`);
      return floats("uniform", size, () => low + range * source.double());
    },
    randint(parameters: IntegerParameters & MaybeSized) {
      checkOptions("randint", parameters, integerNames);
      const { low = 0, high, size } = needed("randint", parameters, "{ high }");
      if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low >= high || !Number.isSafeInteger(high - low)) {
        throw new NdgradError(`randint: from ${low} up to, not including, ${high}; give whole numbers, the lower one first`);
      }
      if (size !== undefined && (low < -(2 ** 31) || high > 2 ** 31)) {
        throw new NdgradError(`randint: a tensor of whole numbers is int32 and cannot hold all from ${low} to ${high - 1}; draw them one by one`);
      }
      const range = high - 1 - low;
      return integers("randint", size, () => low + source.upTo(range));
    },
    binomial(parameters: BinomialParameters & MaybeSized) {
      checkOptions("binomial", parameters, binomialNames);
      const { n, p, size } = needed("binomial", parameters, "{ n, p }");
      if (!Number.isSafeInteger(n) || n < 0 || n >= 2 ** 31) throw new NdgradError(`binomial: n is ${n}; give a whole number from 0 to 2³¹ − 1`);
      if (!(p >= 0 && p <= 1)) throw new NdgradError(`binomial: p is ${p}; a probability is a number from 0 to 1`);
      return integers("binomial", size, binomialDraws(source, n, p));
    },
    permutation(x: number | Tensor) {
      if (typeof x === "number") return tensor(permuted(source, checkedSize("permutation", [x])));
      if (!((x as unknown) instanceof Tensor)) throw new NdgradError("permutation: give a whole number or a tensor; shuffle puts an array into random order");
      if (x.rank === 0) throw new ShapeError("permutation: a scalar has no parts to permute");
      return take(x, tensor(permuted(source, x.shape[0])), { axis: 0 });
    },
    shuffle: (items: { readonly length: number; [index: number]: unknown }) => {
      if (typeof (items as unknown) !== "object" || !Number.isSafeInteger((items as { readonly length?: unknown } | null)?.length) || Object.isFrozen(items)) throw new NdgradError("shuffle: give an array, plain or typed; a tensor does not change: permutation gives another one");
      shuffleInPlace(source, items);
    },
    choice(count: number, parameters: ChoiceParameters & MaybeSized = {}) {
      checkOptions("choice", parameters, choiceNames);
      const { replace = true, p, size } = parameters;
      if (p !== undefined && !Number.isSafeInteger((Object(p) as { readonly length?: unknown }).length)) throw new NdgradError(`choice: p is ${kindOf(p)}; give the probability of each item, as a list`);
      checkedSize("choice", [count]);
      const drawn = chosen(source, count, size === undefined ? 1 : checkedSize("choice", size), replace, p);
      return size === undefined ? drawn[0] : tensor(drawn, { shape: [...size] });
    },
  };
  return random as unknown as NumpyRandom;
}

const normalNames: OptionNames<NormalParameters & MaybeSized> = { loc: number, scale: number, size: true };
const uniformNames: OptionNames<UniformParameters & MaybeSized> = { low: number, high: number, size: true };
const integerNames: OptionNames<IntegerParameters & MaybeSized> = { low: true, high: true, size: true };
const binomialNames: OptionNames<BinomialParameters & MaybeSized> = { n: true, p: number, size: true };
const choiceNames: OptionNames<ChoiceParameters & MaybeSized> = { replace: flag, p: true, size: true };

/** Parameters that have to be given. */
function needed<T extends object>(caller: string, parameters: T | undefined, wanted: string): T {
  if (parameters === undefined) throw new NdgradError(`${caller}: give ${wanted}`);
  return parameters;
}

interface MaybeSized { readonly size?: readonly number[] | undefined }

function floats(caller: string, size: readonly number[] | undefined, draw: () => number): number | Tensor {
  if (size === undefined) return draw();
  const drawn = new Float64Array(checkedSize(caller, size));
  for (let i = 0; i < drawn.length; i++) drawn[i] = draw();
  return tensor(drawn, { shape: [...size] });
}

function integers(caller: string, size: readonly number[] | undefined, draw: () => number): number | Tensor {
  if (size === undefined) return draw();
  const drawn = new Int32Array(checkedSize(caller, size));
  for (let i = 0; i < drawn.length; i++) drawn[i] = draw();
  return tensor(drawn, { shape: [...size] });
}

/** How many elements a shape has. */
function checkedSize(caller: string, shape: readonly number[]): number {
  if (!Array.isArray(shape)) throw new ShapeError(`${caller}: size is ${kindOf(shape)}; give the shape as an array, such as [${typeof (shape as unknown) === "number" ? String(shape) : "3"}]`);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) throw new ShapeError(`${caller}: [${shape.map(kindOf).join(", ")}] is no shape; sizes are whole numbers from 0 up`);
  return shape.reduce((product, size) => product * size, 1);
}

function checkedSeed(caller: string, seed: Seed): Seed {
  const keys: readonly unknown[] = Array.isArray(seed) ? seed : [seed];
  if (keys.length > 0 && keys.every((key) => typeof key === "number" && Number.isInteger(key) && key >= 0 && key < 2 ** 32)) return seed;
  throw new NdgradError(`${caller}: the seed is ${seed === undefined ? "missing" : Array.isArray(seed) ? `[${seed.map(kindOf).join(", ")}]` : kindOf(seed)}; give a whole number from 0 to 2³² − 1, or an array of them`);
}
