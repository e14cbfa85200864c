import { NdgradError, generator } from "@ndgrad/core";
import { pooled } from "../random.ts";
import type { Split } from "../split.ts";
import { collate, pairOf, tupleOf } from "./collate.ts";
import { planOf, reordered, streamed, type Indexed, type Plan, type RowSource } from "./plan.ts";
import { after, chained, end, isPromise, paired, type Awaitable, type Step, type Stream } from "./stream.ts";

/** Batches of `count` items; rows of tensors are not taken apart first. */
export function batchesOf(source: Indexed<unknown>, count: number, batches: number): Indexed<unknown> {
  const { size, rows, moved } = source;
  const edge = (batch: number): number => Math.min(size, batch * count);
  if (rows !== undefined) {
    return {
      size: batches,
      moved,
      items: (epoch) => {
        const all = rows(epoch);
        return someAtOnce(batches, (batch) => all.slice(edge(batch), edge(batch + 1)));
      },
    };
  }
  return {
    size: batches,
    moved,
    items: (epoch) => {
      const make = source.items(epoch);
      return (batch) => {
        const items = Array.from({ length: edge(batch + 1) - edge(batch) }, (_, i) => make(edge(batch) + i));
        return items.some(isPromise) ? Promise.all(items).then((all) => collate(all)) : collate(items);
      };
    },
  };
}

/** How many batches are made at once for who goes from one to the next. */
const atOnce = 8;

/**
 * Batches are notes of which rows they are: a step of training leaves nothing in the caches of what makes them, so that one alone
 * costs three times what it costs in a row of them.
 */
function someAtOnce<T>(count: number, make: (index: number) => T): (index: number) => T {
  let next = -1;
  /** Those from `next` on, the nearest last. */
  let waiting: T[] = [];
  return (index) => {
    const goesOn = index === next;
    next = index + 1;
    if (!goesOn || waiting.length === 0) {
      const many = goesOn ? Math.min(atOnce, count - index) : 1;
      waiting = Array.from({ length: many }, (_, i) => make(index + many - 1 - i));
    }
    return waiting.pop() as T;
  };
}

/** The items of one epoch after another. */
export function repeated<T>(source: Indexed<T>, times: number): Indexed<T> {
  const { size } = source;
  return {
    size: size === 0 ? 0 : size * times,
    moved: "repeat",
    items: (first) => {
      let round = -1;
      let make: (index: number) => Awaitable<T>;
      return (index) => {
        const now = Math.floor(index / size);
        if (now !== round) make = source.items(first + (round = now));
        return make(index - now * size);
      };
    },
  };
}

/** What moves the items of sets put together; where one is repeated, its items have several places whatever else. */
const movedIn = (parts: readonly Indexed<unknown>[]): Indexed<unknown>["moved"] => parts.find(({ moved }) => moved === "repeat")?.moved ?? parts.find(({ moved }) => moved !== undefined)?.moved;

/** Sets one after another. */
export function concatenated<T>(plans: readonly Plan<T>[], size: number | undefined): Plan<T> {
  const parts = plans.flatMap(({ indexed }) => (indexed === undefined || !Number.isFinite(indexed.size) ? [] : [indexed]));
  if (parts.length < plans.length) return streamed(size, (epoch) => chained((index) => plans[index]?.open(epoch, 0)));
  const ends = parts.map(((total) => (part: Indexed<T>) => (total += part.size))(0));
  return planOf({
    size: size ?? 0,
    moved: movedIn(parts),
    items: (epoch) => {
      const makers = parts.map((part) => part.items(epoch));
      return (index) => {
        const part = ends.findIndex((each) => index < each);
        return makers[part](index - (part === 0 ? 0 : ends[part - 1]));
      };
    },
  });
}

/** Pairs of two sets' items. */
export function zipped<T, U>(left: Plan<T>, right: Plan<U>): Plan<readonly [T, U]> {
  const size = left.size === undefined || right.size === undefined ? undefined : Math.min(left.size, right.size);
  const { indexed: a } = left;
  const { indexed: b } = right;
  if (a === undefined || b === undefined) return { size, open: (epoch, from) => paired(left.open(epoch, from), right.open(epoch, from), pairOf) };
  return planOf({
    size: Math.min(a.size, b.size),
    moved: movedIn([a, b]),
    items: (epoch) => {
      const [makeA, makeB] = [a.items(epoch), b.items(epoch)];
      return (index) => after(makeA(index), (one) => after(makeB(index), (other) => pairOf(one, other)));
    },
    ...(a.rows !== undefined && b.rows !== undefined && { rows: rowsOfBoth(a.rows, b.rows) }),
  });
}

