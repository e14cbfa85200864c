import { planOf, type Plan } from "./plan.ts";
import { after, end, isPromise, type Awaitable, type Step, type Stream } from "./stream.ts";

/** The items of epoch 0, made once; what failed is tried again when it is asked for again. */
export function cached<T>(source: Plan<T>): Plan<T> {
  const { indexed } = source;
  if (indexed !== undefined && Number.isFinite(indexed.size)) {
    const { rows, moved } = indexed;
    const kept = new Map<number, Awaitable<T>>();
    let make: ((index: number) => Awaitable<T>) | undefined;
    const keep = (index: number, made: Awaitable<T>): Awaitable<T> => {
      kept.set(index, made);
      if (isPromise(made)) made.then(undefined, () => { kept.delete(index); });
      return made;
    };
    return planOf({
      size: indexed.size,
      // Places stay as they are in epoch 0.
      moved: moved === "shuffle" ? undefined : moved,
      items: () => {
        const maker = (make ??= indexed.items(0));
        return (index) => (kept.has(index) ? (kept.get(index) as Awaitable<T>) : keep(index, maker(index)));
      },
      ...(rows !== undefined && { rows: () => rows(0) }),
    });
  }
  return cachedStream(source);
}

/** Whoever is furthest asks the source; all others get what it gave. */
function cachedStream<T>({ size, open }: Plan<T>): Plan<T> {
  const steps: Awaitable<Step<T>>[] = [];
  let stream: Stream<T> | undefined;
  let over = false;
  /** Drops the answers from one that failed on; the source begins again there. */
  const failed = (index: number, asked: Stream<T>): void => {
    if (stream !== asked) return;
    stream = undefined;
    steps.length = index;
    asked.close?.();
  };
  const ask = (index: number): Awaitable<Step<T>> => {
    const shared = (stream ??= open(0, index));
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
  const stepAt = (index: number): Awaitable<Step<T>> => {
    while (steps.length <= index && !over) steps.push(ask(steps.length));
    return steps[index] ?? end;
  };
  return {
    size,
    // Who leaves early does not close the source: others, and the next epoch, go on with it from where it stands.
    open: (_, from) => {
      let index = from;
      return { next: () => stepAt(index++) };
    },
  };
}
