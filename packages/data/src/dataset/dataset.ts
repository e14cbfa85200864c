import { NdgradError, Tensor } from "@ndgrad/core";
import { callback, checkOptions, flag, isNumberArray, number, type OptionNames } from "@ndgrad/core/internal";
import { checkAlone, checkFunction, checkSeed, checkWhole, kindOf } from "../checks.ts";
import { splitFor } from "../split.ts";
import { cached } from "./cache.ts";
import { collate, listOf, rowsOf, type Batched, type RowOf } from "./collate.ts";
import { batchesOf, classIn, concatenated, foldsOf, partsOf, picker, repeated, windowsIn, windowsOf, zipped } from "./derived.ts";
import { positionedIterator, syncIterator } from "./iterators.ts";
import { begunAhead, fixedOf, indexedOf, orders, planOf, reordered, rowsPlan, shifted, streamed, type Indexed, type Plan } from "./plan.ts";
import { after, ahead, chained, filtered, firstOf, flattened, grouped, interleaved, mapped, shuffledWithin, startsOf, streamOf, type Stream } from "./stream.ts";
import type { BatchOptions, Dataset, DatasetSplitOptions, FoldOptions, Parts, Position, ShuffleOptions, WindowOptions } from "./types.ts";
import { mapOnWorkers, type WorkerOptions } from "./workers/map.ts";
import type { WorkerFunction, WorkerModule } from "./workers/work.ts";

/** Tensors by name, with one example for each index of their first axis; any record or interface of them will do. */
export type Columns<T> = { readonly [K in keyof T]: Tensor };

/**
 * A lazy set of items: an array, a tensor or columns of tensors (whose rows are the items), an iterable, sync or not, that
 * starts again each time, or a function that starts one, such as a generator function.
 *
 * @throws NdgradError for tensors without rows, or with different numbers of them, and for what has no items.
 * @see tf.data.Dataset; PyTorch: DataLoader
 * @example
 * const batches = dataset({ x, y }).shuffle({ seed: 1 }).batch(32);
 * for (const { x, y } of batches.epoch(3)) step(x, y);
 */
export function dataset<T>(source: readonly T[]): Dataset<T>;
export function dataset<T extends Tensor>(source: T): Dataset<RowOf<T>>;
export function dataset<T>(source: Iterable<T> | AsyncIterable<T> | (() => Iterable<T> | AsyncIterable<T>)): Dataset<T>;
export function dataset<T extends Columns<T>>(source: T): Dataset<RowOf<T>>;
export function dataset(source: readonly unknown[] | Tensor | Iterable<unknown> | AsyncIterable<unknown> | (() => Iterable<unknown> | AsyncIterable<unknown>) | Readonly<Record<string, Tensor>>): Dataset<unknown> {
  checkAlone("dataset", arguments, "dataset({ x, y }) for columns that belong together");
  if (Array.isArray(source) || isNumberArray(source)) return ofPlan(planOf({ size: source.length, moved: undefined, items: () => (index) => source[index] as unknown }));
  if (source instanceof Tensor) return ofPlan(rowsPlan(source, sharedRows([["the tensor", source]])));
  if (typeof source === "function") {
    return ofPlan(streamed(undefined, () => {
      const given: unknown = source();
      if (typeof given !== "object" || given === null || !isIterable(given)) throw new NdgradError(`dataset: the function gave ${kindOf(given)}; it must give an iterable, as generator functions do`);
      return streamOf(given);
    }));
  }
  if (typeof source !== "object" || (source as unknown) === null) throw new NdgradError(`dataset: ${kindOf(source)} has no items; give an array, a tensor, a record of tensors, an iterable or a generator function`);
  if (isIterable(source)) return ofPlan(streamed(undefined, startsOf(source)));
  return ofPlan(rowsPlan(source as Readonly<Record<string, Tensor>>, sharedRows(Object.entries(source).map(([name, column]) => [`"${name}"`, column as unknown]))));
}

/** What a wrong argument is, for errors. */

const isIterable = (source: object): source is Iterable<unknown> | AsyncIterable<unknown> => Symbol.iterator in source || Symbol.asyncIterator in source;

const positionNames: OptionNames<Position> = { epoch: true, taken: true };
const batchNames: OptionNames<BatchOptions> = { dropLast: flag };
const shuffleNames: OptionNames<ShuffleOptions> = { seed: true, window: true };
const windowNames: OptionNames<WindowOptions> = { ...batchNames, stride: true };
const splitNames: OptionNames<DatasetSplitOptions<unknown>> = { testFraction: number, seed: true, by: callback };
const foldNames: OptionNames<FoldOptions<unknown>> = { seed: true, by: callback };

