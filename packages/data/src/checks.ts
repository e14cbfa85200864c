import { NdgradError } from "@ndgrad/core";

/** Throws unless a setting is a whole number of at least `least`. */
export function checkWhole(caller: string, setting: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw new NdgradError(`${caller}: ${setting} must be a whole number of at least ${least}, got ${String(value)}`);
}

/** Throws unless a seed is a whole number below 2³²: an epoch's number stands above it, and larger seeds would have other seeds' orders. */
export function checkSeed(caller: string, seed: number): void {
  checkWhole(caller, "seed", seed, 0);
  if (seed >= 2 ** 32) throw new NdgradError(`${caller}: seed must be below 2 ** 32, got ${seed}`);
}
