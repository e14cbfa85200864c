import { NdgradError, Tensor, Variable, type Generator } from "@ndgrad/core";

/** Throws where more was given than the data: what stands behind them would be ignored. `instead` is how it is written. */
export function checkAlone(caller: string, given: ArrayLike<unknown>, instead: string): void {
  if (given.length > 1) throw new NdgradError(`${caller}: takes one argument, got ${given.length}; write ${instead}`);
}

/** Throws unless a setting is a whole number of at least `least`. */
export function checkWhole(caller: string, setting: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw new NdgradError(`${caller}: ${setting} must be a whole number of at least ${least}, got ${kindOf(value)}`);
}

/** Throws unless a seed is a whole number below 2³²: an epoch's number stands above it, and larger seeds would have other seeds' orders. */
export function checkSeed(caller: string, seed: number): void {
  checkWhole(caller, "seed", seed, 0);
  if (seed >= 2 ** 32) throw new NdgradError(`${caller}: seed must be below 2 ** 32, got ${seed}`);
}

/** What a wrong argument is, for errors. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof Tensor) return "a tensor";
  if (value instanceof Variable) return "a variable";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (name === "Object") return "a record";
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}

/** A tensor, or the one that a variable holds. @throws NdgradError for anything else. */
export function checkTensor(caller: string, what: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  if (value instanceof Variable) return value.value;
  throw new NdgradError(`${caller}: ${what} is ${kindOf(value)} and no tensor; tensor(…) makes one of numbers`);
}

/** Throws unless an argument is a function. */
export function checkFunction(caller: string, what: string, value: unknown): void {
  if (typeof value !== "function") throw new NdgradError(`${caller}: ${what} is ${kindOf(value)}; give a function`);
}

/** Throws unless it is a source of random numbers that generator(seed) gives. */
export function checkGenerator(caller: string, random: unknown): void {
  if (typeof (Object(random) as Partial<Generator>).bernoulli !== "function") throw new NdgradError(`${caller}: random is ${kindOf(random)}; give what generator(seed) of @ndgrad/core gives`);
}
