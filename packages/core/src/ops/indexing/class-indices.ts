import { isMisplaced, misplacedError } from "../../engine/misplaced.ts";
import { bind } from "../../graph/bind.ts";
import { definePrimitive } from "../../primitive.ts";
import { sizeOf } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";

const classIndicesPrimitive = definePrimitive<{ readonly depth: number }>({
  name: "classIndices",
  doc: "int32 indices as they are, an error where one is not within 0 ≤ index < depth: what oneHot takes.",
  infer: ([x]) => x,
  define([x], { depth }, out) {
    for (const index of x.data) if (isMisplaced(index, depth, false)) throw misplacedError({ op: "oneHot", fromEnd: false }, index, depth);
    out.data.set(x.data);
  },
  lower: { kind: "named", kernel: "classIndices", sizes: ([x], { depth }) => [sizeOf(x.shape), depth] },
  vjp: null,
  sample(pick) {
    const depth = pick.integer(1, 5);
    return { inputs: [{ shape: pick.shape(), dtype: "int32", range: [0, depth - 1] }], attributes: { depth } };
  },
});

/** The same indices, looked at when a program runs. */
export const classIndices = (indices: Tensor, depth: number): Tensor => bind(classIndicesPrimitive, [indices], { depth });
