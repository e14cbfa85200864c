import { TraceError } from "../errors.ts";

/** What gives another value at each call of JavaScript's, and what to write instead where a function runs once for many calls. */
const changing: readonly (readonly [owner: object, name: string, message: string])[] = [
  [Math, "random", "Math.random() would give the same number at every call of the compiled function; draw from a generator, or pass the number as a tensor"],
  [Date, "now", "Date.now() would give the time of tracing at every call of the compiled function; take the time outside, or pass it as a tensor"],
];

/** The properties as they were before the outermost trace. */
let own: readonly (PropertyDescriptor | undefined)[] | null = null;

/** Runs what is not traced within a function that is: it has chance and time as ever. */
export function withChance<T>(run: () => T): T {
  if (own === null) return run();
  const [guarded, outer] = [current(), own];
  put(outer);
  own = null;
  try {
    return run();
  } finally {
    own = outer;
    put(guarded);
  }
}

const current = (): readonly (PropertyDescriptor | undefined)[] => changing.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));

/** A frozen global stays as it is: nothing depends on this but a better message. */
function put(descriptors: readonly (PropertyDescriptor | undefined)[]): void {
  changing.forEach(([owner, name], i) => {
    const descriptor = descriptors[i];
    if (descriptor !== undefined && Object.getOwnPropertyDescriptor(owner, name)?.configurable === true) Object.defineProperty(owner, name, descriptor);
  });
}

/** Runs a function that is traced: where it asks for chance or for the time, it hears that it would get one answer for all runs. */
export function withoutChance<T>(run: () => T): T {
  if (own !== null) return run();
  own = current();
  put(own.map((descriptor, i) => (descriptor !== undefined && "value" in descriptor
    ? { ...descriptor, value: () => { throw new TraceError(`compile: ${changing[i][2]}`); } } : undefined)));
  try {
    return run();
  } finally {
    put(own);
    own = null;
  }
}
