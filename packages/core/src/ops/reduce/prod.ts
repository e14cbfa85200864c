import { mul } from "../elementwise/arithmetic.ts";
import { permute } from "../movement/permute.ts";
import { reshape } from "../movement/reshape.ts";
import type { Tensor } from "../../tensor.ts";
import { productsBeside } from "./cumulative.ts";
import { reduction, spread, type ReduceOp } from "./declare.ts";

/** For each element the product of the others in its group. */
function productsOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const order = [...x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)), ...axes];
  const moved = permute(x, order);
  const kept = moved.shape.slice(0, x.rank - axes.length);
  const size = axes.reduce((product, axis) => product * x.shape[axis], 1);
  const others = reshape(productsBeside(reshape(moved, [...kept, size]), kept.length), moved.shape);
  return permute(others, order.map((_, axis) => order.indexOf(axis)));
}

export const prod: ReduceOp = reduction({
  name: "prod",
  doc: "Π x over axes; 1 for none; int32 wraps, bool counts as 0 and 1. NumPy: prod.",
  combine: "prod",
  gives: { float32: "float32", float64: "float64", int32: "int32", bool: "int32" },
  define: (group, dtype) => {
    let product = 1;
    for (const x of group) product = dtype === "int32" ? Math.imul(product, x) : product * x;
    return product;
  },
  // out / x would be 0 / 0 at a zero.
  vjp: [({ g, inputs: [x], attributes }) => mul(spread(g, x, attributes), productsOfOthers(x, attributes.axes))],
  keepsOne: ["float32", "float64", "int32"],
  range: [-2, 2],
});
