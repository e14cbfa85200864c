import { maximum, minimum } from "../ops/elementwise/extremes.ts";
import type { Value } from "../ops/literal.ts";
import type { Tensor } from "../tensor.ts";

/** Bounds that elements are moved to; either may be left out. They broadcast against the tensor. */
export interface ClipOptions {
  readonly min?: Value | undefined;
  readonly max?: Value | undefined;
}

/**
 * The elements moved into [min, max]: min(max(x, min), max), so `max` wins where the bounds cross; NaN stays. The
 * gradient flows to x within the bounds, to the bound outside, and half to each where they are equal. NumPy: clip.
 * @throws ShapeError where the bounds do not broadcast with x.
 * @example clip(tensor([-2, 0.5, 3]), { min: 0, max: 1 }); // [0, 0.5, 1]
 */
export function clip(x: Tensor, { min, max }: ClipOptions = {}): Tensor {
  const above = min === undefined ? x : maximum(x, min);
  return max === undefined ? above : minimum(above, max);
}