const rowsOfBoth = (left: (epoch: number) => RowSource, right: (epoch: number) => RowSource) => (epoch: number): RowSource => {
  const [a, b] = [left(epoch), right(epoch)];
  return { slice: (from, to) => tupleOf([a.slice(from, to), b.slice(from, to)]), pick: (places) => tupleOf([a.pick(places), b.pick(places)]) };
};

/** Items are made once, in whichever epoch comes first; what failed is tried again when it is asked for again. */
export function cached<T>(source: Plan<T>): Plan<T> {
  const { indexed } = source;
  if (indexed !== undefined && Number.isFinite(indexed.size)) {
    const kept = new Map<number, Awaitable<T>>();
    let make: ((index: number) => Awaitable<T>) | undefined;
    const keep = (index: number, made: Awaitable<T>): Awaitable<T> => {
      kept.set(index, made);
      if (isPromise(made)) made.then(undefined, () => { kept.delete(index); });
      return made;
    };
    return planOf({
      size: indexed.size,
      // Places stay as they were in the first epoch.
      moved: indexed.moved === "shuffle" ? undefined : indexed.moved,
      items: (epoch) => {
        const maker = (make ??= indexed.items(epoch));
        return (index) => (kept.has(index) ? (kept.get(index) as Awaitable<T>) : keep(index, maker(index)));
      },
    });
  }
  return cachedStream(source);
}

/** Whoever is furthest asks the source; all others get what it gave. */
function cachedStream<T>({ size, open }: Plan<T>): Plan<T> {
  const steps: Awaitable<Step<T>>[] = [];
  let stream: Stream<T> | undefined;
  let over = false;
  let first: number | undefined;
  /** Drops the answers from one that failed on; the source begins again there. */
  const failed = (index: number, asked: Stream<T>): void => {
    if (stream !== asked) return;
    stream = undefined;
    steps.length = index;
    asked.close?.();
  };
  const ask = (index: number, epoch: number): Awaitable<Step<T>> => {
    const shared = (stream ??= open((first ??= epoch), index));
    try {
      const asked = index === 0 ? shared.next() : after(steps[index - 1], (step) => (step.done ? step : shared.next()));
      const step = after(asked, (given) => {
        over ||= given.done;
        return given;
      });
      if (isPromise(step)) step.then(undefined, () => { failed(index, shared); });
      return step;
    } catch (error) {
      failed(index, shared);
      throw error;
    }
  };
  const stepAt = (index: number, epoch: number): Awaitable<Step<T>> => {
    while (steps.length <= index && !over) steps.push(ask(steps.length, epoch));
    return steps[index] ?? end;
  };
  return {
    size,
    // Who leaves early does not close the source: others, and the next epoch, go on with it from where it stands.
    open: (epoch, from) => {
      let index = from;
      return { next: () => stepAt(index++, epoch) };
    },
  };
}

/** Random whole numbers below a limit: a shuffle's in one epoch. */
export function picker(seed: number, epoch: number): (below: number) => number {
  const source = generator(seed + epoch * 2 ** 32);
  const uniform = pooled((count) => source.uniform([count], { dtype: "float64" }).data);
  return (below) => Math.floor(uniform() * below);
}

/** The class of each item, for a split; it is asked for before anything is waited for. */
export function classIn<T>(caller: string, source: Indexed<T>, epoch: number, by: (item: T) => number): (_: unknown, index: number) => number {
  const make = source.items(epoch);
  return (_, index) => {
    const made = make(index);
    if (isPromise(made)) throw new NdgradError(`${caller}: items have to be waited for; split before the map that waits`);
    return by(made);
  };
}

/** k pairs of parts of an order: each fold is the test part once. */
export const foldsOf = (order: Int32Array, k: number, foldAt: (place: number) => number): readonly Split[] =>
  Array.from({ length: k }, (_, fold) => ({ train: order.filter((_item, place) => foldAt(place) !== fold), test: order.filter((_item, place) => foldAt(place) === fold) }));

/** The two parts that a split names. */
export const partsOf = <T>(source: Indexed<T>, { train, test }: Split): { readonly train: Plan<T>; readonly test: Plan<T> } => ({
  train: reordered(source, train.length, () => train),
  test: reordered(source, test.length, () => test),
});
