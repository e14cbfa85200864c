import * as e from "../../engine/expr.ts";
import { binary, unary, type BinaryOp, type UnaryOp } from "../declare.ts";

/** Comparisons of what the operands promote to; NaN is unequal to everything and in no order. */
const compare = (name: string, doc: string, define: (a: number, b: number) => boolean, expr: (a: e.Expr, b: e.Expr) => e.Expr): BinaryOp =>
  binary({ name, doc, takes: "any", gives: "bool", define: (a, b) => Number(define(a, b)), expr, vjp: null, ranges: [[-2, 2], [-2, 2]] });

export const equal: BinaryOp = compare("equal", "a = b; false for NaN. NumPy: equal.", (a, b) => a === b, e.eq);
export const notEqual: BinaryOp = compare("notEqual", "a ≠ b; true for NaN. NumPy: not_equal.", (a, b) => a !== b, e.ne);
export const less: BinaryOp = compare("less", "a < b; false for NaN. NumPy: less.", (a, b) => a < b, e.lt);
export const lessEqual: BinaryOp = compare("lessEqual", "a ≤ b; false for NaN. NumPy: less_equal.", (a, b) => a <= b, e.le);
export const greater: BinaryOp = compare("greater", "a > b; false for NaN. NumPy: greater.", (a, b) => a > b, e.gt);
export const greaterEqual: BinaryOp = compare("greaterEqual", "a ≥ b; false for NaN. NumPy: greater_equal.", (a, b) => a >= b, e.ge);

const isFloatExpr = (x: e.Expr): boolean => x.type === "float32" || x.type === "float64";

export const isNaN: UnaryOp = unary({
  name: "isNaN",
  doc: "Whether x is NaN. NumPy: isnan.",
  takes: "any",
  gives: "bool",
  define: (x) => Number(Number.isNaN(x)),
  expr: (x) => e.ne(x, x),
  vjp: null,
  ranges: [[-2, 2]],
});

export const isFinite: UnaryOp = unary({
  name: "isFinite",
  doc: "Whether x is neither ±Infinity nor NaN. NumPy: isfinite.",
  takes: "any",
  gives: "bool",
  define: (x) => Number(Number.isFinite(x)),
  expr: (x) => (isFloatExpr(x) ? e.lt(e.abs(x), Infinity) : e.eq(x, x)),
  vjp: null,
  ranges: [[-2, 2]],
});

export const isInf: UnaryOp = unary({
  name: "isInf",
  doc: "Whether x is Infinity or −Infinity. NumPy: isinf.",
  takes: "any",
  gives: "bool",
  define: (x) => Number(Math.abs(x) === Infinity),
  expr: (x) => (isFloatExpr(x) ? e.eq(e.abs(x), Infinity) : e.ne(x, x)),
  vjp: null,
  ranges: [[-2, 2]],
});
