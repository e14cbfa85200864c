import { NdgradError, tensor, type FloatDType, type ReadonlyInt32Array, type Shape, type Tensor } from "@ndgrad/core";
import { flag, oneOf, type OptionNames } from "@ndgrad/core/internal";
import { seeded, type NumpyRandom, type Seed } from "../numpy-random/numpy-random.ts";

/** What every synthetic set may be told. */
export interface MadeOptions<D extends FloatDType = FloatDType> {
  /** Where random numbers come from: a generator, which is drawn from, or a seed for one of its own; 0 unless given. */
  readonly random?: NumpyRandom | Seed | undefined;
  /** Whether the examples come in random order; yes unless `false`. */
  readonly shuffle?: boolean | undefined;
  /** The dtype of features (and of targets that are no classes): float32 unless given. Numbers are always made in float64. */
  readonly dtype?: D | undefined;
}

/** How these options are called, and what they take: a set's own names stand beside them. */
export const madeNames: OptionNames<MadeOptions> = { random: true, shuffle: flag, dtype: oneOf("float32", "float64") };

// Types and not interfaces, so that they count as columns of batches.
/** Points with their classes. */
export type Classes<D extends FloatDType = FloatDType, Width extends number = number> = {
  readonly x: Tensor<[number, Width], D>;
  readonly y: Tensor<[number], "int32">;
};

/** Inputs with the numbers to predict from them. */
export type Targets<D extends FloatDType = FloatDType, Width extends number = number, Y extends Shape = [number] | [number, number]> = {
  readonly x: Tensor<[number, Width], D>;
  readonly y: Tensor<Y, D>;
};

/** Rows of features while they are being made. */
export interface Rows<Width extends number = number> { readonly width: Width; readonly values: Float64Array }

/** The generator that an option names; that of seed 0 where it names none. */
export function generatorOf(caller: string, random: NumpyRandom | Seed = 0): NumpyRandom {
  if (typeof random === "number" || isArray(random)) return seeded(caller, random);
  // Core's generators have some methods of the same names, which mean others.
  if (typeof (Object(random) as Partial<NumpyRandom>).randint !== "function") throw new NdgradError(`${caller}: random is no generator of NumPy's numbers; give a seed, or what numpyRandom(seed) gives`);
  return random;
}
// Array.isArray does not narrow a union with readonly arrays.
const isArray = (value: unknown): value is readonly number[] => Array.isArray(value);

/** The rows in another order. */
export function reordered<Width extends number>({ width, values }: Rows<Width>, order: ReadonlyInt32Array): Rows<Width> {
  const moved = new Float64Array(values.length);
  order.forEach((from, to) => { moved.set(values.subarray(from * width, (from + 1) * width), to * width); });
  return { width, values: moved };
}

/** The columns in another order, in place. */
export function reorderColumns({ width, values }: Rows, order: ReadonlyInt32Array): void {
  for (let row = 0; row < values.length; row += width) {
    const from = values.slice(row, row + width);
    order.forEach((column, to) => { values[row + to] = from[column]; });
  }
}

/** Adds normal noise to every number, in place. */
export function addNoise(values: Float64Array, scale: number, random: NumpyRandom): void {
  if (scale === 0) return;
  const noise = random.normal({ scale, size: [values.length] }).data;
  for (let i = 0; i < values.length; i++) values[i] += noise[i];
}

/** a · b, row by row: an array of `width` columns times a matrix of `width` rows. */
export function product({ width, values }: Rows, matrix: ArrayLike<number>, columns: number): Float64Array {
  const rows = width === 0 ? 0 : values.length / width;
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < width; k++) {
      const factor = values[row * width + k];
      for (let column = 0; column < columns; column++) out[row * columns + column] += factor * matrix[k * columns + column];
    }
  }
  return out;
}

/** Values in a shape, in the dtype asked for. */
export function floatTensor<const S extends Shape, D extends FloatDType>(values: Float64Array, shape: readonly [...S], dtype: D | undefined): Tensor<S, D> {
  const data = dtype === "float64" ? values : Float32Array.from(values);
  return tensor(data, { shape: [...shape] }) as unknown as Tensor<S, D>;
}

/** Points and classes as tensors. */
export function classesOf<Width extends number, D extends FloatDType>(x: Rows<Width>, y: Int32Array, dtype: D | undefined): Classes<D, Width> {
  return { x: floatTensor<[number, Width], D>(x.values, [y.length, x.width], dtype), y: tensor(y) };
}

/** Puts points and classes into random order. scikit-learn: utils.shuffle. */
export function shuffled<Width extends number>(x: Rows<Width>, y: Int32Array, random: NumpyRandom): { readonly x: Rows<Width>; readonly y: Int32Array } {
  const order = random.permutation(y.length).data;
  return { x: reordered(x, order), y: Int32Array.from(order, (from) => y[from]) };
}

export function checkNumber(caller: string, what: string, value: number, fits: (value: number) => boolean, range: string): void {
  if (!Number.isFinite(value) || !fits(value)) throw new NdgradError(`${caller}: ${what} must be ${range}, got ${String(value)}`);
}
