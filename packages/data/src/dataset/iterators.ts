import { NdgradError } from "@ndgrad/core";
import { isPromise, type Stream } from "./stream.ts";
import type { Position, PositionedIterator } from "./types.ts";

/** What `for` steps through. */
export function syncIterator<T>(stream: Stream<T>): Iterator<T, undefined> {
  return {
    next: () => {
      const step = stream.next();
      if (isPromise(step)) throw new NdgradError("dataset: its items have to be waited for; use for await");
      return step.done ? { done: true, value: undefined } : step;
    },
    return: () => {
      stream.close?.();
      return { done: true, value: undefined };
    },
  };
}

/** What `for await` steps through; it counts what it gave. */
export function positionedIterator<T>(stream: Stream<T>, start: Position): PositionedIterator<T> {
  let { taken } = start;
  const iterator: PositionedIterator<T> = {
    get position() { return { epoch: start.epoch, taken }; },
    next: async () => {
      const step = await stream.next();
      if (step.done) return { done: true, value: undefined };
      taken++;
      return step;
    },
    return: () => {
      stream.close?.();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
