import { dtypes, type DType } from "../dtype.ts";
import { cast as castExpr } from "../engine/expr.ts";
import { bind } from "../graph/bind.ts";
import { definePrimitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";

/** One element in another dtype: toward zero and saturating to int32 (NaN becomes 0), `x ≠ 0` to bool, rounded to float32. */
export function castElement(x: number, to: DType): number {
  switch (to) {
    case "float64": return x;
    case "float32": return Math.fround(x);
    case "bool": return x === 0 ? 0 : 1;
    case "int32": return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), -(2 ** 31)), 2 ** 31 - 1);
  }
}

const castPrimitive = definePrimitive<{ readonly dtype: DType }>({
  name: "cast",
  doc: "The elements in another dtype: toward zero and saturating to int32, x ≠ 0 to bool. NumPy: astype.",
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
  define([x], { dtype }, out) {
    for (let i = 0; i < out.data.length; i++) out.data[i] = castElement(x.data[i], dtype);
  },
  lower: { kind: "elementwise", expr: ([x], { dtype }) => castExpr(x, dtype) },
  vjp: [({ g, inputs: [x] }) => cast(g, x.dtype)],
  sample(pick) {
    const dtype = pick.oneOf(dtypes);
    return { inputs: [{ shape: pick.shape(), dtype, range: dtype === "bool" ? [0, 1] : [-100, 100] }], attributes: { dtype: pick.oneOf(dtypes) } };
  },
});

/**
 * The elements in another dtype; the tensor itself where nothing changes. To int32: toward zero, saturating, NaN to 0; to
 * bool: x ≠ 0, so NaN is true; to float32: rounded to the nearest. Gradients flow between floats only. NumPy: astype.
 * @example cast(tensor([1.7, -1.7]), "int32"); // [1, −1]
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : bind(castPrimitive, [x], { dtype });
}
