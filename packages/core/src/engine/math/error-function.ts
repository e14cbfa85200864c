import { abs, add, div, lt, min, mul, neg, select, sub, type Expr } from "../expr.ts";
import { exp32, exp64 } from "./exponential.ts";
import { polynomial, withSignOf } from "./parts.ts";

/** erf x / x − 1 in x² for |x| ≤ 0.93, fitted by Remez exchange. */
const near32: readonly number[] = [0.12837917, -0.37612632, 0.11283697, -0.0268601, 0.0052032904, -0.00081696134, 8.48095e-05]; // to 2⁻³⁰
/** −ln(erfc x)/x for 0.92 ≤ x ≤ 4, weighted as the error shows in erf. */
const far32: readonly number[] = [1.1286485, 0.6351512, 0.10623703, -0.02376216, 0.0036424813, -0.00032280074, 1.12297585e-05]; // to 2⁻³⁰
/** erf x / x − 1 in x² for |x| ≤ 1. */
const near64: readonly number[] = [
  0.12837916709551256, -0.3761263890318341, 0.11283791670942123, -0.026866170643087234, 0.005223977607709902, -0.0008548326064658094,
  0.00012055298818140517, -1.4924828267765885e-05, 1.6448685698171578e-06, -1.621881372340584e-07, 1.376659091748589e-08, -7.884788287110806e-10,
]; // to 2⁻⁵⁶
/** erfc x · e^x² in t = (x − 3)/(x + 3) for 0.99 ≤ x ≤ 6, weighted as the error shows in erf. */
const far64: readonly number[] = [
  0.17900115118134882, -0.3262335600461266, 0.24560380166323947, -0.1501159362762636, 0.07166585150630185, -0.02439231524765598,
  0.004270421851395655, 0.0007134072818161135, -0.000580584301827585, 7.708783346991552e-05, 0.00010349100188321464, 1.538549287120058e-05,
]; // to 2⁻⁵⁷

/**
 * erf x = 2/√π·∫₀ˣ e^−t² dt of float32: a series near 0, and 1 − erfc x with ln(erfc x) as a polynomial further out; 1 beyond 4. The
 * worst error is 1.15 ulp (10⁸ numbers).
 */
export function erf32(x: Expr): Expr {
  const size = abs(x);
  const square = mul(x, x);
  const near = add(x, mul(x, polynomial(square, near32)));
  const bounded = min(size, 4);
  const far = sub(1, exp32(neg(mul(bounded, polynomial(bounded, far32))), "moderate"));
  return select(lt(size, 0.925), near, withSignOf(x, far));
}

/**
 * erf x of float64: a series near 0, and 1 − e^−x²·G(x) further out; 1 beyond 6. An error of G counts as erfc x does in erf x. The worst
 * error is 1.27 ulp.
 */
export function erf64(x: Expr): Expr {
  const size = abs(x);
  const square = mul(x, x);
  const near = add(x, mul(x, polynomial(square, near64)));
  const bounded = min(size, 6);
  const t = div(sub(bounded, 3), add(bounded, 3));
  const far = sub(1, mul(exp64(neg(mul(bounded, bounded)), "double", "moderate"), polynomial(t, far64)));
  return select(lt(size, 1), near, withSignOf(x, far));
}
