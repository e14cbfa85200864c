import * as e from "../../engine/expr.ts";
import { binary, unary, type BinaryOp, type UnaryOp } from "../declare.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { hypot, reciprocal, rsqrt, square, withoutSize, type WithoutSize } from "./powers.ts";
import type { Tensor } from "../../tensor.ts";

export const sin: UnaryOp = unary({
  name: "sin",
  doc: "The sine of x radians. NumPy: sin.",
  takes: "float",
  define: Math.sin,
  expr: (x) => e.math("sin", x),
  vjp: [({ g, inputs: [x] }) => mul(g, cos(x))],
  ranges: [[-6, 6]],
});

export const cos: UnaryOp = unary({
  name: "cos",
  doc: "The cosine of x radians. NumPy: cos.",
  takes: "float",
  define: Math.cos,
  expr: (x) => e.math("cos", x),
  vjp: [({ g, inputs: [x] }) => neg(mul(g, sin(x)))],
  ranges: [[-6, 6]],
});

export const tan: UnaryOp = unary({
  name: "tan",
  doc: "The tangent of x radians. NumPy: tan.",
  takes: "float",
  define: Math.tan,
  expr: (x) => e.math("tan", x),
  vjp: [({ g, out }) => mul(g, add(square(out), 1))],
  ranges: [[-1.2, 1.2]],
});

export const asin: UnaryOp = unary({
  name: "asin",
  doc: "The angle in [−π/2, π/2] whose sine is x; NaN outside [−1, 1]. NumPy: arcsin.",
  takes: "float",
  define: Math.asin,
  expr: (x) => e.math("asin", x),
  vjp: [({ g, inputs: [x] }) => mul(g, rsqrt(mul(sub(1, x), add(1, x))))],
  ranges: [[-0.8, 0.8]],
});

export const acos: UnaryOp = unary({
  name: "acos",
  doc: "The angle in [0, π] whose cosine is x; NaN outside [−1, 1]. NumPy: arccos.",
  takes: "float",
  define: Math.acos,
  expr: (x) => e.math("acos", x),
  vjp: [({ g, inputs: [x] }) => neg(mul(g, rsqrt(mul(sub(1, x), add(1, x)))))],
  ranges: [[-0.8, 0.8]],
});

export const atan: UnaryOp = unary({
  name: "atan",
  doc: "The angle in [−π/2, π/2] whose tangent is x. NumPy: arctan.",
  takes: "float",
  define: Math.atan,
  expr: (x) => e.math("atan", x),
  // x² overflows long before 1 / (x² + 1) vanishes.
  vjp: [({ g, inputs: [x] }) => mul(g, square(reciprocal(hypot(x, 1))))],
  ranges: [[-3, 3]],
});

/** a / (a² + b²) */
const overSquares = ({ sides: [a, b], size }: WithoutSize): Tensor => div(div(a, add(square(a), square(b))), size);

export const atan2: BinaryOp = binary({
  name: "atan2",
  doc: "The angle in [−π, π] of the point (x, y) = (b, a), from the x-axis; no gradient (NaN) at the origin. NumPy: arctan2.",
  takes: "float",
  define: Math.atan2,
  expr: e.atan2,
  vjp: [
    ({ g, inputs: [y, x] }) => mul(g, overSquares(withoutSize(x, y))),
    ({ g, inputs: [y, x] }) => neg(mul(g, overSquares(withoutSize(y, x)))),
  ],
  ranges: [[-3, 3], [0.3, 3]],
});
