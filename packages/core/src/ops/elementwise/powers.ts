import * as e from "../../engine/expr.ts";
import type { DType } from "../../dtype.ts";
import type { Tensor } from "../../tensor.ts";
import { binary, unary, type BinaryOp, type UnaryOp } from "../declare.ts";
import type { Value } from "../literal.ts";
import { stopGradient } from "../stop-gradient.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { equal, greaterEqual, isInf } from "./comparison.ts";
import { log } from "./exponential.ts";
import { maximum } from "./extremes.ts";
import { logicalAnd, logicalOr } from "./logical.ts";
import { abs, sign } from "./rounding.ts";
import { where } from "./where.ts";

export const square: UnaryOp = unary({
  name: "square",
  doc: "x²; int32 wraps. NumPy: square.",
  takes: "number",
  define: (x, dtype) => (dtype === "int32" ? Math.imul(x, x) : x * x),
  expr: (x) => e.mul(x, x),
  vjp: [({ g, inputs: [x] }) => mul(g, mul(x, 2))],
  ranges: [[-3, 3]],
});

export const sqrt: UnaryOp = unary({
  name: "sqrt",
  doc: "√x; NaN below 0. NumPy: sqrt.",
  takes: "float",
  define: Math.sqrt,
  expr: e.sqrt,
  vjp: [({ g, out }) => div(g, mul(out, 2))],
  ranges: [[0.2, 4]],
});

export const rsqrt: UnaryOp = unary({
  name: "rsqrt",
  doc: "1 / √x. PyTorch: rsqrt.",
  takes: "float",
  define: (x) => 1 / Math.sqrt(x),
  expr: (x) => e.div(1, e.sqrt(x)),
  // Halved first: out / x may overflow where half of it does not.
  vjp: [({ g, inputs: [x], out }) => mul(g, div(mul(out, -0.5), x))],
  ranges: [[0.2, 4]],
});

export const cbrt: UnaryOp = unary({
  name: "cbrt",
  doc: "∛x, of negative numbers as well. NumPy: cbrt.",
  takes: "float",
  define: Math.cbrt,
  expr: (x) => e.math("cbrt", x),
  vjp: [({ g, out }) => div(g, mul(square(out), 3))],
  ranges: [[0.2, 4]],
});

export const reciprocal: UnaryOp = unary({
  name: "reciprocal",
  doc: "1 / x, always with fractions. NumPy: reciprocal (of floats).",
  takes: "float",
  define: (x) => 1 / x,
  expr: (x) => e.div(1, x),
  vjp: [({ g, out }) => neg(mul(g, square(out)))],
  ranges: [[0.3, 3]],
});

export const hypot: BinaryOp = binary({
  name: "hypot",
  doc: "√(a² + b²) without overflow on the way; its gradient at the origin is 0. NumPy: hypot.",
  takes: "float",
  define: (a, b) => Math.hypot(a, b),
  expr(a, b) {
    const [x, y] = [e.abs(a), e.abs(b)];
    const infinite = e.or(e.eq(x, Infinity), e.eq(y, Infinity));
    if (a.type === "float32") {
      // Squares of float32 fit float64.
      const wide = (side: e.Expr): e.Expr => { const value = e.cast(side, "float64"); return e.mul(value, value); };
      return e.select(infinite, Infinity, e.cast(e.sqrt(e.add(wide(x), wide(y))), "float32"));
    }
    const large = e.max(x, y);
    // Divided by 1 where both are 0.
    const ratio = e.div(e.min(x, y), e.select(e.eq(large, 0), 1, large));
    return e.select(infinite, Infinity, e.mul(large, e.sqrt(e.add(e.mul(ratio, ratio), 1))));
  },
  vjp: [({ g, inputs: [a, b] }) => along(g, withoutSize(a, b)), ({ g, inputs: [a, b] }) => along(g, withoutSize(b, a))],
  ranges: [[0.3, 3], [-3, 3]],
});

