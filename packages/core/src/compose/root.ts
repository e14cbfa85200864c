import { equal } from "../ops/elementwise/comparison.ts";
import { sqrt } from "../ops/elementwise/powers.ts";
import { where } from "../ops/elementwise/where.ts";
import type { Tensor } from "../tensor.ts";

/** √ of a sum of squares, with gradient 0 where the sum is 0: there √ is infinitely steep, and 0 · ∞ would be NaN. */
export function lengthOf(squares: Tensor): Tensor {
  const none = equal(squares, 0);
  return where(none, 0, sqrt(where(none, 1, squares)));
}
