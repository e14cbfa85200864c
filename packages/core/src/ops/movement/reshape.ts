import { bind } from "../../graph/bind.ts";
import { callOf, nodeOf } from "../../graph/graph.ts";
import { definePrimitive, type Primitive } from "../../primitive.ts";
import { reshapeLayout } from "../../shape/layout.ts";
import { normalizeAxes, normalizeAxis, resolveReshape, sameShape, sizeOf } from "../../shape/shape.ts";
import { ShapeError, showShape } from "../../errors.ts";
import type { Tensor } from "../../tensor.ts";

const reshapePrimitive: Primitive<{ readonly shape: readonly number[] }> = definePrimitive<{ readonly shape: readonly number[] }>({
  name: "reshape",
  doc: "The same elements in row-major order under another shape of equal size. NumPy: reshape.",
  infer: ([x], { shape }) => ({ shape, dtype: x.dtype }),
  define: ([x], _, out) => out.data.set(x.data),
  lower: { kind: "view", layout: (layout, { shape }) => reshapeLayout(layout, shape) },
  simplify([x], { shape }) {
    const before = callOf(reshapePrimitive, x);
    return before === null ? null : reshaped(before.inputs[0], shape);
  },
  vjp: [({ g, inputs: [x] }) => reshape(g, x.shape)],
  sample(pick) {
    const shape = pick.shape({ leastRank: 1 });
    const at = pick.integer(0, shape.length - 1);
    const merged = [...shape.slice(0, at), sizeOf(shape.slice(at)), 1];
    return { inputs: [{ shape, dtype: pick.oneOf(["float32", "float64", "int32", "bool"]), range: [0, 1] }], attributes: { shape: merged } };
  },
});

/** A traced node under another shape of equal size, as rules of simplification make it. */
export const reshaped = (x: Tensor, shape: readonly number[]): Tensor => (sameShape(x.shape, shape) ? x : nodeOf(reshapePrimitive, x, { shape }));

/** The same elements under another shape; one size may be −1. */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const resolved = resolveReshape("reshape", x.shape, shape);
  return sameShape(x.shape, resolved) ? x : bind(reshapePrimitive, [x], { shape: resolved });
}

/** A new axis of size 1 at each of `axis`, counted in the result. */
export function expandDims(x: Tensor, axis: number | readonly number[]): Tensor {
  const axes = normalizeAxes("expandDims", axis, x.rank + (typeof axis === "number" ? 1 : axis.length));
  const shape = [...x.shape];
  for (const at of axes) shape.splice(at, 0, 1);
  return reshape(x, shape);
}

/** Without axes of size 1: all of them, or those named. */
export function squeeze(x: Tensor, axis?: number | readonly number[]): Tensor {
  if (axis === undefined) return reshape(x, x.shape.filter((extent) => extent !== 1));
  const axes = (typeof axis === "number" ? [axis] : axis).map((each) => normalizeAxis("squeeze", each, x.rank));
  for (const at of axes) {
    if (x.shape[at] !== 1) throw new ShapeError(`squeeze: axis ${at} of ${showShape(x.shape)} has size ${x.shape[at]}, not 1`);
  }
  return reshape(x, x.shape.filter((_, at) => !axes.includes(at)));
}
