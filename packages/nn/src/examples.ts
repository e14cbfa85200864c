import { generator, slice, take, tensor, type Tensor } from "@ndgrad/core";
import { TrainingError } from "./errors.ts";

/** Inputs and targets: one example for each index of their first axis. */
export interface Examples<X extends Tensor = Tensor, Y extends Tensor = Tensor> {
  readonly x: X;
  readonly y: Y;
}

/**
 * Examples in batches, again in every epoch: what `batches` of @ndgrad/data gives for records with `x` and `y`, or a
 * source of your own.
 */
export interface BatchSource<X extends Tensor = Tensor, Y extends Tensor = Tensor> {
  /** How many batches an epoch has, where that is known. */
  readonly length?: number;
  /** The batches of one epoch, counted from 0. */
  epoch(epoch: number): Iterable<Examples<X, Y>> | AsyncIterable<Examples<X, Y>>;
}

/** What a model learns from: examples in memory, or a source of batches. */
export type Data<X extends Tensor = Tensor, Y extends Tensor = Tensor> = Examples<X, Y> | BatchSource<X, Y>;

/** How examples in memory are brought into batches. */
export interface BatchOptions {
  /** How many examples a batch has; the last one has what is left. 32 unless given. */
  readonly batchSize?: number;
  /** Whether the order changes from epoch to epoch. */
  readonly shuffle: boolean;
  readonly seed: number;
}

/** The source itself, or one over the examples. */
export function toSource<X extends Tensor, Y extends Tensor>(caller: string, data: Data<X, Y>, options: BatchOptions): BatchSource<X, Y> {
  if ("epoch" in data) return data;
  const { x, y } = data;
  const { batchSize = 32, shuffle, seed } = options;
  const size = countOf(caller, x);
  if (countOf(caller, y) !== size) throw new TrainingError(`${caller}: there are ${size} inputs and ${countOf(caller, y)} targets; each input needs one target`);
  if (size === 0) throw new TrainingError(`${caller}: there are no examples; the input's shape is [${x.shape.join(", ")}]`);
  checkCount(caller, "batchSize", batchSize, 1);
  checkCount(caller, "seed", seed, 0);
  return {
    length: Math.ceil(size / batchSize),
    *epoch(epoch) {
      const order = shuffle ? permutationOf(size, seed, epoch) : undefined;
      for (let from = 0; from < size; from += batchSize) {
        const to = Math.min(size, from + batchSize);
        // A batch has its examples' type: only the number of them differs, which is the model's business.
        yield { x: rows(x, order, from, to) as X, y: rows(y, order, from, to) as Y };
      }
    },
  };
}

/** Some examples: in the order given, or as they lie, which copies nothing. */
export function rows(x: Tensor, order: Int32Array | undefined, from: number, to: number): Tensor {
  return order === undefined ? slice(x, [[from, to]]) : take(x, tensor(order.subarray(from, to)), { axis: 0 });
}

/** Throws unless a setting is a whole number of at least `least`. */
export function checkCount(caller: string, setting: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw new TrainingError(`${caller}: ${setting} must be a whole number of at least ${least}, got ${String(value)}`);
}

function countOf(caller: string, x: Tensor): number {
  if (x.shape.length === 0) throw new TrainingError(`${caller}: examples lie along the first axis, and a scalar has none; give [n, …]`);
  return x.shape[0];
}

/** An order that depends on the seed and the epoch alone, so that training can begin at any epoch. */
const permutationOf = (size: number, seed: number, epoch: number): Int32Array => generator(seed + epoch * 2 ** 32).permutation(size).data;
