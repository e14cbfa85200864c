import { isFloat } from "../src/dtype.ts";
import { showSpec } from "../src/errors.ts";
import type { Tensor } from "../src/tensor.ts";

/** Where two tensors differ: `null` where every element is the same or, for floats, as close as `tolerance` times the largest says. */
export function difference(actual: Tensor, expected: Tensor, tolerance: number): string | null {
  if (showSpec(actual) !== showSpec(expected)) return `${showSpec(actual)} beside ${showSpec(expected)}`;
  const [a, b] = [actual.data, expected.data];
  let largest = 1;
  for (const value of b) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue;
    if (tolerance > 0 && isFloat(actual.dtype) && Math.abs(a[i] - b[i]) <= tolerance * largest) continue;
    return `${showSpec(actual)} at ${i}: ${a[i]} beside ${b[i]}`;
  }
  return null;
}
