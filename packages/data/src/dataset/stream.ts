import { NdgradError } from "@ndgrad/core";

/** A value, or the promise of one: what is at hand is passed on at once, so that plain loops stay plain. */
export type Awaitable<T> = T | PromiseLike<T>;

/** What a stream gives: the next item, or that there is none. */
export type Step<T> = { readonly done: false; readonly value: T } | { readonly done: true };

/** Items that are asked for one after another; never again before the last answer is there. */
export interface Stream<T> {
  next(): Awaitable<Step<T>>;
  /** Nobody will ask again. */
  close?(): void;
}

export const end: Step<never> = { done: true };
export const item = <T>(value: T): Step<T> => ({ done: false, value });

export const isPromise = <T>(value: Awaitable<T>): value is PromiseLike<T> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

/** Goes on with a value, now if it is here. */
export const after = <T, U>(value: Awaitable<T>, go: (value: T) => Awaitable<U>): Awaitable<U> => (isPromise(value) ? value.then(go) : go(value));

/** The same with several values, which are waited for together. */
export const afterAll = <T, U>(values: readonly Awaitable<T>[], go: (values: readonly T[]) => U): Awaitable<U> => (values.some(isPromise) ? Promise.all(values).then(go) : go(values as readonly T[]));

/** Calls `turn` until it gives something; loops where it can, so that long ones do not pile up calls. */
export function until<T>(turn: () => Awaitable<T | undefined>): Awaitable<T> {
  for (;;) {
    const result = turn();
    if (isPromise(result)) return result.then((given) => given ?? until(turn));
    if (result !== undefined) return result;
  }
}

/** The items of an iterable, sync or not. */
export const streamOf = <T>(source: Iterable<T> | AsyncIterable<T>): Stream<T> => streamFrom(iteratorOf(source));

/** The items of an iterable again and again; an iterator that is its own iterable, as generators make them, has only one time. */
export function startsOf<T>(source: Iterable<T> | AsyncIterable<T>): () => Stream<T> {
  let usedUp = false;
  return () => {
    if (usedUp) throw new NdgradError("dataset: this iterator was read already and cannot start again; give the generator function, not what it returns");
    const iterator = iteratorOf(source);
    usedUp = (iterator as unknown) === source;
    return streamFrom(iterator);
  };
}

const iteratorOf = <T>(source: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> => (Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]());

function streamFrom<T>(iterator: Iterator<T> | AsyncIterator<T>): Stream<T> {
  const step = (result: IteratorResult<T, unknown>): Step<T> => (result.done === true ? end : item(result.value));
  return {
    next: () => after(iterator.next(), step),
    close: () => {
      const closed: unknown = iterator.return?.();
      // Nobody waits for an end that nobody asked about.
      if (isPromise(closed)) closed.then(undefined, () => undefined);
    },
  };
}

export function mapped<T, U>(source: Stream<T>, f: (value: T, index: number) => Awaitable<U>): Stream<U> {
  let index = 0;
  return {
    ...source,
    next: () => after(source.next(), (step): Awaitable<Step<U>> => (step.done ? end : after(f(step.value, index++), item))),
  };
}

export function filtered<T>(source: Stream<T>, keep: (value: T, index: number) => Awaitable<boolean>): Stream<T> {
  let index = 0;
  return {
    ...source,
    next: () => until(() => after(source.next(), (step): Awaitable<Step<T> | undefined> => (step.done ? step : after(keep(step.value, index++), (kept) => (kept ? step : undefined))))),
  };
}

/** The first items, and no question to the source beyond them. */
export function firstOf<T>(source: Stream<T>, count: number): Stream<T> {
  let left = count;
  return {
    ...source,
    next: () => {
      if (left > 0) {
        left--;
        return source.next();
      }
      source.close?.();
      return end;
    },
  };
}

export function withoutFirst<T>(source: Stream<T>, count: number): Stream<T> {
  let left = count;
  return { ...source, next: () => until(() => after(source.next(), (step) => (step.done || left-- <= 0 ? step : undefined))) };
}

/** Items in groups: each has `size` of them and begins `stride` after the one before; a last one that is not full if `partial`. */
export function grouped<T>(source: Stream<T>, size: number, stride: number, partial: boolean): Stream<readonly T[]> {
  let held: T[] = [];
  let skipping = 0;
  // Whether something is held that no group has had.
  let fresh = false;
  let over = false;
  return {
    ...source,
    next: () => until(() => {
      if (over) return end;
      return after(source.next(), (step): Step<readonly T[]> | undefined => {
        if (step.done) {
          over = true;
          return partial && fresh ? item(held) : end;
        }
        if (skipping > 0) {
          skipping--;
          return undefined;
        }
        held.push(step.value);
        fresh = true;
        if (held.length < size) return undefined;
        const full = held;
        held = full.slice(stride);
        skipping = Math.max(0, stride - size);
        fresh = false;
        return item(full);
      });
    }),
  };
}

