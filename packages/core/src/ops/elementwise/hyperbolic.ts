import * as e from "../../engine/expr.ts";
import { unary, type UnaryOp } from "../declare.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { hypot, reciprocal, rsqrt, square } from "./powers.ts";

export const sinh: UnaryOp = unary({
  name: "sinh",
  doc: "(eˣ − e⁻ˣ) / 2. NumPy: sinh.",
  takes: "float",
  define: Math.sinh,
  expr: (x) => e.math("sinh", x),
  vjp: [({ g, inputs: [x] }) => mul(g, cosh(x))],
  ranges: [[-2, 2]],
});

export const cosh: UnaryOp = unary({
  name: "cosh",
  doc: "(eˣ + e⁻ˣ) / 2. NumPy: cosh.",
  takes: "float",
  define: Math.cosh,
  expr: (x) => e.math("cosh", x),
  vjp: [({ g, inputs: [x] }) => mul(g, sinh(x))],
  ranges: [[-2, 2]],
});

export const tanh: UnaryOp = unary({
  name: "tanh",
  doc: "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), in [−1, 1]. NumPy: tanh.",
  takes: "float",
  define: Math.tanh,
  expr: (x) => e.math("tanh", x),
  vjp: [({ g, out }) => mul(g, sub(1, square(out)))],
  ranges: [[-3, 3]],
});

export const asinh: UnaryOp = unary({
  name: "asinh",
  doc: "The number whose sinh is x, log(x + √(x² + 1)). NumPy: arcsinh.",
  takes: "float",
  define: Math.asinh,
  expr: (x) => e.math("asinh", x),
  // 1 / √(x² + 1), where x² would overflow.
  vjp: [({ g, inputs: [x] }) => mul(g, reciprocal(hypot(x, 1)))],
  ranges: [[-3, 3]],
});

export const acosh: UnaryOp = unary({
  name: "acosh",
  doc: "The number ≥ 0 whose cosh is x, log(x + √(x² − 1)); NaN below 1. NumPy: arccosh.",
  takes: "float",
  define: Math.acosh,
  expr: (x) => e.math("acosh", x),
  // Two roots: x² − 1 would round away what x has beyond 1.
  vjp: [({ g, inputs: [x] }) => mul(g, mul(rsqrt(sub(x, 1)), rsqrt(add(x, 1))))],
  ranges: [[1.2, 4]],
});

export const atanh: UnaryOp = unary({
  name: "atanh",
  doc: "The number whose tanh is x, ½·log((1 + x) / (1 − x)); NaN outside [−1, 1]. NumPy: arctanh.",
  takes: "float",
  define: Math.atanh,
  expr: (x) => e.math("atanh", x),
  vjp: [({ g, inputs: [x] }) => div(g, mul(sub(1, x), add(1, x)))],
  ranges: [[-0.8, 0.8]],
});
