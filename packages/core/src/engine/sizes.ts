import type { Size } from "./program.ts";

/** A size as a number: in a whole program, compiled for fixed shapes, all are. */
export function known(size: Size): number {
  if (typeof size !== "number") throw new Error("engine: a size that each call gives, or a place that moves, stands where a whole program has a number");
  return size;
}

export const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
