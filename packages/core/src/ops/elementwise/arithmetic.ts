import * as e from "../../engine/expr.ts";
import { callOf, uniformValue } from "../../graph/graph.ts";
import type { Tensor } from "../../tensor.ts";
import { binary, unary, type BinaryOp, type UnaryOp } from "../declare.ts";

/** What x need not be added to: x + (−0) is x for every x, while x + 0 makes +0 of −0. */
const isNothing = (x: Tensor): boolean => Object.is(uniformValue(x), x.dtype === "int32" ? 0 : -0);
const isOne = (x: Tensor): boolean => uniformValue(x) === 1;

export const add: BinaryOp = binary({
  name: "add",
  doc: "a + b; int32 wraps. NumPy: add.",
  takes: "number",
  define: (a, b, dtype) => (dtype === "int32" ? (a + b) | 0 : a + b),
  expr: e.add,
  vjp: [({ g }) => g, ({ g }) => g],
  simplify: (a, b) => (isNothing(b) ? a : isNothing(a) ? b : null),
  ranges: [[-3, 3], [-3, 3]],
});

export const sub: BinaryOp = binary({
  name: "sub",
  doc: "a − b; int32 wraps. NumPy: subtract.",
  takes: "number",
  define: (a, b, dtype) => (dtype === "int32" ? (a - b) | 0 : a - b),
  expr: e.sub,
  vjp: [({ g }) => g, ({ g }) => neg(g)],
  simplify: (a, b) => (Object.is(uniformValue(b), 0) ? a : null),
  ranges: [[-3, 3], [-3, 3]],
});

export const mul: BinaryOp = binary({
  name: "mul",
  doc: "a · b; int32 wraps. NumPy: multiply.",
  takes: "number",
  define: (a, b, dtype) => (dtype === "int32" ? Math.imul(a, b) : a * b),
  expr: e.mul,
  vjp: [({ g, inputs: [, b] }) => mul(g, b), ({ g, inputs: [a] }) => mul(g, a)],
  simplify: (a, b) => (isOne(b) ? a : isOne(a) ? b : null),
  ranges: [[-3, 3], [-3, 3]],
});

export const div: BinaryOp = binary({
  name: "div",
  doc: "a / b, always with fractions: int32 operands become float32. NumPy: true_divide.",
  takes: "float",
  define: (a, b) => a / b,
  expr: e.div,
  vjp: [({ g, inputs: [, b] }) => div(g, b), ({ g, inputs: [, b], out }) => neg(mul(g, div(out, b)))],
  simplify: (a, b) => (isOne(b) ? a : null),
  ranges: [[-3, 3], [0.5, 3]],
});

export const neg: UnaryOp = unary({
  name: "neg",
  doc: "−x; int32 wraps. NumPy: negative.",
  takes: "number",
  define: (x, dtype) => (dtype === "int32" ? -x | 0 : -x),
  expr: e.neg,
  vjp: [({ g }) => neg(g)],
  simplify: (x) => callOf(neg.primitive, x)?.inputs[0] ?? null,
  ranges: [[-3, 3]],
});
