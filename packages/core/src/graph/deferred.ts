import type { Primitive, Spec } from "../primitive.ts";
import { bytesPerElement } from "../dtype.ts";
import { sizeOf } from "../shape/shape.ts";
import { rowMajorData, rowsStorage, type Storage } from "../storage.ts";
import { storageOf, type Tensor } from "../tensor.ts";

/** From here on an array of its own costs more than what is put into it: the system hands out its pages one by one, cleared. */
const leastBytes = 1 << 16;

/**
 * Many rows picked from a tensor, such as a batch, without an array yet: a compiled step takes them straight to where it
 * wants them, and whoever looks at them has them put together first. `null` for every other call.
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
