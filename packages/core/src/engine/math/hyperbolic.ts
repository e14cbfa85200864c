import { abs, add, constant, div, gt, lt, min, mul, neg, or, select, sqrt, sub, type Expr } from "../expr.ts";
import { expm1LikeMath64, expm1Scaled32, expm1Scaled64, quarterExp64 } from "./exponential.ts";
import { log1pOf64 } from "./logarithm.ts";
import { unlessTiny, withSignOf, type Digits } from "./parts.ts";

const ln2 = 0.6931471805599453;

/**
 * tanh x of float32 with t = e^2|x| − 1: t/(t + 2), but t/2 − (t²/2)/(t + 2) for |x| < ¼, where the exact half takes the larger part. Beyond |x| = 10 it
 * rounds to 1. The worst error over all float32 is 2.10 ulp, never more than 2 from the rounded value.
 */
export function tanh32(x: Expr): Expr {
  const size = abs(x);
  const isSmall = lt(size, 0.25);
  const t = expm1Scaled32(min(add(size, size), 20), 0);
  const half = mul(t, 0.5);
  const quotient = div(select(isSmall, mul(half, t), t), add(t, 2));
  return withSignOf(x, select(isSmall, sub(half, quotient), quotient));
}

/**
 * tanh x of float64: −t/(t + 2) with t = e^−2|x| − 1, but −t/2 + (t²/2)/(t + 2) for |x| < ¼, and 1 − 2/(t + 2) with t = e^2|x| − 1 for |x| > 1, where the
 * quotient's error counts little (fdlibm's tanh, which `Math.tanh` is, without the middle one). Beyond |x| = 20 it rounds to 1.
 * The worst error is 2.04 ulp, but Math's own last bits are followed: nearly all results are one apart at most.
 */
export function tanh64(x: Expr): Expr {
  const size = abs(x);
  const isSmall = lt(size, 0.25);
  const isLarge = gt(size, 1);
  const double = min(add(size, size), 40);
  const exponent = select(isLarge, double, neg(double));
  const t = expm1LikeMath64(exponent, lt(exponent, -1.5 * ln2));
  const half = mul(t, -0.5);
  const above = select(isSmall, mul(neg(half), t), neg(t));
  const quotient = div(select(isLarge, -2, above), add(t, 2));
  const start = select(isLarge, 1, half);
  return withSignOf(x, select(or(isSmall, isLarge), add(start, quotient), quotient));
}

/**
 * sinh x with t = e^|x| − 1: t − t²/(2(t + 1)) for |x| < 1 and (t + t/(t + 1))/2 beyond (fdlibm's sinh), from a quarter of t, since sinh overflows later
 * than eˣ. The worst error is 1.83 ulp, and 0.501 ulp once rounded to float32, as it is for the functions below.
 */
export function sinh64(x: Expr, digits: Digits): Expr {
  const size = abs(x);
  const isSmall = lt(size, 1);
  const quarter = expm1Scaled64(min(size, 710.5), -2, digits);
  const whole = mul(quarter, 4);
  const quotient = div(select(isSmall, mul(neg(whole), quarter), quarter), add(whole, 1));
  const sum = add(select(isSmall, add(quarter, quarter), quarter), quotient);
  return unlessTiny(x, size, 2 ** -28, withSignOf(x, add(sum, sum)));
}

/** cosh x = (e^|x| + e^−|x|)/2, from a quarter of e^|x|. The worst error is 1.31 ulp. */
export function cosh64(x: Expr, digits: Digits): Expr {
  const quarter = quarterExp64(min(abs(x), 710.5), digits);
  const sum = add(quarter, div(constant(1, "float64"), mul(quarter, 16)));
  return add(sum, sum);
}

/** From here on 1 + t² and t² are one number, and t² is far from overflow. */
const large = 2 ** 54;

/** ln 2 is left over where only ln|x| was computed. */
const plusLn2Where = (condition: Expr, value: Expr): Expr => add(value, select(condition, constant(ln2, "float64"), 0));

/** asinh x = ln(1 + t + t²/(1 + √(1 + t²))) with t = |x|; ln t + ln 2 for large t. The worst error is 1.62 ulp. */
export function asinh64(x: Expr, digits: Digits): Expr {
  const t = abs(x);
  const isLarge = gt(t, large);
  const square = mul(t, t);
  const argument = add(t, div(square, add(sqrt(add(square, 1)), 1)));
  const value = plusLn2Where(isLarge, log1pOf64(select(isLarge, t, argument), digits));
  return unlessTiny(x, t, 2 ** -28, withSignOf(x, value));
}

/** acosh x = ln(1 + t + √(2t + t²)) with t = x − 1; ln x + ln 2 for large x; NaN below 1. The worst error is 2.04 ulp. */
export function acosh64(x: Expr, digits: Digits): Expr {
  const t = sub(x, 1);
  const isLarge = gt(x, large);
  const argument = add(t, sqrt(add(mul(t, t), add(t, t))));
  const value = plusLn2Where(isLarge, log1pOf64(select(isLarge, x, argument), digits));
  return select(lt(x, 1), NaN, value);
}

/** atanh x = ½·ln(1 + 2t/(1 − t)) with t = |x|; below ½ as 2t + 2t²/(1 − t), of which only the smaller part is rounded twice. The worst error is 1.66 ulp. */
export function atanh64(x: Expr, digits: Digits): Expr {
  const t = abs(x);
  const double = add(t, t);
  const isSmall = lt(t, 0.5);
  const quotient = div(select(isSmall, mul(double, t), double), sub(1, t));
  const value = mul(log1pOf64(add(select(isSmall, double, 0), quotient), digits), 0.5);
  return unlessTiny(x, t, 2 ** -28, withSignOf(x, value));
}
