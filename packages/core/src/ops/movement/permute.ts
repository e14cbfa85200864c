import { ShapeError, showShape } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { callOf, nodeOf } from "../../graph/graph.ts";
import { definePrimitive, type Primitive } from "../../primitive.ts";
import { permuteLayout } from "../../shape/layout.ts";
import { axesOf, normalizeAxis, rowMajorStrides } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";

const inverse = (order: readonly number[]): number[] => {
  const back = new Array<number>(order.length);
  order.forEach((axis, at) => { back[axis] = at; });
  return back;
};

const permutePrimitive: Primitive<{ readonly order: readonly number[] }> = definePrimitive<{ readonly order: readonly number[] }>({
  name: "permute",
  doc: "The axes in a new order: out[i₀, i₁, …] has axis k of the result running along axis order[k] of x. NumPy: transpose.",
  infer: ([x], { order }) => ({ shape: order.map((axis) => x.shape[axis]), dtype: x.dtype }),
  define([x], { order }, out) {
    const from = rowMajorStrides(x.shape);
    const to = rowMajorStrides(out.shape);
    for (let i = 0; i < out.data.length; i++) {
      let at = 0;
      for (let k = 0; k < order.length; k++) at += (Math.floor(i / to[k]) % out.shape[k]) * from[order[k]];
      out.data[i] = x.data[at];
    }
  },
  lower: { kind: "view", layout: (layout, { order }) => permuteLayout(layout, order) },
  simplify([x], { order }) {
    const before = callOf(permutePrimitive, x);
    return before === null ? null : nodeOf(permutePrimitive, before.inputs[0], { order: order.map((axis) => before.attributes.order[axis]) });
  },
  vjp: [({ g, attributes: { order } }) => permute(g, inverse(order))],
  sample(pick) {
    const shape = pick.shape();
    const left = shape.map((_, axis) => axis);
    const order = shape.map(() => left.splice(pick.integer(0, left.length - 1), 1)[0]);
    return { inputs: [{ shape, dtype: pick.oneOf(["float32", "float64", "int32", "bool"]), range: [0, 1] }], attributes: { order } };
  },
});

/** The axes in the order given (each once); reversed when none is given. */
export function permute(x: Tensor, order?: readonly number[]): Tensor {
  const axes = order === undefined
    ? axesOf(x.rank).reverse()
    : order.map((axis) => normalizeAxis("permute", axis, x.rank));
  if (axes.length !== x.rank || new Set(axes).size !== x.rank) {
    throw new ShapeError(`permute: ${showShape(order ?? axes)} does not name each axis of ${showShape(x.shape)} once`);
  }
  return axes.every((axis, at) => axis === at) ? x : bind(permutePrimitive, [x], { order: axes });
}

/** The last two axes exchanged: the transpose of a matrix, or of each matrix of a batch. */
export function matrixTranspose(x: Tensor): Tensor {
  const order = axesOf(x.rank);
  [order[x.rank - 2], order[x.rank - 1]] = [x.rank - 1, x.rank - 2];
  return permute(x, order);
}