export function flattened<T>(source: Stream<Iterable<T>>): Stream<T> {
  let inner: Iterator<T> | undefined;
  return {
    ...source,
    next: () => until(() => {
      const result = inner?.next();
      if (result?.done === false) return item(result.value);
      return after(source.next(), (step): Step<T> | undefined => {
        if (step.done) return end;
        inner = step.value[Symbol.iterator]();
        return undefined;
      });
    }),
  };
}

/** Streams one after another; each is opened when the one before is at its end, knowing whether that gave anything. */
export function chained<T>(open: (index: number, gave: boolean) => Stream<T> | undefined): Stream<T> {
  let index = 0;
  let gave = true;
  let current: Stream<T> | undefined;
  // An answer may come when nobody wants more: then nothing is opened that nobody would close.
  let left = false;
  const following = (): void => {
    current = left ? undefined : open(index++, gave);
    gave = false;
  };
  following();
  return {
    next: () => until(() => {
      if (current === undefined) return end;
      return after(current.next(), (step): Step<T> | undefined => {
        if (!step.done) {
          gave = true;
          return step;
        }
        following();
        return undefined;
      });
    }),
    close: () => {
      left = true;
      current?.close?.();
    },
  };
}

/** One of each stream in turn; those at their end are left out. */
export function interleaved<T>(streams: readonly Stream<T>[]): Stream<T> {
  let open = [...streams];
  let turn = 0;
  return {
    next: () => until(() => {
      const source = open[turn % Math.max(1, open.length)] as Stream<T> | undefined;
      if (source === undefined) return end;
      return after(source.next(), (step): Step<T> | undefined => {
        if (!step.done) {
          turn = (turn + 1) % open.length;
          return step;
        }
        turn %= open.length;
        open = open.filter((each) => each !== source);
        if (turn >= open.length) turn = 0;
        return undefined;
      });
    }),
    close: () => { for (const source of open) source.close?.(); },
  };
}

/** Pairs, until one of the two is at its end: then nobody asks the other again either. */
export function paired<T, U, P>(left: Stream<T>, right: Stream<U>, pair: (one: T, other: U) => P): Stream<P> {
  const close = (): void => {
    left.close?.();
    right.close?.();
  };
  const over = (): Step<never> => {
    close();
    return end;
  };
  return {
    next: () => after(left.next(), (a): Awaitable<Step<P>> => (a.done ? over() : after(right.next(), (b) => (b.done ? over() : item(pair(a.value, b.value)))))),
    close,
  };
}

/** Holds `window` items and gives one of them at random, until there are none. */
export function shuffledWithin<T>(source: Stream<T>, window: number, pick: (below: number) => number): Stream<T> {
  const held: T[] = [];
  let over = false;
  return {
    ...source,
    next: () => until(() => {
      if (over || held.length === window) {
        if (held.length === 0) return end;
        const at = pick(held.length);
        const value = held[at];
        held[at] = held[held.length - 1];
        held.pop();
        return item(value);
      }
      return after(source.next(), (step): Step<T> | undefined => {
        if (step.done) over = true;
        else held.push(step.value);
        return undefined;
      });
    }),
  };
}

/** Asks for up to `count` items before they are wanted. What goes wrong meanwhile comes out in its turn. */
export function ahead<T>(source: Stream<T>, count: number): Stream<T> {
  const asked: (() => Awaitable<Step<T>>)[] = [];
  let over = false;
  // Streams are asked one question at a time: each waits for the one before.
  let last: Awaitable<unknown>;
  const following = (): Awaitable<Step<T>> => after(last, () => after(over ? end : source.next(), (step) => {
    over ||= step.done;
    return step;
  }));
  const ask = (): void => {
    try {
      const answer = following();
      // Who waits for it will see its error; until then that is nobody's.
      last = isPromise(answer) ? answer.then(() => undefined, () => undefined) : undefined;
      asked.push(() => answer);
    } catch (error) {
      asked.push(() => { throw error; });
    }
  };
  return {
    ...source,
    next: () => {
      while (asked.length <= count) ask();
      return (asked.shift() as () => Awaitable<Step<T>>)();
    },
    // What waits for its turn is not asked any more.
    close: () => {
      over = true;
      source.close?.();
    },
  };
}
