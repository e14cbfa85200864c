import * as e from "../../engine/expr.ts";
import { binary, unary, type BinaryOp, type UnaryOp } from "../declare.ts";

export const add: BinaryOp = binary({
  name: "add",
  doc: "a + b; int32 wraps. NumPy: add.",
  takes: "number",
  define: (a, b, dtype) => (dtype === "int32" ? (a + b) | 0 : a + b),
  expr: e.add,
  vjp: [({ g }) => g, ({ g }) => g],
  ranges: [[-3, 3], [-3, 3]],
});

export const sub: BinaryOp = binary({
  name: "sub",
  doc: "a − b; int32 wraps. NumPy: subtract.",
  takes: "number",
  define: (a, b, dtype) => (dtype === "int32" ? (a - b) | 0 : a - b),
  expr: e.sub,
  vjp: [({ g }) => g, ({ g }) => neg(g)],
  ranges: [[-3, 3], [-3, 3]],
});

export const mul: BinaryOp = binary({
  name: "mul",
  doc: "a · b; int32 wraps. NumPy: multiply.",
  takes: "number",
  define: (a, b, dtype) => (dtype === "int32" ? Math.imul(a, b) : a * b),
  expr: e.mul,
  vjp: [({ g, inputs: [, b] }) => mul(g, b), ({ g, inputs: [a] }) => mul(g, a)],
  ranges: [[-3, 3], [-3, 3]],
});

export const div: BinaryOp = binary({
  name: "div",
  doc: "a / b, always with fractions: int32 operands become float32. NumPy: true_divide.",
  takes: "float",
  define: (a, b) => a / b,
  expr: e.div,
  vjp: [({ g, inputs: [, b] }) => div(g, b), ({ g, inputs: [, b], out }) => neg(mul(g, div(out, b)))],
  ranges: [[-3, 3], [0.5, 3]],
});

export const neg: UnaryOp = unary({
  name: "neg",
  doc: "−x; int32 wraps. NumPy: negative.",
  takes: "number",
  define: (x, dtype) => (dtype === "int32" ? -x | 0 : -x),
  expr: e.neg,
  vjp: [({ g }) => neg(g)],
  ranges: [[-3, 3]],
});
