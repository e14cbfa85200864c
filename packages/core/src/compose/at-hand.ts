import type { Tensor } from "../tensor.ts";

/**
 * Whether all elements are there to be looked at, and lie within bounds (NaN does not). What is computed operation by operation takes
 * the short way where its result shows that nothing was lost on it; a traced function has one way for all numbers, which becomes one
 * kernel whatever it is made of.
 */
export function allWithin({ storage, size }: Tensor, least: number, most: number): boolean {
  if (storage === null || size === 0 || !storage.contiguous) return false;
  const { data, offset } = storage;
  for (let i = offset; i < offset + size; i++) if (!(data[i] >= least && data[i] <= most)) return false;
  return true;
}

/** Sums of squares between which no square that counts has left the range of its dtype. */
export const squaresInRange = (total: Tensor): boolean => (total.dtype === "float32" ? allWithin(total, 2 ** -80, 2 ** 120) : allWithin(total, 2 ** -900, 2 ** 1000));
