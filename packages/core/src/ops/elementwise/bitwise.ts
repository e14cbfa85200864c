import * as e from "../../engine/expr.ts";
import { binary, unary, type BinaryOp, type UnaryOp } from "../declare.ts";

export const bitwiseAnd: BinaryOp = binary({
  name: "bitwiseAnd",
  doc: "The bits that a and b share; of bools, a ∧ b. NumPy: bitwise_and.",
  takes: "bits",
  define: (a, b) => a & b,
  expr: e.and,
  vjp: null,
  ranges: [[-99, 99], [-99, 99]],
});

export const bitwiseOr: BinaryOp = binary({
  name: "bitwiseOr",
  doc: "The bits that a or b has; of bools, a ∨ b. NumPy: bitwise_or.",
  takes: "bits",
  define: (a, b) => a | b,
  expr: e.or,
  vjp: null,
  ranges: [[-99, 99], [-99, 99]],
});

export const bitwiseXor: BinaryOp = binary({
  name: "bitwiseXor",
  doc: "The bits that just one of a and b has. NumPy: bitwise_xor.",
  takes: "bits",
  define: (a, b) => a ^ b,
  expr: e.xor,
  vjp: null,
  ranges: [[-99, 99], [-99, 99]],
});

export const bitwiseNot: UnaryOp = unary({
  name: "bitwiseNot",
  doc: "All bits flipped, −x − 1; of a bool, ¬x. NumPy: invert.",
  takes: "bits",
  define: (x, dtype) => (dtype === "bool" ? 1 - x : ~x),
  expr: e.not,
  vjp: null,
  ranges: [[-99, 99]],
});

/** Machines shift by the amount modulo 32: whether the amount is one they can serve. */
const shiftable = (amount: e.Expr): e.Expr => e.and(e.ge(amount, 0), e.lt(amount, 32));

export const leftShift: BinaryOp = binary({
  name: "leftShift",
  doc: "a · 2ᵇ, bits beyond 32 lost; 0 for b < 0 or b ≥ 32. NumPy: left_shift.",
  takes: "integer",
  define: (a, b) => (b >= 0 && b < 32 ? a << b : 0),
  expr: (a, b) => e.select(shiftable(b), e.shl(a, e.and(b, 31)), 0),
  vjp: null,
  ranges: [[-99, 99], [-2, 34]],
});

export const rightShift: BinaryOp = binary({
  name: "rightShift",
  doc: "⌊a / 2ᵇ⌋; only a's sign is left (0 or −1) for b < 0 or b ≥ 32. NumPy: right_shift.",
  takes: "integer",
  define: (a, b) => (b >= 0 && b < 32 ? a >> b : a >> 31),
  expr: (a, b) => e.shr(a, e.select(shiftable(b), b, 31)),
  vjp: null,
  ranges: [[-99, 99], [-2, 34]],
});
