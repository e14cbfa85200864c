import * as e from "../../engine/expr.ts";
import { callOf, nodeOf } from "../../graph/graph.ts";
import { binary, flat, unary, type BinaryOp, type UnaryOp } from "../declare.ts";
import { mul, neg } from "./arithmetic.ts";

/** Whole numbers are round already. */
const ofFloats = (round: (x: e.Expr) => e.Expr) => (x: e.Expr): e.Expr => (x.type === "int32" ? x : round(x));

export const floor: UnaryOp = unary({
  name: "floor",
  doc: "⌊x⌋, the largest whole number not above x; its gradient is 0. NumPy: floor.",
  takes: "number",
  define: Math.floor,
  expr: ofFloats(e.floor),
  vjp: [flat],
  simplify: (x) => (callOf(floor.primitive, x) === null ? null : x),
  ranges: [[-3, 3]],
});

export const ceil: UnaryOp = unary({
  name: "ceil",
  doc: "⌈x⌉, the smallest whole number not below x; its gradient is 0. NumPy: ceil.",
  takes: "number",
  define: Math.ceil,
  expr: ofFloats(e.ceil),
  vjp: [flat],
  simplify: (x) => (callOf(ceil.primitive, x) === null ? null : x),
  ranges: [[-3, 3]],
});

export const trunc: UnaryOp = unary({
  name: "trunc",
  doc: "x without its fraction, rounded toward 0; its gradient is 0. NumPy: trunc.",
  takes: "number",
  define: Math.trunc,
  expr: ofFloats(e.trunc),
  vjp: [flat],
  simplify: (x) => (callOf(trunc.primitive, x) === null ? null : x),
  ranges: [[-3, 3]],
});

/** To the nearest whole number; from the middle to the even one. */
export function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest === 0 || Number.isNaN(rest)) return x;
  const rounded = rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
  return rounded === 0 && x < 0 ? -0 : rounded;
}

export const round: UnaryOp = unary({
  name: "round",
  doc: "x to the nearest whole number, halves to the even one; its gradient is 0. NumPy: round, rint.",
  takes: "number",
  define: roundHalfToEven,
  expr: ofFloats(e.nearest),
  vjp: [flat],
  simplify: (x) => (callOf(round.primitive, x) === null ? null : x),
  ranges: [[-3, 3]],
});

export const sign: UnaryOp = unary({
  name: "sign",
  doc: "−1, 0 or 1 as x is below, at or above 0; NaN stays; its gradient is 0. NumPy: sign.",
  takes: "number",
  define: (x) => (x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : x),
  expr(x) {
    const direction = e.sub(e.cast(e.gt(x, 0), x.type), e.cast(e.lt(x, 0), x.type));
    return x.type === "int32" ? direction : e.select(e.eq(x, x), direction, x);
  },
  vjp: [flat],
  ranges: [[-3, 3]],
});

export const abs: UnaryOp = unary({
  name: "abs",
  doc: "|x|; int32 wraps (|−2³¹| = −2³¹); its gradient at 0 is 0. NumPy: abs.",
  takes: "number",
  define: (x, dtype) => (dtype === "int32" ? Math.abs(x) | 0 : Math.abs(x)),
  expr: e.abs,
  vjp: [({ g, inputs: [x] }) => mul(g, sign(x))],
  simplify(x) {
    const negated = callOf(neg.primitive, x);
    if (negated !== null) return nodeOf(abs.primitive, negated.inputs[0], undefined);
    return callOf(abs.primitive, x) === null ? null : x;
  },
  ranges: [[-3, 3]],
});

export const copySign: BinaryOp = binary({
  name: "copySign",
  doc: "|a| with the sign of b, of zeros as well. NumPy: copysign.",
  takes: "float",
  define: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  expr: e.copySign,
  vjp: [({ g, inputs: [a, b] }) => mul(g, mul(sign(a), copySign(1, b))), flat],
  ranges: [[-3, 3], [-3, 3]],
});
