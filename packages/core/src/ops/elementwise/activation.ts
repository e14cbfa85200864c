import * as e from "../../engine/expr.ts";
import { mathFunctions } from "../../engine/reference/interpret.ts";
import { unary, type UnaryOp } from "../declare.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { lessEqual } from "./comparison.ts";
import { exp } from "./exponential.ts";
import { reciprocal, square } from "./powers.ts";
import { abs } from "./rounding.ts";
import { where } from "./where.ts";

export const sigmoid: UnaryOp = unary({
  name: "sigmoid",
  doc: "1 / (1 + e⁻ˣ), in [0, 1]. SciPy: expit.",
  takes: "float",
  define: (x) => mathFunctions.sigmoid(x, 0),
  expr: (x) => e.math("sigmoid", x),
  vjp: [({ g, out }) => mul(g, mul(out, sub(1, out)))],
  ranges: [[-4, 4]],
});

export const softplus: UnaryOp = unary({
  name: "softplus",
  doc: "log(1 + eˣ), without overflow. PyTorch: softplus.",
  takes: "float",
  define: (x) => mathFunctions.softplus(x, 0),
  expr: (x) => e.math("softplus", x),
  vjp: [({ g, inputs: [x] }) => mul(g, sigmoid(x))],
  ranges: [[-4, 4]],
});

export const relu: UnaryOp = unary({
  name: "relu",
  doc: "max(x, 0); NaN stays; its gradient at 0 is 0. PyTorch: relu.",
  takes: "number",
  define: (x) => Math.max(x, 0),
  expr: (x) => e.max(x, 0),
  // By the result, not the argument: nothing else needs what the activation was applied to.
  vjp: [({ g, out }) => where(lessEqual(out, 0), 0, g)],
  ranges: [[-3, 3]],
});

export const softsign: UnaryOp = unary({
  name: "softsign",
  doc: "x / (1 + |x|); ±1 at ±Infinity. PyTorch: softsign.",
  takes: "float",
  define: (x) => (Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x))),
  expr: (x) => e.select(e.eq(e.abs(x), Infinity), e.copySign(1, x), e.div(x, e.add(e.abs(x), 1))),
  // The derivative of the quotient would be the difference of two numbers that are alike for large x.
  vjp: [({ g, inputs: [x] }) => mul(g, square(reciprocal(add(abs(x), 1))))],
  ranges: [[-3, 3]],
});

export const erf: UnaryOp = unary({
  name: "erf",
  doc: "The error function, 2/√π · ∫₀ˣ e^(−t²) dt. SciPy: erf.",
  takes: "float",
  define: (x) => mathFunctions.erf(x, 0),
  expr: (x) => e.math("erf", x),
  vjp: [({ g, inputs: [x] }) => mul(g, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))],
  ranges: [[-3, 3]],
});
