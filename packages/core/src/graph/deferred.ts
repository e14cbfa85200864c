import type { Primitive, Spec } from "../primitive.ts";
import { bytesPerElement } from "../dtype.ts";
import { cutLayout } from "../shape/layout.ts";
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
  if (outer !== 1) return null;
  let step = length;
  if (!x.contiguous) {
    const cut = cutLayout({ shape: inputs[0].shape, strides: x.strides, offset: x.offset }, outer, count);
    // Rows with gaps, such as columns of what was transposed, cannot be noted as stretches of an array.
    if (!cut.row.contiguous) return null;
    if (count > 1) step = cut.step;
  }
  const places = rowMajorData(indices, inputs[1].shape, "int32");
  return rowsStorage({ from: x.data, first: x.offset, count, length, ...(step !== length && { step }), places }, out.shape, out.dtype);
}
