import { NdgradError, Tensor, generator, type ReadonlyInt32Array } from "@ndgrad/core";
import { pooled } from "../random.ts";
import type { Split } from "../split.ts";
import { collate, joined, listOf, pairOf, tupleOf } from "./collate.ts";
import { lastKept, planOf, reordered, streamed, type Indexed, type Plan, type RowSource } from "./plan.ts";
import { after, afterAll, chained, isPromise, paired, type Awaitable } from "./stream.ts";

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
      return (batch) => afterAll(Array.from({ length: edge(batch + 1) - edge(batch) }, (_, i) => make(edge(batch) + i)), collate);
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

/** How many windows there are of `size` items: full ones, and, if `partial`, one that is not but has what no other has. */
export function windowsIn(size: number, count: number, stride: number, partial: boolean): number {
  if (size === Infinity) return Infinity;
  const full = Math.max(0, Math.floor((size - count) / stride) + 1);
  const had = full === 0 ? 0 : (full - 1) * stride + count;
  return full + Number(partial && Math.max(had, full * stride) < size);
}

/** Items side by side, `count` of them from every `stride`-th place on. */
export function windowsOf<T>(source: Indexed<T>, count: number, stride: number, partial: boolean): Indexed<readonly T[]> {
  const { size, moved } = source;
  return {
    size: windowsIn(size, count, stride, partial),
    moved: stride < count ? strongest([moved, "window"]) : moved,
    items: (epoch) => {
      const make = source.items(epoch);
      const none = { from: 0, items: [] as readonly Awaitable<T>[] };
      // What a window shares with the one before is not made again.
      let last = none;
      return (window) => {
        const from = window * stride;
        const kept = last;
        const items = Array.from({ length: Math.min(count, size - from) }, (_, i) => {
          const place = from + i - kept.from;
          return place >= 0 && place < kept.items.length ? kept.items[place] : make(from + i);
        });
        last = { from, items };
        const made = afterAll(items, listOf);
        if (isPromise(made)) made.then(undefined, () => { last = none; });
        return made;
      };
    },
  };
}

/** The items of one epoch after another. */
export function repeated<T>(source: Indexed<T>, times: number): Indexed<T> {
  const { size, rows, moved } = source;
  return {
    size: size === 0 ? 0 : size * times,
    moved: "repeat",
    items: (first) => {
      const ofRound = lastKept((round) => source.items(first + round));
      return (index) => {
        const round = Math.floor(index / size);
        return ofRound(round)(index - round * size);
      };
    },
    ...(rows !== undefined && { rows: (first: number) => rowsInRounds(moved === undefined ? () => rows(first) : lastKept((round) => rows(first + round)), size, moved === undefined) }),
  };
}

/** Rows of one round after another: each round's part is taken as a whole, and parts are put together. `alike` says that all rounds are. */
function rowsInRounds(ofRound: (round: number) => RowSource, size: number, alike: boolean): RowSource {
  const roundOf = (place: number): number => Math.floor(place / size);
  return {
    slice: (from, to) => {
      const parts: unknown[] = [];
      for (let at = from; at < to;) {
        const start = roundOf(at) * size;
        const until = Math.min(to, start + size);
        parts.push(ofRound(roundOf(at)).slice(at - start, until - start));
        at = until;
      }
      return joined(parts);
    },
    pick: (places) => {
      if (alike) return ofRound(0).pick(places.map((place) => place % size));
      const parts: unknown[] = [];
      for (let at = 0; at < places.length;) {
        const round = roundOf(places[at]);
        let until = at + 1;
        while (until < places.length && roundOf(places[until]) === round) until++;
        parts.push(ofRound(round).pick(places.subarray(at, until).map((place) => place - round * size)));
        at = until;
      }
      return joined(parts);
    },
  };
}

/** Why parts of a set would share items; where there are several reasons, the one that stays behind a cache. */
const strongest = (reasons: readonly Indexed<unknown>["moved"][]): Indexed<unknown>["moved"] => (["repeat", "window", "shuffle"] as const).find((each) => reasons.includes(each));
const movedIn = (parts: readonly Indexed<unknown>[]): Indexed<unknown>["moved"] => strongest(parts.map(({ moved }) => moved));

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

/** Random whole numbers below a limit: a shuffle's in one epoch. */
export function picker(seed: number, epoch: number): (below: number) => number {
  const source = generator(seed, { epoch });
  const uniform = pooled((count) => source.uniform([count], { dtype: "float64" }).data);
  return (below) => Math.floor(uniform() * below);
}

/** The class of each item, for a split; it is asked for before anything is waited for. */
export function classIn<T>(caller: string, source: Indexed<T>, epoch: number, by: (item: T) => number): (_: unknown, index: number) => number {
  const make = source.items(epoch);
  return (_, index) => {
    const made = make(index);
    if (isPromise(made)) throw new NdgradError(`${caller}: items have to be waited for; split before the map that waits`);
    const label: unknown = by(made);
    if (typeof label !== "number" || !Number.isFinite(label)) throw new NdgradError(`${caller}: by gave ${label instanceof Tensor ? "a tensor" : String(label)} for item ${index}; give the number of its class, of a scalar tensor by item()`);
    return label;
  };
}

/** k pairs of parts of an order: each fold is the test part once. */
export const foldsOf = (order: ReadonlyInt32Array, k: number, foldAt: (place: number) => number): readonly Split[] =>
  Array.from({ length: k }, (_, fold) => ({ train: order.filter((_item, place) => foldAt(place) !== fold), test: order.filter((_item, place) => foldAt(place) === fold) }));

/** The two parts that a split names. */
export const partsOf = <T>(source: Indexed<T>, { train, test }: Split): { readonly train: Plan<T>; readonly test: Plan<T> } => ({
  train: reordered(source, train.length, () => train),
  test: reordered(source, test.length, () => test),
});
