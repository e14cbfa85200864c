import { abs, add, div, lt, max, neg, select, type Expr } from "../expr.ts";
import { exp32, exp64 } from "./exponential.ts";
import { log1pOfFraction } from "./logarithm.ts";

/**
 * 1/(1 + e⁻ˣ) for x ≥ 0 and eˣ/(1 + eˣ) below, so that e^−|x| never overflows and small results keep their digits. The worst error is
 * 2.40 ulp of float32 and 2.35 ulp of float64 (never more than two numbers from the rounded value).
 */
export function sigmoid(x: Expr): Expr {
  const e = expOfNegative(x);
  return div(select(lt(x, 0), e, 1), add(e, 1));
}

/** ln(1 + eˣ) as max(x, 0) + ln(1 + e^−|x|). The worst error is 1.90 ulp of float32 (10⁸ numbers) and 1.79 ulp of float64. */
export function softplus(x: Expr): Expr {
  const e = expOfNegative(x);
  return add(max(x, 0), log1pOfFraction(e));
}

const expOfNegative = (x: Expr): Expr => {
  const size = neg(abs(x));
  return x.type === "float32" ? exp32(size, "negative") : exp64(size, "double", "negative");
};
