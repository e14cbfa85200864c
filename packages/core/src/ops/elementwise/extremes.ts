import * as e from "../../engine/expr.ts";
import type { Tensor } from "../../tensor.ts";
import { binary, type BinaryOp } from "../declare.ts";
import { mul } from "./arithmetic.ts";
import { equal, greater, less } from "./comparison.ts";
import { where } from "./where.ts";

/** All of g but where the other side was taken, half of it where both were alike. */
const share = (g: Tensor, taken: Tensor, side: Tensor, other: Tensor): Tensor => where(taken, 0, where(equal(side, other), mul(g, 0.5), g));

export const maximum: BinaryOp = binary({
  name: "maximum",
  doc: "The larger of a and b, NaN if one is NaN; where they tie each gets half of the gradient. NumPy: maximum.",
  takes: "any",
  define: (a, b) => Math.max(a, b),
  expr: e.max,
  vjp: [({ g, inputs: [a, b] }) => share(g, less(a, b), a, b), ({ g, inputs: [a, b] }) => share(g, less(b, a), b, a)],
  simplify: (a, b) => (a === b ? a : null),
  ranges: [[-3, 3], [-3, 3]],
});

export const minimum: BinaryOp = binary({
  name: "minimum",
  doc: "The smaller of a and b, NaN if one is NaN; where they tie each gets half of the gradient. NumPy: minimum.",
  takes: "any",
  define: (a, b) => Math.min(a, b),
  expr: e.min,
  vjp: [({ g, inputs: [a, b] }) => share(g, greater(a, b), a, b), ({ g, inputs: [a, b] }) => share(g, greater(b, a), b, a)],
  simplify: (a, b) => (a === b ? a : null),
  ranges: [[-3, 3], [-3, 3]],
});
