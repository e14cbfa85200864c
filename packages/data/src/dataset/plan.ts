import { NdgradError, Tensor, slice, take, tensor, type ReadonlyInt32Array } from "@ndgrad/core";
import { orderOf } from "../random.ts";
import { rowOf } from "./collate.ts";
import { after, ahead, end, isPromise, item, withoutFirst, type Awaitable, type Step, type Stream } from "./stream.ts";

/** How a set's items are made. */
export interface Plan<T> {
  readonly size: number | undefined;
  /** The items of an epoch, one after another, from one of them on. */
  readonly open: (epoch: number, from: number) => Stream<T>;
  /** Where any item can be made without those before it. */
  readonly indexed?: Indexed<T>;
}

/** Items by their places, of which there are `size` in all. */
export interface Indexed<T> {
  readonly size: number;
  /** Who puts other items into the same places in other epochs (shuffle, which a cache of the whole undoes), or an item into several. */
  readonly moved: "shuffle" | "repeat" | "window" | undefined;
  /** Items of an epoch: what depends on the epoch alone, such as an order, is made once. */
  readonly items: (epoch: number) => (index: number) => Awaitable<T>;
  /** Where items are rows of tensors: many at once. */
  readonly rows?: (epoch: number) => RowSource;
}

/** Batches of items that are rows of tensors: what `collate` would make of them, without taking the tensors apart. */
export interface RowSource {
  /** Rows side by side: views. */
  readonly slice: (from: number, to: number) => unknown;
  /** Rows from anywhere, gathered once. Nobody changes the places afterwards. */
  readonly pick: (places: ReadonlyInt32Array) => unknown;
}

export function planOf<T>(indexed: Indexed<T>): Plan<T> {
  return {
    size: indexed.size,
    indexed,
    open: (epoch, from) => {
      const make = indexed.items(epoch);
      let next = from;
      return { next: (): Awaitable<Step<T>> => (next < indexed.size ? after(make(next++), item) : end) };
    },
  };
}

/** The items of an epoch, of which the next `count` are begun before they are wanted, none waiting for another. */
export function begunAhead<T>(indexed: Indexed<T>, epoch: number, from: number, count: number): Stream<T> {
  const make = indexed.items(epoch);
  let next = from;
  // Each in a record: a stream that gave promises would be waited for item by item.
  const begun = ahead<{ readonly made: Awaitable<T> }>({
    next: () => {
      if (next >= indexed.size) return end;
      const made = make(next++);
      // Who waits for it will see its error; until then that is nobody's.
      if (isPromise(made)) made.then(undefined, () => undefined);
      return item({ made });
    },
  }, count);
  return { next: () => after(begun.next(), (step): Awaitable<Step<T>> => (step.done ? end : after(step.value.made, item))) };
}

/** A plan without places: what comes before `from` is made and dropped. */
export const streamed = <T>(size: number | undefined, open: (epoch: number) => Stream<T>): Plan<T> => ({
  size,
  open: (epoch, from) => (from === 0 ? open(epoch) : withoutFirst(open(epoch), from)),
});

/** A tensor, or several by name, a row an item. */
export function rowsPlan(tensors: Tensor | Readonly<Record<string, Tensor>>, size: number): Plan<unknown> {
  const each = (f: (x: Tensor) => Tensor): unknown => (tensors instanceof Tensor ? f(tensors) : Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, f(x)])));
  const source: RowSource = {
    slice: (from, to) => each((x) => slice(x, [[from, to]])),
    pick: (places) => {
      const indices = tensor(places);
      return each((x) => take(x, indices, { axis: 0 }));
    },
  };
  return planOf({ size, moved: undefined, rows: () => source, items: () => (index) => each((x) => rowOf(x, index)) });
}

/** Some of the items, in another order: `orderAt` names them by their places; `moved` says who has another one in each epoch. */
export function reordered<T>(source: Indexed<T>, size: number, orderAt: (epoch: number) => ReadonlyInt32Array, moved: Indexed<T>["moved"] = source.moved): Plan<T> {
  const { rows } = source;
  return planOf({
    size,
    moved,
    items: (epoch) => {
      const make = source.items(epoch);
      const order = orderAt(epoch);
      return (index) => make(order[index]);
    },
    ...(rows !== undefined && {
      rows: (epoch: number): RowSource => {
        const { pick } = rows(epoch);
        const order = orderAt(epoch);
        return { slice: (from, to) => pick(order.subarray(from, to)), pick: (places) => pick(places.map((place) => order[place])) };
      },
    }),
  });
}

/** `size` items from one of them on. */
export function shifted<T>(source: Indexed<T>, size: number, by: number): Plan<T> {
  const { rows, moved } = source;
  return planOf({
    size,
    moved,
    items: (epoch) => {
      const make = source.items(epoch);
      return (index) => make(index + by);
    },
    ...(rows !== undefined && {
      rows: (epoch: number): RowSource => {
        const all = rows(epoch);
        return { slice: (from, to) => all.slice(from + by, to + by), pick: (places) => all.pick(places.map((place) => place + by)) };
      },
    }),
  });
}

/** What is made for a number; the last one is kept, as an epoch asks for it again and again. */
export function lastKept<T>(make: (number: number) => T): (number: number) => T {
  let last: { readonly number: number; readonly made: T } | undefined;
  return (number) => {
    if (last?.number !== number) last = { number, made: make(number) };
    return last.made;
  };
}

/** The order of an epoch. */
export const orders = (size: number, seed: number): ((epoch: number) => ReadonlyInt32Array) => lastKept((epoch) => orderOf(size, seed, epoch));

/** A plan's places, or an error that says who needs them. */
export function indexedOf<T>({ indexed }: Plan<T>, caller: string, remedy: string): Indexed<T> {
  if (indexed === undefined) throw new NdgradError(`${caller}: this set is a stream, whose items come one after another; ${remedy}`);
  if (!Number.isFinite(indexed.size)) throw new NdgradError(`${caller}: this set never ends; ${caller} before repeat, or ${remedy}`);
  return indexed;
}

/** A plan's places for parts without an item in common: each place has one item, the same one in every epoch. */
export function fixedOf<T>(plan: Plan<T>, caller: string): Indexed<T> {
  const before = (name: string): string => `${caller} before ${name}: data.${caller}(…), then train.${name}()`;
  const { moved } = plan.indexed ?? {};
  if (moved === "repeat") throw new NdgradError(`${caller}: after repeat an item has several places, and would be in both parts; ${before("repeat")}`);
  if (moved === "window") throw new NdgradError(`${caller}: windows that overlap share items, which would be in both parts; take some items before window, and skip them for the other part`);
  const indexed = indexedOf(plan, caller, "read it into an array first: dataset(await data.toArray())");
  if (indexed.moved === "shuffle") throw new NdgradError(`${caller}: after shuffle every epoch has other items in the same places, and those of the test part would come into training; ${before("shuffle")}`);
  return indexed;
}
