import { Tensor, generator, slice, take, tensor, type ReadonlyInt32Array } from "@ndgrad/core";
import { described as kindOf } from "./described.ts";
import { TrainingError } from "./errors.ts";

/** Inputs and targets: one example for each index of their first axis. */
export interface Examples<X extends Tensor = Tensor, Y extends Tensor = Tensor> {
  readonly x: X;
  readonly y: Y;
}

/** Where a training stands: save it (it is plain JSON) and go on from it later. A data set's positions are the same. */
export interface Position {
  /** The epoch, counted from 0. */
  readonly epoch: number;
  /** How many of its batches were taken. */
  readonly taken: number;
}

/**
 * Examples in batches, again in every epoch: a `Dataset` of @ndgrad/data whose items are batches `{ x, y }`, or a source of
 * your own.
 */
export interface BatchSource<X extends Tensor = Tensor, Y extends Tensor = Tensor> {
  /** How many batches an epoch has, where that is known. */
  readonly size?: number | undefined;
  /** The batches of one epoch, counted from 0. */
  epoch(epoch: number): Iterable<Examples<X, Y>> | AsyncIterable<Examples<X, Y>>;
  /** The rest of an epoch's batches. Without it, those before are made and passed over. */
  iterate?(from: Position): AsyncIterable<Examples<X, Y>>;
}

/** What a model learns from: examples in memory, or a source of batches. */
export type Data<X extends Tensor = Tensor, Y extends Tensor = Tensor> = Examples<X, Y> | BatchSource<X, Y>;

/** How examples in memory are brought into batches. */
export interface BatchOptions {
  /** How many examples a batch has; the last one has what is left. 32 unless given. */
  readonly batchSize?: number | undefined;
  /** Whether the order changes from epoch to epoch. */
  readonly shuffle: boolean;
  readonly seed: number;
}

/** The source itself, or one over the examples. */
export function toSource<X extends Tensor, Y extends Tensor>(caller: string, data: Data<X, Y>, options: BatchOptions): BatchSource<X, Y> {
  const neither = `${caller}: the data are neither tensors { x, y } nor a source of batches; make one of arrays and iterables by dataset(…) of @ndgrad/data`;
  // Whoever has no compiler may forget them.
  if (typeof data !== "object" || data === null) throw new TrainingError(neither);
  if ("epoch" in data) {
    const epoch: unknown = Reflect.get(data, "epoch");
    if (typeof epoch !== "function") throw new TrainingError(`${caller}: the data's epoch is ${kindOf(epoch)}; a source of batches has a function epoch(number) that gives an epoch's batches`);
    if (data.size === Infinity) throw new TrainingError(`${caller}: the data never end, so no epoch would; say how many batches make one: data.take(n)`);
    return data;
  }
  const { x, y } = data;
  if (!(x instanceof Tensor && y instanceof Tensor)) throw new TrainingError(neither);
  const { batchSize = 32, shuffle, seed } = options;
  const size = countOf(caller, x);
  if (countOf(caller, y) !== size) throw new TrainingError(`${caller}: there are ${size} inputs and ${countOf(caller, y)} targets; each input needs one target`);
  if (size === 0) throw new TrainingError(`${caller}: there are no examples; the input's shape is [${x.shape.join(", ")}]`);
  checkCount(caller, "batchSize", batchSize, 1);
  checkCount(caller, "seed", seed, 0);
  if (seed >= 2 ** 32) throw new TrainingError(`${caller}: seed must be below 2 ** 32, got ${seed}`);
  return {
    size: Math.ceil(size / batchSize),
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

/** A source's batches of an epoch from a position on, each looked at: whoever made the source may not have been told what a batch is. */
export async function* batchesFrom<X extends Tensor, Y extends Tensor>(caller: string, source: BatchSource<X, Y>, from: Position): AsyncGenerator<Examples<X, Y>> {
  const skips = source.iterate === undefined ? from.taken : 0;
  let number = from.taken - skips;
  const batches: unknown = from.taken > 0 && source.iterate !== undefined ? source.iterate(from) : source.epoch(from.epoch);
  if (!isIterable(batches)) throw new TrainingError(`${caller}: the data's epoch(${from.epoch}) gave ${kindOf(batches)}; give an array of batches { x, y }, or a generator or other iterable of them`);
  for await (const batch of batches as Iterable<Examples<X, Y>> | AsyncIterable<Examples<X, Y>>) {
    checkBatch(caller, batch, ++number);
    if (number > skips) yield batch;
  }
}

const isIterable = (value: unknown): boolean => typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);

/** Throws unless a batch is tensors x and y with as many examples. */
function checkBatch(caller: string, batch: unknown, number: number): void {
  const { x, y } = Object(batch) as Partial<Record<string, unknown>>;
  if (x instanceof Tensor && y instanceof Tensor) {
    if (x.rank > 0 && y.rank > 0 && x.shape[0] === y.shape[0]) return;
    throw new TrainingError(`${caller}: batch ${number} has x of shape [${x.shape.join(", ")}] and y of shape [${y.shape.join(", ")}], which are no batches of as many examples; are they single examples? Then data.batch(n) makes batches of them`);
  }
  const remedy = Array.isArray(batch) ? "data.map(([x, y]) => ({ x, y })) makes records of pairs" : "data.map((item) => ({ x: …, y: … })) and data.batch(n) make them";
  throw new TrainingError(`${caller}: batch ${number} is ${described(batch)}; a batch is a record of two tensors, x and y. ${remedy}`);
}

function described(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Tensor) return `a tensor of shape [${value.shape.join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const kind = (field: unknown): string => (field instanceof Tensor ? "a tensor" : Array.isArray(field) ? "an array" : field === null ? "null" : `a ${typeof field}`);
  return `a record of ${Object.entries(value).map(([name, field]) => `${name} (${kind(field)})`).join(", ") || "nothing"}`;
}

/** Some examples: in the order given, or as they lie, which copies nothing. */
export function rows(x: Tensor, order: ReadonlyInt32Array | undefined, from: number, to: number): Tensor {
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
const permutationOf = (size: number, seed: number, epoch: number): ReadonlyInt32Array => generator(seed, { epoch }).permutation(size).data;