/** Two numbers divided by the larger magnitude, which gradients take as a constant; beside an infinite one, a finite one is 0, and at the origin both are. */
export interface WithoutSize { readonly sides: readonly [Tensor, Tensor]; readonly size: Tensor }

/** For functions of two numbers that scaling both changes in a known way: the sum of their squares is between 1 and 2. */
export function withoutSize(a: Tensor, b: Tensor): WithoutSize {
  const size = stopGradient(maximum(abs(a), abs(b)));
  const infinite = isInf(size);
  const divisor = where(logicalOr(infinite, equal(size, 0)), 1, size);
  const divided = (side: Tensor): Tensor => where(infinite, where(isInf(side), sign(side), 0), div(where(infinite, 1, side), divisor));
  return { sides: [divided(a), divided(b)], size };
}

/** g · a / √(a² + b²); 0 at the origin, in all orders. */
function along(g: Tensor, { sides: [a, b], size }: WithoutSize): Tensor {
  const origin = equal(size, 0);
  const [x, y] = [where(origin, 1, a), where(origin, 0, b)];
  return mul(g, where(origin, 0, mul(x, rsqrt(add(square(x), square(y))))));
}

/** IEEE 754's pow: 1 to any power, and −1 to ±Infinity, is 1; JavaScript says NaN. */
function power(a: number, b: number, dtype: DType): number {
  if (dtype === "int32") return integerPower(a, b);
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

function integerPower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  for (let base = a, rest = b; rest > 0; rest >>= 1, base = Math.imul(base, base)) if (rest % 2 === 1) result = Math.imul(result, base);
  return result;
}

/** The same, without a branch: all 31 squarings. */
function integerPowerExpr(a: e.Expr, b: e.Expr): e.Expr {
  const one = e.constant(1, "int32");
  let result: e.Expr = one;
  for (let base = a, rest = b, bit = 0; bit < 31; bit++, base = e.mul(base, base), rest = e.shr(rest, 1)) {
    result = e.select(e.ne(e.and(rest, 1), 0), e.mul(result, base), result);
  }
  const alternating = e.sub(1, e.mul(e.and(b, 1), 2));
  const inverse = e.select(e.eq(a, 1), one, e.select(e.eq(a, -1), alternating, 0));
  return e.select(e.lt(b, 0), inverse, result);
}

const power2: BinaryOp = binary({
  name: "pow",
  doc: "aᵇ; x⁰ = 1; NaN for a < 0 with a fraction b; int32 wraps, and to a negative power gives 1 / aᵇ rounded toward 0 (0 for a = 0). NumPy: power.",
  takes: "number",
  define: power,
  expr(a, b) {
    if (a.type === "int32") return integerPowerExpr(a, b);
    const one = e.or(e.eq(a, 1), e.and(e.eq(a, -1), e.eq(e.abs(b), Infinity)));
    return e.select(one, 1, e.math("pow", a, b));
  },
  vjp: [
    // b·aᵇ⁻¹ is 0·∞ where both are 0, and a⁰ is flat there.
    ({ g, inputs: [a, b] }) => {
      const base = where(logicalAnd(equal(a, 0), equal(b, 0)), 1, a);
      return mul(g, mul(b, power2(base, sub(b, 1))));
    },
    // aᵇ·log a is 0·∞ at a = 0, and 0ᵇ is flat for b > 0.
    ({ g, inputs: [a, b], out }) => {
      const base = where(logicalAnd(equal(a, 0), greaterEqual(b, 0)), 1, a);
      return mul(g, mul(out, log(base)));
    },
  ],
  ranges: [[0.3, 3], [-3, 3]],
});

/** aᵇ, element by element; the bare number 2 as b squares. */
export const pow: BinaryOp = Object.assign((a: Value, b: Value) => (b === 2 ? square(a) : power2(a, b)), { primitive: power2.primitive });
