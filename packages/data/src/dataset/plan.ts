import { NdgradError, Tensor, slice, take, tensor } from "@ndgrad/core";
import { orderOf } from "../random.ts";
import { rowOf } from "./collate.ts";
import { after, end, item, withoutFirst, type Awaitable, type Step, type Stream } from "./stream.ts";

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
  /** Items of an epoch: what depends on the epoch alone, such as an order, is made once. */
  readonly items: (epoch: number) => (index: number) => Awaitable<T>;
  /** Where items are rows of tensors: many at once. */
  readonly rows?: (epoch: number) => RowSource;
}

/** A tensor, or several by name, whose rows are items. */
export type Rows = Tensor | Readonly<Record<string, Tensor>>;

/** Rows of tensors in an order. */
export interface RowSource {
  readonly of: Rows;
  /** Which rows, or undefined for all as they lie. */
  readonly order: Int32Array | undefined;
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

/** A plan without places: what comes before `from` is made and dropped. */
export const streamed = <T>(size: number | undefined, open: (epoch: number) => Stream<T>): Plan<T> => ({
  size,
  open: (epoch, from) => (from === 0 ? open(epoch) : withoutFirst(open(epoch), from)),
});

/** Tensors, a row an item. */
export const rowsPlan = (of: Rows, size: number): Plan<unknown> => planOf({
  size,
  rows: () => ({ of, order: undefined }),
  items: () => (index) => each(of, (x) => rowOf(x, index)),
});

/** Rows from one place up to another, as tensors: views where they lie side by side, else gathered once. */
export function rowsBetween({ of, order }: RowSource, from: number, to: number): unknown {
  if (order === undefined) return each(of, (x) => slice(x, [[from, to]]));
  const indices = tensor(order.subarray(from, to));
  return each(of, (x) => take(x, indices, { axis: 0 }));
}

const each = (of: Rows, f: (x: Tensor) => Tensor): unknown => (of instanceof Tensor ? f(of) : Object.fromEntries(Object.entries(of).map(([name, x]) => [name, f(x)])));

/** Some of the items, in another order: `orderAt` names them by their places. */
export function reordered<T>(source: Indexed<T>, size: number, orderAt: (epoch: number) => (index: number) => number): Plan<T> {
  const { rows } = source;
  const items: Indexed<T> = {
    size,
    items: (epoch) => {
      const make = source.items(epoch);
      const order = orderAt(epoch);
      return (index) => make(order(index));
    },
  };
  if (rows === undefined || !Number.isFinite(size)) return planOf(items);
  return planOf({
    ...items,
    rows: (epoch) => {
      const { of, order } = rows(epoch);
      const place = orderAt(epoch);
      const own = new Int32Array(size);
      for (let i = 0; i < size; i++) own[i] = order === undefined ? place(i) : order[place(i)];
      return { of, order: own };
    },
  });
}

/** The order of one epoch; the last one is kept, as an epoch asks for it again and again. */
export function orders(size: number, seed: number): (epoch: number) => Int32Array {
  let last: { readonly epoch: number; readonly order: Int32Array } | undefined;
  return (epoch) => {
    if (last?.epoch !== epoch) last = { epoch, order: orderOf(size, seed, epoch) };
    return last.order;
  };
}

/** A plan's places, or an error that says who needs them. */
export function indexedOf<T>({ indexed }: Plan<T>, caller: string, remedy: string): Indexed<T> {
  if (indexed === undefined || !Number.isFinite(indexed.size)) throw new NdgradError(`${caller}: this set is a stream, without a size; ${remedy}`);
  return indexed;
}
