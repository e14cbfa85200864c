import { allocate, type TypedArray } from "../../dtype.ts";
import type { Primitive, Spec } from "../../primitive.ts";
import { cutLayout, placeOf } from "../../shape/layout.ts";
import { sizeOf } from "../../shape/shape.ts";
import { isMisplaced, misplacedError } from "../misplaced.ts";
import { copyRowMajor, copyRows, placeWithin, rowMajorData } from "../../storage.ts";
import { storageOf, type Tensor } from "../../tensor.ts";

/**
 * Rows picked from a tensor, on the JavaScript side: a batch out of a data set must not bring the whole set into scratch
 * memory, nor read more of a view than is picked. `null` for every other call.
 */
export function runDirectly(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, out: Spec): TypedArray | null {
  const { lower } = primitive;
  if (lower.kind !== "named" || lower.kernel !== "take") return null;
  const [x, indices] = inputs;
  const [outer, count, length] = lower.sizes(inputs, attributes);
  const { data, strides, offset } = storageOf(x, primitive.name);
  const { before, step, row } = cutLayout({ shape: x.shape, strides, offset }, outer, count);
  const places = rowMajorData(storageOf(indices, primitive.name), indices.shape, indices.dtype);
  for (let i = 0; i < places.length; i++) if (isMisplaced(places[i], count)) throw misplacedError({ op: "take", fromEnd: true }, places[i], count);
  const to = allocate(out.dtype, sizeOf(out.shape));
  for (let o = 0, at = 0; o < outer; o++) {
    const first = placeOf(before, o);
    if (row.contiguous) {
      copyRows({ from: data, first, count, length, step, places }, to, at);
      at += places.length * length;
      continue;
    }
    for (let j = 0; j < places.length; j++, at += length) {
      copyRowMajor({ data, strides: row.strides, offset: first + placeWithin(places[j], count) * step }, row.shape, to, at);
    }
  }
  return to;
}
