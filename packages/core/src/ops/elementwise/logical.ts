import * as e from "../../engine/expr.ts";
import { callOf } from "../../graph/graph.ts";
import { binary, unary, type BinaryOp, type UnaryOp } from "../declare.ts";

export const logicalAnd: BinaryOp = binary({
  name: "logicalAnd",
  doc: "a ∧ b, where whatever is not 0 counts as true. NumPy: logical_and.",
  takes: "logical",
  define: (a, b) => a & b,
  expr: e.and,
  vjp: null,
  simplify: (a, b) => (a === b ? a : null),
  ranges: [[0, 1], [0, 1]],
});

export const logicalOr: BinaryOp = binary({
  name: "logicalOr",
  doc: "a ∨ b, where whatever is not 0 counts as true. NumPy: logical_or.",
  takes: "logical",
  define: (a, b) => a | b,
  expr: e.or,
  vjp: null,
  simplify: (a, b) => (a === b ? a : null),
  ranges: [[0, 1], [0, 1]],
});

export const logicalXor: BinaryOp = binary({
  name: "logicalXor",
  doc: "Whether just one of a and b is true; whatever is not 0 counts as true. NumPy: logical_xor.",
  takes: "logical",
  define: (a, b) => a ^ b,
  expr: e.xor,
  vjp: null,
  ranges: [[0, 1], [0, 1]],
});

export const logicalNot: UnaryOp = unary({
  name: "logicalNot",
  doc: "¬x: true where x is 0. NumPy: logical_not.",
  takes: "logical",
  define: (x) => 1 - x,
  expr: e.not,
  vjp: null,
  simplify: (x) => callOf(logicalNot.primitive, x)?.inputs[0] ?? null,
  ranges: [[0, 1]],
});
