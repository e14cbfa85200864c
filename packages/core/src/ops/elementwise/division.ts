import * as e from "../../engine/expr.ts";
import { binary, flat, type BinaryOp } from "../declare.ts";
import { mul, neg } from "./arithmetic.ts";
import { roundHalfToEven } from "./rounding.ts";

/** The remainder of a / b with the sign of a, exact. */
function remainder(a: e.Expr, b: e.Expr): e.Expr {
  if (a.type === "float64") return e.rescue(e.not(e.lt(e.abs(a), e.abs(b))), a, "fmod", [a, b]);
  // Quotients of 24-bit numbers below 2²⁸ and their products are exact in float64.
  const [x, y] = [e.cast(a, "float64"), e.cast(b, "float64")];
  const quotient = e.div(x, y);
  const near = e.and(e.lt(e.abs(quotient), 2 ** 28), e.lt(e.abs(y), Infinity));
  return e.rescue(e.not(near), e.sub(x, e.mul(e.trunc(quotient), y)), "fmod", [x, y]);
}

/** Whether a remainder has to go over to the divisor's side of 0. */
const opposite = (rest: e.Expr, b: e.Expr): e.Expr => e.and(e.ne(rest, 0), e.xor(e.lt(rest, 0), e.lt(b, 0)));

const withSignOf = (zero: number, like: number): number => (like < 0 || Object.is(like, -0) ? -zero : zero);

export const mod: BinaryOp = binary({
  name: "mod",
  doc: "a − ⌊a / b⌋·b, with the sign of b; int32 by 0 gives 0, floats NaN. NumPy: mod, remainder.",
  takes: "number",
  define(a, b, dtype) {
    if (dtype === "int32" && b === 0) return 0;
    const rest = a % b;
    if (rest === 0) return dtype === "int32" ? 0 : withSignOf(0, b);
    return rest < 0 !== b < 0 ? rest + b : rest;
  },
  expr(a, b) {
    if (a.type === "int32") return e.mod(a, b);
    const rest = remainder(a, b);
    const divisor = e.cast(b, "float64");
    return e.cast(e.select(e.eq(rest, 0), e.copySign(0, divisor), e.select(opposite(rest, divisor), e.add(rest, divisor), rest)), a.type);
  },
  vjp: [({ g }) => g, ({ g, inputs: [a, b] }) => neg(mul(g, floorDiv(a, b)))],
  ranges: [[-3, 3], [0.7, 2]],
});

export const floorDiv: BinaryOp = binary({
  name: "floorDiv",
  doc: "⌊a / b⌋, so that a = floorDiv(a, b)·b + mod(a, b); int32 by 0 gives 0 and −2³¹ by −1 wraps; its gradient is 0. NumPy: floor_divide.",
  takes: "number",
  define(a, b, dtype) {
    if (dtype === "int32") return b === 0 ? 0 : Math.floor(a / b) | 0;
    if (b === 0) return a / b;
    const rest = a % b;
    const whole = (a - rest) / b - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
    return whole === 0 ? withSignOf(0, a / b) : roundHalfToEven(whole);
  },
  expr(a, b) {
    if (a.type === "int32") return e.floorDiv(a, b);
    const rest = remainder(a, b);
    const [x, y] = [e.cast(a, "float64"), e.cast(b, "float64")];
    const below = e.cast(opposite(rest, y), "float64");
    // The division is exact but for its rounding: the nearest whole number is the quotient.
    const whole = e.nearest(e.sub(e.div(e.sub(x, rest), y), below));
    const quotient = e.div(x, y);
    return e.cast(e.select(e.eq(y, 0), quotient, e.select(e.eq(whole, 0), e.copySign(0, quotient), whole)), a.type);
  },
  vjp: [flat, flat],
  ranges: [[-3, 3], [0.7, 2]],
});
