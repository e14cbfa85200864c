import type { SplitOptions } from "../split.ts";
import type { Batched, RowOf } from "./collate.ts";
import type { Awaitable } from "./stream.ts";
import type { WorkerOptions } from "./workers/map.ts";
import type { Received } from "./workers/parcel.ts";
import type { WorkerFunction, WorkerModule } from "./workers/work.ts";

/** Where an iteration stands: save it (it is plain JSON) and go on from it later, in another process too. */
export interface Position {
  /** Which epoch's orders apply. */
  readonly epoch: number;
  /** How many items were given. */
  readonly taken: number;
}

/** An iterator that knows where it stands. */
export type PositionedIterator<T> = AsyncIterableIterator<T> & { readonly position: Position };

export interface ShuffleOptions {
  /** Decides the orders, with the epoch's number; a whole number below 2³², 0 unless given. */
  readonly seed?: number | undefined;
  /** Shuffles within a window of so many items, for streams and for what does not fit into memory; the whole unless given. */
  readonly window?: number | undefined;
}
export interface BatchOptions {
  /** Whether a last batch that is not full is left out; no unless `true`. */
  readonly dropLast?: boolean | undefined;
}
export interface WindowOptions extends BatchOptions {
  /** How far windows are apart; their size unless given. */
  readonly stride?: number | undefined;
}
export interface FoldOptions<T> {
  /** Decides who is in which fold; a whole number below 2³², 0 unless given. */
  readonly seed?: number | undefined;
  /** The class of an item: every fold then has as many of each, as near as whole items allow. */
  readonly by?: ((item: T) => number) | undefined;
}
/** How to split: see {@link SplitOptions}; with `by`, every class has the same share in each part. */
export interface DatasetSplitOptions<T> extends SplitOptions {
  /** The class of an item. */
  readonly by?: ((item: T) => number) | undefined;
}
/** Two parts without an item in common. */
export interface Parts<T> { readonly train: Dataset<T>; readonly test: Dataset<T> }

/**
 * Items in an order, made when they are asked for: nothing is read or computed before. Every iteration starts again;
 * what is random is decided by seeds and the epoch's number. `for` does where nothing on the way is a promise, `for
 * await` does always.
 */
export interface Dataset<T> extends AsyncIterable<T> {
  /** How many items there are: Infinity where they never end, undefined where only the run knows. */
  readonly size: number | undefined;
  /** @throws NdgradError, when an item has to be waited for: use `for await`. */
  [Symbol.iterator](): Iterator<T, undefined>;
  /** The same items with the orders of another epoch; iterating as it is, is epoch 0. */
  epoch(number: number): Dataset<T>;
  /** What `for await` calls, from a saved position on. Whatever knows its size goes there at once; streams are read up to it. */
  iterate(from?: Partial<Position>): PositionedIterator<T>;
  /** All items. @throws NdgradError for a set without end. */
  toArray(): Promise<T[]>;

  /** Each item made into another. What is random in `f` is best drawn from a seed made of `index` and `epoch`: any part can then be made again. */
  map<U>(f: (item: T, index: number, epoch: number) => Awaitable<U>): Dataset<U>;
  filter(keep: (item: T, index: number) => Awaitable<boolean>): Dataset<T>;
  /** Batches of items; columns of tensors are sliced or gathered as a whole, once. See {@link Batched}. */
  batch(size: number, options?: BatchOptions): Dataset<Batched<T>>;
  /**
   * The rows of batches, or the elements of arrays. See {@link RowOf}.
   *
   * @throws NdgradError for arrays of tensors or arrays that `batch`, `zip` and `window` did not make: whether they are
   *   columns or items cannot be told. Make records of columns.
   */
  unbatch(): Dataset<RowOf<T>>;
  /** The items in random order, another one in each epoch. @throws NdgradError for a stream, or a set without end, without a window. */
  shuffle(options?: ShuffleOptions): Dataset<T>;
  /** The items again and again, each time the next epoch; for ever unless `times` is given. */
  repeat(times?: number): Dataset<T>;
  take(count: number): Dataset<T>;
  skip(count: number): Dataset<T>;
  zip<U>(other: Dataset<U>): Dataset<readonly [T, U]>;
  concat(...others: readonly Dataset<T>[]): Dataset<T>;
  /** One item of each set in turn, until all are at their end. */
  interleave(...others: readonly Dataset<T>[]): Dataset<T>;
  /**
   * Keeps items once they were made. Put it before whatever is random: every epoch gets the items of epoch 0. A stream
   * that is left before its end stays open (a file, a worker), as the next iteration goes on with it.
   */
  cache(): Dataset<T>;
  /** Items side by side, in arrays; the last one may have fewer. Where places are known, any window is gone to at once. */
  window(size: number, options?: WindowOptions): Dataset<readonly T[]>;
  /**
   * Two parts without an item in common, in any epoch; chosen at random.
   *
   * @throws NdgradError for a stream, and behind `shuffle` and `repeat`: split before them; for windows that overlap: `take`
   *   items for one part and `skip` them for the other, before `window`.
   */
  split(options?: DatasetSplitOptions<T>): Parts<T>;
  /** k pairs of parts: every item is in the test part of exactly one. @throws NdgradError where `split` does. */
  kFold(k: number, options?: FoldOptions<T>): readonly Parts<T>[];
  /**
   * What `map` does, in order as well, but on worker threads, for maps that compute a lot: several items are worked on at
   * once and some ahead of those wanted, also while a training step keeps this thread busy. Tensors reach `work` in
   * parts, `{ shape, dtype, data }`, and such parts in what it gives are tensors again; what it gives is moved, not copied.
   * Put it behind `shuffle` and, as each item is a message, best behind `batch`. The workers end with the iteration.
   * Items are computed from the saved position on. Where there are no workers, all is done in this thread.
   *
   * @param work A function, whose text is sent and which must use nothing from outside itself, or `{ module, name }`.
   * @throws NdgradError for a function without text, an address that is none, or options that are no whole numbers; at the
   *   consumer what the map throws, with the item's number and the error as its cause.
   * @see tf.data: map with num_parallel_calls; PyTorch: DataLoader with num_workers
   * @example
   * const noisy = dataset({ x, y }).shuffle().batch(32).mapOnWorkers(({ x, y }, { random }) => {
   *   return { x: { ...x, data: x.data.map((pixel) => pixel + 0.1 * random()) }, y };
   * }, { workers: 2 });
   */
  mapOnWorkers<U>(work: WorkerFunction<T, U> | WorkerModule, options?: WorkerOptions): Dataset<Received<U>>;
  /**
   * Begins to make so many items before they are wanted: for maps that wait for something, such as files. Where places are
   * known they are made side by side; items of a stream, one after another. See `mapOnWorkers` for maps that compute.
   */
  prefetch(count: number): Dataset<T>;
  /** Calls `report` with each item that is given. */
  progress(report: (given: number, size: number | undefined) => void): Dataset<T>;
}
