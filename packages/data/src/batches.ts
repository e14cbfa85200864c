import { NdgradError, generator, slice, take, tensor, type DType, type Shape, type Tensor } from "@ndgrad/core";

/** Tensors by name, with one example for each index of their first axis. */
export type Columns = Readonly<Record<string, Tensor>>;

/** Some of the examples: the same columns with a number of rows that only the run knows. */
export type Rows<T extends Columns> = { readonly [K in keyof T]: T[K] extends Tensor<infer S, infer D> ? Tensor<SomeOf<S>, D> : never };
type SomeOf<S extends Shape> = number extends S["length"] ? S : S extends [number, ...infer Rest extends Shape] ? [number, ...Rest] : Shape;

export interface BatchesOptions {
  /** How many examples a batch has. */
  readonly batchSize: number;
  /** Whether every epoch has an order of its own; no unless `true`. */
  readonly shuffle?: boolean;
  /** Decides the orders; 0 unless given. */
  readonly seed?: number;
  /** Whether a last batch that is not full is left out; no unless `true`. */
  readonly dropLast?: boolean;
}

/** Examples in batches. Iterating starts again each time, with epoch 0. */
export interface Batches<T extends Columns> extends Iterable<Rows<T>> {
  /** How many batches an epoch has. */
  readonly length: number;
  /** How many examples there are. */
  readonly size: number;
  /** The batches of one epoch, counted from 0: always the same for the same seed. */
  epoch(epoch: number): Iterable<Rows<T>>;
}

/**
 * Columns of examples in batches. Without shuffling a batch is a view of its columns and nothing is copied; with it,
 * each batch is gathered once. The order of an epoch depends on the seed and the epoch's number alone, on every machine.
 *
 * @throws NdgradError for columns of different lengths, without examples, or options that are no whole numbers.
 * @example
 * for (const { x, y } of batches({ x, y }, { batchSize: 256, shuffle: true, seed: 1 })) step(x, y);
 */
export function batches<T extends Columns>(columns: T, options: BatchesOptions): Batches<T> {
  const { batchSize, shuffle = false, seed = 0, dropLast = false } = options;
  const size = countExamples(columns);
  checkWhole("batches", "batchSize", batchSize, 1);
  checkWhole("batches", "seed", seed, 0);
  const length = dropLast ? Math.floor(size / batchSize) : Math.ceil(size / batchSize);

  function* epoch(number: number): Iterable<Rows<T>> {
    checkWhole("batches", "epoch", number, 0);
    const order = shuffle ? orderOf(size, seed, number) : undefined;
    for (let from = 0; from < length * batchSize; from += batchSize) {
      const to = Math.min(size, from + batchSize);
      yield mapColumns(columns, (x) => (order === undefined ? slice(x, [[from, to]]) : take(x, tensor(order.subarray(from, to)), { axis: 0 })));
    }
  }
  return { length, size, epoch, [Symbol.iterator]: () => epoch(0)[Symbol.iterator]() };
}

/** An order of `size` examples for one epoch. Seeds below 2³² give epochs orders of their own, up to epoch 2²¹. */
export const orderOf = (size: number, seed: number, epoch: number): Int32Array => generator(seed + epoch * 2 ** 32).permutation(size).data;

/** The same columns with other rows. */
function mapColumns<T extends Columns>(columns: T, rows: (column: Tensor) => Tensor): Rows<T> {
  // Rows are taken along the first axis: dtype and the other sizes stay.
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, rows(column)])) as Rows<T>;
}

/** How many examples columns have; throws unless they agree and have any. */
function countExamples(columns: Columns): number {
  const entries = Object.entries(columns);
  if (entries.length === 0) throw new NdgradError("batches: there are no columns; give a record of tensors");
  for (const [name, { shape, dtype }] of entries) {
    if (shape.length === 0) throw new NdgradError(`batches: "${name}" is a scalar (${describe(dtype, shape)}); examples lie along the first axis`);
  }
  const [[first, { shape: [size] }]] = entries;
  for (const [name, { shape }] of entries) {
    if (shape[0] !== size) throw new NdgradError(`batches: "${first}" has ${size} examples and "${name}" ${shape[0]}; every column needs as many`);
  }
  if (size === 0) throw new NdgradError(`batches: "${first}" has no examples`);
  return size;
}

/** Throws unless a setting is a whole number of at least `least`. */
export function checkWhole(caller: string, setting: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw new NdgradError(`${caller}: ${setting} must be a whole number of at least ${least}, got ${String(value)}`);
}

const describe = (dtype: DType, shape: Shape): string => `${dtype}[${shape.join(", ")}]`;
