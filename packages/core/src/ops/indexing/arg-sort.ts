import { bind } from "../../graph/bind.ts";
import { definePrimitive } from "../../primitive.ts";
import { normalizeAxis, sizeOf } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { pickAxis } from "../declare.ts";

/** Along which axis elements are put in order (the last unless given), and whether the largest comes first. */
export interface SortOptions {
  readonly axis?: number | undefined;
  readonly descending?: boolean | undefined;
}

const argSortPrimitive = definePrimitive<{ readonly axis: number; readonly descending: boolean }>({
  name: "argSort",
  doc: "The int32 indices that put x in order along an axis; equal elements keep their order, NaN comes last. NumPy: argsort.",
  infer: ([x]) => ({ shape: x.shape, dtype: "int32" }),
  define([x], { axis, descending }, out) {
    const inner = sizeOf(x.shape.slice(axis + 1));
    const n = x.shape[axis];
    for (let line = 0; line < x.data.length / n; line++) {
      const start = Math.floor(line / inner) * n * inner + (line % inner);
      const value = (index: number): number => x.data[start + index * inner];
      const order = Array.from({ length: n }, (_, index) => index).sort((a, b) => {
        const [p, q] = [value(a), value(b)];
        if (Number.isNaN(p) || Number.isNaN(q)) return Number(Number.isNaN(p)) - Number(Number.isNaN(q)) || a - b;
        return (descending ? q - p : p - q) || a - b;
      });
      order.forEach((index, place) => { out.data[start + place * inner] = index; });
    }
  },
  lower: {
    kind: "named",
    kernel: "argSort",
    sizes: ([x], { axis, descending }) => [sizeOf(x.shape.slice(0, axis)), x.shape[axis], sizeOf(x.shape.slice(axis + 1)), Number(descending)],
  },
  vjp: null,
  sample(pick) {
    const { shape, axis } = pickAxis(pick);
    const dtype = pick.oneOf(["float32", "float64", "int32", "bool"] as const);
    return { inputs: [{ shape, dtype, range: dtype === "bool" ? [0, 1] : [-3, 3] }], attributes: { axis, descending: pick.boolean() } };
  },
});

/**
 * The indices (int32) that put the elements in order along an axis: `takeAlongAxis(x, argSort(x), { axis: -1 })` is sorted. Equal
 * elements keep their order and NaN comes last, in both directions. NumPy: argsort with `kind="stable"`.
 * @throws ShapeError for an axis out of range, which for a scalar is any.
 * @example argSort(tensor([3, 1, 2])) // [1, 2, 0]
 */
export function argSort(x: Tensor, { axis = -1, descending = false }: SortOptions = {}): Tensor {
  return bind(argSortPrimitive, [x], { axis: normalizeAxis("argSort", axis, x.rank), descending });
}
