import { ShapeError, showShape } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { callOf, nodeOf } from "../../graph/graph.ts";
import { definePrimitive, type Primitive } from "../../primitive.ts";
import { broadcastLayout } from "../../shape/layout.ts";
import { broadcastShapes, checkShape, rowMajorStrides, sameShape } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { sum } from "../reduce/sum.ts";
import { reshape } from "./reshape.ts";

/** The axes of `to` along which a tensor of shape `from` is repeated. */
const stretchedAxes = (from: readonly number[], to: readonly number[]): number[] => {
  const added = to.length - from.length;
  return to.map((_, axis) => axis).filter((axis) => axis < added || from[axis - added] !== to[axis]);
};

const broadcastToPrimitive: Primitive<{ readonly shape: readonly number[] }> = definePrimitive<{ readonly shape: readonly number[] }>({
  name: "broadcastTo",
  doc: "Repeats axes of size 1, and new leading axes, to a larger shape, without copying. NumPy: broadcast_to.",
  infer: ([x], { shape }) => {
    if (!sameShape(broadcastShapes("broadcastTo", x.shape, shape), shape)) {
      throw new ShapeError(`broadcastTo: ${showShape(x.shape)} does not stretch to ${showShape(shape)}; only axes of size 1 stretch`);
    }
    return { shape, dtype: x.dtype };
  },
  define([x], { shape }, out) {
    const { strides } = broadcastLayout({ shape: x.shape, strides: rowMajorStrides(x.shape), offset: 0 }, shape);
    const outStrides = rowMajorStrides(shape);
    for (let i = 0; i < out.data.length; i++) {
      let from = 0;
      for (let axis = 0; axis < shape.length; axis++) from += (Math.floor(i / outStrides[axis]) % shape[axis]) * strides[axis];
      out.data[i] = x.data[from];
    }
  },
  lower: { kind: "view", layout: (layout, { shape }) => broadcastLayout(layout, shape) },
  simplify([x], attributes) {
    const before = callOf(broadcastToPrimitive, x);
    return before === null ? null : nodeOf(broadcastToPrimitive, before.inputs[0], attributes);
  },
  vjp: [({ g, inputs: [x] }) => reshape(sum(g, { axis: stretchedAxes(x.shape, g.shape) }), x.shape)],
  sample(pick) {
    const shape = pick.shape({ leastSize: 1 });
    const from = shape.slice(pick.integer(0, shape.length)).map((extent) => (pick.boolean() ? 1 : extent));
    return { inputs: [{ shape: from, dtype: pick.oneOf(["float32", "float64", "int32", "bool"]), range: [0, 1] }], attributes: { shape } };
  },
});

/** Repeats axes of size 1 to a larger shape. */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  checkShape("broadcastTo", shape);
  return bind(broadcastToPrimitive, [x], { shape });
}
