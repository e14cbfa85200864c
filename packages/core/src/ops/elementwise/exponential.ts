import * as e from "../../engine/expr.ts";
import { unary, type UnaryOp } from "../declare.ts";
import { add, div, mul } from "./arithmetic.ts";

export const exp: UnaryOp = unary({
  name: "exp",
  doc: "eˣ. NumPy: exp.",
  takes: "float",
  define: Math.exp,
  expr: (x) => e.math("exp", x),
  vjp: [({ g, out }) => mul(g, out)],
  ranges: [[-3, 3]],
});

export const exp2: UnaryOp = unary({
  name: "exp2",
  doc: "2ˣ. NumPy: exp2.",
  takes: "float",
  define: (x) => 2 ** x,
  expr: (x) => e.math("exp2", x),
  vjp: [({ g, out }) => mul(g, mul(out, Math.LN2))],
  ranges: [[-3, 3]],
});

export const expm1: UnaryOp = unary({
  name: "expm1",
  doc: "eˣ − 1, exact for small x too. NumPy: expm1.",
  takes: "float",
  define: Math.expm1,
  expr: (x) => e.math("expm1", x),
  // out + 1 would lose eˣ where it is small.
  vjp: [({ g, inputs: [x] }) => mul(g, exp(x))],
  ranges: [[-3, 3]],
});

export const log: UnaryOp = unary({
  name: "log",
  doc: "The natural logarithm of x; −Infinity at 0, NaN below. NumPy: log.",
  takes: "float",
  define: Math.log,
  expr: (x) => e.math("log", x),
  vjp: [({ g, inputs: [x] }) => div(g, x)],
  ranges: [[0.2, 4]],
});

export const log2: UnaryOp = unary({
  name: "log2",
  doc: "The logarithm of x to base 2. NumPy: log2.",
  takes: "float",
  define: Math.log2,
  expr: (x) => e.math("log2", x),
  vjp: [({ g, inputs: [x] }) => div(g, mul(x, Math.LN2))],
  ranges: [[0.2, 4]],
});

export const log10: UnaryOp = unary({
  name: "log10",
  doc: "The logarithm of x to base 10. NumPy: log10.",
  takes: "float",
  define: Math.log10,
  expr: (x) => e.math("log10", x),
  // x · log 10 overflows first.
  vjp: [({ g, inputs: [x] }) => mul(div(g, x), Math.LOG10E)],
  ranges: [[0.2, 4]],
});

export const log1p: UnaryOp = unary({
  name: "log1p",
  doc: "log(1 + x), exact for small x too. NumPy: log1p.",
  takes: "float",
  define: Math.log1p,
  expr: (x) => e.math("log1p", x),
  vjp: [({ g, inputs: [x] }) => div(g, add(x, 1))],
  ranges: [[-0.8, 3]],
});
