import { dtypes, promote, type DType } from "../dtype.ts";
import { cast as castExpr } from "../engine/expr.ts";
import { bind } from "../graph/bind.ts";
import { callOf, nodeOf } from "../graph/graph.ts";
import { definePrimitive, type Primitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";

/** One element in another dtype: toward zero and saturating to int32 (NaN becomes 0), `x ≠ 0` to bool, rounded to float32. */
function castElement(x: number, to: DType): number {
  switch (to) {
    case "float64": return x;
    case "float32": return Math.fround(x);
    case "bool": return x === 0 ? 0 : 1;
    case "int32": return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), -(2 ** 31)), 2 ** 31 - 1);
  }
}

/** Whether every element of one dtype is an element of another one. */
const holds = (whole: DType, part: DType): boolean => promote(whole, part) === whole && !(part === "int32" && whole === "float32");

const castPrimitive: Primitive<{ readonly dtype: DType }> = definePrimitive<{ readonly dtype: DType }>({
  name: "cast",
  doc: "The elements in another dtype: toward zero and saturating to int32, x ≠ 0 to bool. NumPy: astype.",
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
  define([x], { dtype }, out) {
    for (let i = 0; i < out.data.length; i++) out.data[i] = castElement(x.data[i], dtype);
  },
  lower: { kind: "elementwise", expr: ([x], { dtype }) => castExpr(x, dtype) },
  simplify([x], { dtype }) {
    if (x.dtype === dtype) return x;
    const before = callOf(castPrimitive, x);
    if (before === null || !holds(x.dtype, before.inputs[0].dtype)) return null;
    // Nothing was lost on the way: the detour can be left out.
    const [first] = before.inputs;
    return first.dtype === dtype ? first : nodeOf(castPrimitive, first, { dtype });
  },
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
