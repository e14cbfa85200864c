import { NdgradError } from "@ndgrad/core";

/** Throws unless a setting is a whole number of at least `least`. */
export function checkWhole(caller: string, setting: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw new NdgradError(`${caller}: ${setting} must be a whole number of at least ${least}, got ${String(value)}`);
}