/** How many rows tensors have; throws unless they agree. */
function sharedRows(columns: readonly (readonly [name: string, column: unknown])[]): number {
  let shared: { readonly name: string; readonly rows: number } | undefined;
  for (const [name, column] of columns) {
    if (!(column instanceof Tensor)) throw new NdgradError(`dataset: ${name} is no tensor; give tensors, an array of records, or an iterable`);
    if (column.rank === 0) throw new NdgradError(`dataset: ${name} is a scalar, ${column.dtype}[]; examples lie along the first axis`);
    const [rows] = column.shape;
    shared ??= { name, rows };
    if (rows !== shared.rows) throw new NdgradError(`dataset: ${shared.name} has ${shared.rows} rows and ${name} ${rows}; every column needs as many`);
  }
  if (shared === undefined) throw new NdgradError("dataset: there are no columns; give a record of tensors, an array or an iterable");
  return shared.rows;
}

/** What a set's methods do is here; how its items are made is the plan's. */
function ofPlan<T>(plan: Plan<T>, at = 0): Dataset<T> {
  const { size } = plan;
  /** A set of the same items or of others made of them; the epoch stays. */
  const derived = <U>(next: Plan<U>): Dataset<U> => ofPlan(next, at);
  const opened = <U>(caller: string, other: Dataset<U>): Plan<U> => {
    const known = plans.get(Object(other) as object) as Plan<U> | undefined;
    if (known === undefined) throw new NdgradError(`${caller}: the other set is no dataset but ${kindOf(other)}; dataset(…) makes one`);
    return known;
  };
  const open = (epoch: number): Stream<T> => plan.open(epoch, 0);
  const both = ({ train, test }: { readonly train: Plan<T>; readonly test: Plan<T> }): Parts<T> => ({ train: derived(train), test: derived(test) });

  const self: Dataset<T> = {
    size,
    epoch(number) {
      checkWhole("epoch", "number", number, 0);
      return ofPlan(plan, number);
    },
    [Symbol.iterator]: () => syncIterator(plan.open(at, 0)),
    [Symbol.asyncIterator]: () => self.iterate(),
    iterate(from = {}) {
      checkOptions<Partial<Position>>("iterate", from, positionNames);
      const { epoch = at, taken = 0 } = from;
      checkWhole("iterate", "epoch", epoch, 0);
      checkWhole("iterate", "taken", taken, 0);
      return positionedIterator(plan.open(epoch, taken), { epoch, taken });
    },
    async toArray() {
      if (size === Infinity) throw new NdgradError("toArray: this set never ends; take some of it");
      const all: T[] = [];
      for await (const each of self) all.push(each);
      return all;
    },

    map(f) {
      checkFunction("map", "f", f);
      const { indexed } = plan;
      if (indexed === undefined) return derived(streamed(size, (epoch) => mapped(open(epoch), (item, index) => f(item, index, epoch))));
      return derived(planOf({ size: indexed.size, moved: indexed.moved, items: (epoch) => placed(indexed.items(epoch), (make, index) => after(make(index), (value) => f(value, index, epoch))) }));
    },
    filter(keep) {
      checkFunction("filter", "keep", keep);
      return derived(streamed(undefined, (epoch) => filtered(open(epoch), keep)));
    },
    batch(count, options = {}) {
      checkOptions<BatchOptions>("batch", options, batchNames);
      const { dropLast = false } = options;
      checkWhole("batch", "size", count, 1);
      const { indexed } = plan;
      const batches = size === undefined ? undefined : dropLast ? Math.floor(size / count) : Math.ceil(size / count);
      if (indexed === undefined) return derived(streamed(batches, (epoch) => mapped(grouped(open(epoch), count, count, !dropLast), (items) => collate(items))));
      // A batch is what collate makes of items, or rows that are that already.
      return derived(planOf(batchesOf(indexed, count, batches ?? 0) as Indexed<Batched<T>>));
    },
    unbatch: () => derived(streamed(undefined, (epoch) => flattened(mapped(open(epoch), (batch) => rowsOf(batch) as readonly RowOf<T>[])))),
    shuffle(options = {}) {
      checkOptions<ShuffleOptions>("shuffle", options, shuffleNames);
      const { seed = 0, window } = options;
      checkSeed("shuffle", seed);
      if (window !== undefined) {
        checkWhole("shuffle", "window", window, 1);
        return derived(streamed(size, (epoch) => shuffledWithin(open(epoch), window, picker(seed, epoch))));
      }
      const indexed = indexedOf(plan, "shuffle", "give a window to shuffle within");
      return derived(reordered(indexed, indexed.size, orders(indexed.size, seed), indexed.moved ?? "shuffle"));
    },
    repeat(times = Infinity) {
      if (times !== Infinity) checkWhole("repeat", "times", times, 0);
      const { indexed } = plan;
      if (indexed !== undefined && Number.isFinite(indexed.size)) return derived(planOf(repeated(indexed, times)));
      return derived(streamed(size === undefined ? undefined : times === 0 || size === 0 ? 0 : size * times, (epoch) => chained((round, gave) => (round < times && gave ? open(epoch + round) : undefined))));
    },
    take(count) {
      checkWhole("take", "count", count, 0);
      const { indexed } = plan;
      const kept = Math.min(count, size ?? count);
      if (indexed !== undefined) return derived(shifted(indexed, kept, 0));
      return derived(streamed(size === undefined ? undefined : kept, (epoch) => firstOf(open(epoch), count)));
    },
    skip(count) {
      checkWhole("skip", "count", count, 0);
      const { indexed } = plan;
      const left = size === undefined ? undefined : Math.max(0, size - count);
      if (indexed !== undefined) return derived(shifted(indexed, left ?? 0, count));
      return derived({ size: left, open: (epoch, from) => plan.open(epoch, from + count) });
    },
    zip: (other) => derived(zipped(plan, opened("zip", other))),
    concat(...others) {
      const all = [plan, ...others.map((other) => opened("concat", other))];
      return derived(concatenated(all, sum(all.map((each) => each.size))));
    },
    interleave(...others) {
      const all = [plan, ...others.map((other) => opened("interleave", other))];
      return derived(streamed(sum(all.map((each) => each.size)), (epoch) => interleaved(all.map((each) => each.open(epoch, 0)))));
    },
    cache: () => derived(cached(plan)),
    window(count, options = {}) {
      checkOptions<WindowOptions>("window", options, windowNames);
      const { stride = count, dropLast = false } = options;
      checkWhole("window", "size", count, 1);
      checkWhole("window", "stride", stride, 1);
      const { indexed } = plan;
      if (indexed !== undefined) return derived(planOf(windowsOf(indexed, count, stride, !dropLast)));
      return derived(streamed(size === undefined ? undefined : windowsIn(size, count, stride, !dropLast), (epoch) => mapped(grouped(open(epoch), count, stride, !dropLast), listOf)));
    },
    split(asked = {}) {
      checkOptions<DatasetSplitOptions<T>>("split", asked, splitNames);
      const { by, ...options } = asked;
      const indexed = fixedOf(plan, "split");
      const labels = Array.from({ length: indexed.size }, by === undefined ? () => 0 : classIn("split", indexed, at, by));
      return both(partsOf(indexed, splitFor("split", labels, options)));
    },
    kFold(k, options = {}) {
      checkOptions<FoldOptions<T>>("kFold", options, foldNames);
      const { seed = 0, by } = options;
      const indexed = fixedOf(plan, "kFold");
      const { size: count } = indexed;
      checkWhole("kFold", "k", k, 2);
      checkSeed("kFold", seed);
      if (k > count) throw new NdgradError(`kFold: ${k} folds of ${count} items; each needs one at least`);
      const order = orders(count, seed)(0);
      if (by === undefined) return foldsOf(order, k, (place) => Math.floor(((place + 1) * k - 1) / count)).map((fold) => both(partsOf(indexed, fold)));
      // Class by class, dealt out to one fold after another.
      const labels = Array.from({ length: count }, classIn("kFold", indexed, at, by));
      return foldsOf(order.toSorted((a, b) => labels[a] - labels[b]), k, (place) => place % k).map((fold) => both(partsOf(indexed, fold)));
    },
    mapOnWorkers<U>(work: WorkerFunction<T, U> | WorkerModule, options: WorkerOptions = {}) {
      const onWorkers = mapOnWorkers<T, U>(work, options);
      return derived({ size, open: (epoch, from) => onWorkers(plan.open(epoch, from), epoch, from) });
    },
    prefetch(count) {
      checkWhole("prefetch", "count", count, 0);
      const { indexed } = plan;
      return derived({ size, open: (epoch, from) => (indexed === undefined ? ahead(plan.open(epoch, from), count) : begunAhead(indexed, epoch, from, count)) });
    },
    progress(report) {
      checkFunction("progress", "report", report);
      return derived({
        size,
        open: (epoch, from) => {
          let given = from;
          return mapped(plan.open(epoch, from), (value) => {
            report(++given, size);
            return value;
          });
        },
      });
    },
  };
  plans.set(self, plan);
  return self;
}

/** Every set's plan: what sets are combined by. */
const plans = new WeakMap<object, Plan<unknown>>();

/** A function of places, with what is made once for all of them. */
const placed = <S, U>(shared: S, f: (shared: S, index: number) => U) => (index: number): U => f(shared, index);
const sum = (sizes: readonly (number | undefined)[]): number | undefined => sizes.reduce((total, size) => (total === undefined || size === undefined ? undefined : total + size), 0);
