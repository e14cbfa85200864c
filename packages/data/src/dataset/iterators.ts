import { NdgradError } from "@ndgrad/core";
import { isPromise, type Stream } from "./stream.ts";
import type { Position, PositionedIterator } from "./types.ts";

/** What `for` steps through; over once it was left or something threw. */
export function syncIterator<T>(stream: Stream<T>): Iterator<T, undefined> {
  let over = false;
  return {
    next: () => {
      if (over) return done;
      try {
        const step = stream.next();
        if (isPromise(step)) {
          // What comes of it is nobody's.
          step.then(undefined, () => undefined);
          throw new NdgradError("dataset: its items have to be waited for; use for await");
        }
        over = step.done;
        return step.done ? done : step;
      } catch (error) {
        over = true;
        closeAfter(stream);
        throw error;
      }
    },
    return: () => {
      over = true;
      stream.close?.();
      return done;
    },
  };
}

/** What `for await` steps through, over once it was left or something threw; it counts what it gave. */
export function positionedIterator<T>(stream: Stream<T>, start: Position): PositionedIterator<T> {
  let { taken } = start;
  let over = false;
  const following = async (): Promise<IteratorResult<T, undefined>> => {
    if (over) return done;
    try {
      const step = await stream.next();
      over ||= step.done;
      if (step.done) return done;
      taken++;
      return step;
    } catch (error) {
      over = true;
      closeAfter(stream);
      throw error;
    }
  };
  // Streams are asked one question at a time: who asks several at once gets the answers in order.
  let last: Promise<unknown> = Promise.resolve();
  const iterator: PositionedIterator<T> = {
    get position() { return { epoch: start.epoch, taken }; },
    next: () => {
      const answer = last.then(following, following);
      last = answer;
      return answer;
    },
    return: () => {
      over = true;
      stream.close?.();
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

const done = { done: true, value: undefined } as const;

/** Closes what threw; the first error is the one to see. */
function closeAfter(stream: Stream<unknown>): void {
  try {
    stream.close?.();
  } catch {
    return;
  }
}
