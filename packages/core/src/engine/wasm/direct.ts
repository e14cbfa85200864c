import { allocate, type TypedArray } from "../../dtype.ts";
import type { Primitive, Spec } from "../../primitive.ts";
import { sizeOf } from "../../shape/shape.ts";
import { rowMajorData } from "../../storage.ts";
import { storageOf, type Tensor } from "../../tensor.ts";

/** Up to here copying a row by the element is quicker than to make a subarray. */
const shortRow = 32;

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
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < m; j++, at += inner) {
      const index = picked[j] < 0 ? picked[j] + n : picked[j];
      // Out of range means the nearest end, as in the compiled kernel.
      const start = (o * n + Math.min(Math.max(index, 0), n - 1)) * inner;
      if (inner > shortRow) to.set(from.subarray(start, start + inner), at);
      else for (let i = 0; i < inner; i++) to[at + i] = from[start + i];
    }
  }
  return to;
}
