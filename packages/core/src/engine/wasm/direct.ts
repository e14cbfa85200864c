import { allocate, type TypedArray } from "../../dtype.ts";
import type { Primitive, Spec } from "../../primitive.ts";
import { sizeOf } from "../../shape/shape.ts";
import { copyRows, rowMajorData } from "../../storage.ts";
import { storageOf, type Tensor } from "../../tensor.ts";

/**
 * Rows picked from a tensor, on the JavaScript side: a batch out of a data set must not bring the whole set into scratch
 * memory. `null` for every other call.
 */
export function runDirectly(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, out: Spec): TypedArray | null {
  const { lower } = primitive;
  if (lower.kind !== "named" || lower.kernel !== "take") return null;
  const [x, indices] = inputs;
  const [outer, n, inner, m] = lower.sizes(inputs, attributes);
  const from = rowMajorData(storageOf(x, primitive.name), x.shape, x.dtype);
  const picked = rowMajorData(storageOf(indices, primitive.name), indices.shape, indices.dtype);
  const to = allocate(out.dtype, sizeOf(out.shape));
  for (let o = 0; o < outer; o++) copyRows({ from, first: o * n * inner, count: n, length: inner, places: picked }, to, o * m * inner);
  return to;
}
