import type { Primitive, Spec } from "../primitive.ts";
import { bytesPerElement } from "../dtype.ts";
import { sizeOf } from "../shape/shape.ts";
import { rowMajorData, rowsStorage, type Storage } from "../storage.ts";
import { storageOf, type Tensor } from "../tensor.ts";

/** Rows with fewer bytes together are put into an array at once: they are at hand as quickly as the note of where they come from. */
const leastBytes = 1 << 13;

/**
 * Many rows picked from a tensor, such as a batch, without an array yet: a compiled step takes them straight to where it
 * wants them, and whoever looks at them has them put together first: for large ones an array of their own costs more than what is
 * put into it, as the system hands out its pages one by one, cleared. `null` for every other call.
 */
export function deferred(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, out: Spec): Storage | null {
  const { lower } = primitive;
  if (lower.kind !== "named" || lower.kernel !== "take" || sizeOf(out.shape) * bytesPerElement[out.dtype] < leastBytes) return null;
  const [outer, count, length] = lower.sizes(inputs, attributes);
  const [x, indices] = inputs.map((input) => storageOf(input, primitive.name));
  // What is strided would have to be brought into order for each call, looked at or not.
  if (outer !== 1 || !x.contiguous) return null;
  return rowsStorage({ from: x.data, first: x.offset, count, length, places: rowMajorData(indices, inputs[1].shape, "int32") }, out.shape, out.dtype);
}
