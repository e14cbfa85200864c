import { abs, add, constant, copySign, div, eq, gt, lt, max, min, mul, select, sqrt, sub, type Expr } from "../expr.ts";
import { polynomial, upperHalf, withSignOf, type Digits } from "./parts.ts";

/** (asin x / x − 1) / x² in x² for |x| ≤ ½, fitted by Remez exchange. */
const arcsine: Readonly<Record<Digits, readonly number[]>> = {
  single: [0.1666675413067888, 0.07495232691824104, 0.0454783405051263, 0.024140995811609372, 0.04223055456246049], // to 2⁻²⁷
  double: [
    0.16666666666665375, 0.07500000000344953, 0.04464285682184801, 0.030381959400781505, 0.022371751810407407, 0.01735979757049963,
    0.013884331248278531, 0.012175070008347905, 0.006502959749104851, 0.019595898570643082, -0.016329173451057718, 0.03198341477898755,
  ], // to 2⁻⁵⁶
};
/** (atan x / x − 1) / x² in x² for |x| ≤ tan π/8. */
const arctangent: Readonly<Record<Digits, readonly number[]>> = {
  single: [-0.3333331534171025, 0.1999847855129175, -0.1424362859786423, 0.105942766476244, -0.06078855312980838], // to 2⁻³⁰
  double: [
    -0.333333333333332, 0.1999999999995363, -0.1428571428019022, 0.11111110782768004, -0.09090897729362359, 0.07692059583862486,
    -0.06663095613400971, 0.05847819621420448, -0.05038956397994891, 0.03805490447813223, -0.017895811990058182,
  ], // to 2⁻⁵⁹
};

const halfPi = 1.5707963267948966;
/** π/2 − halfPi. */
const halfPiLow = 6.123233995736766e-17;

interface Arcsine {
  readonly isInner: Expr;
  /** asin |x| = inner for |x| < ½, and π/2 − 2·(root + rest) beyond, where root + rest = asin √((1 − |x|)/2). */
  readonly inner: Expr;
  /** The part of `inner` beyond |x|. */
  readonly innerRest: Expr;
  readonly root: Expr;
  readonly rest: Expr;
}

function arcsineOf(size: Expr, digits: Digits): Arcsine {
  const isInner = lt(size, 0.5);
  const outerSquare = mul(sub(1, size), 0.5);
  const square = select(isInner, mul(size, size), outerSquare);
  const series = mul(square, polynomial(square, arcsine[digits]));
  const root = sqrt(outerSquare);
  const innerRest = mul(size, series);
  const inner = add(size, innerRest);
  const outerRest = mul(root, series);
  if (digits === "single") return { isInner, inner, innerRest, root, rest: outerRest };
  // The root as its upper half, whose square is exact, and what is missing from it.
  const upper = upperHalf(root);
  const missing = div(sub(outerSquare, mul(upper, upper)), max(add(root, upper), 2 ** -1022));
  return { isInner, inner, innerRest, root: upper, rest: add(outerRest, missing) };
}

/** asin x of float64 lanes; NaN beyond ±1. The worst error is 0.92 ulp, and 0.583 ulp once rounded to float32. */
export function asin64(x: Expr, digits: Digits): Expr {
  const size = abs(x);
  const { isInner, inner, root, rest } = arcsineOf(size, digits);
  // π/2 − 2·(root + rest) = π/4 − (2·rest − low − (π/4 − 2·root))
  const quarter = halfPi / 2;
  const outer = sub(quarter, sub(sub(mul(rest, 2), halfPiLow), sub(quarter, mul(root, 2))));
  return withSignOf(x, select(isInner, inner, outer));
}

/** acos x of float64 lanes; NaN beyond ±1. The worst error is 0.80 ulp, and 0.582 ulp once rounded to float32. */
export function acos64(x: Expr, digits: Digits): Expr {
  const size = abs(x);
  const { isInner, innerRest, root, rest } = arcsineOf(size, digits);
  const inner = sub(halfPi, sub(x, sub(halfPiLow, copySign(innerRest, x))));
  const sum = add(root, rest);
  const right = add(sum, sum);
  const below = add(root, sub(rest, halfPiLow));
  const left = sub(2 * halfPi, add(below, below));
  return select(isInner, inner, select(lt(x, 0), left, right));
}

/**
 * The angle of the point (x, y), x ≥ 0, y ≥ 0, of which `larger` and `smaller` are the coordinates in order: the arctangent of t = smaller/larger, or
 * where that is beyond tan π/8, π/4 plus the arctangent of (smaller − larger)/(smaller + larger). `steps` counts quarters of π, and
 * is mirrored at the diagonal where y > x and at the vertical where the real x is negative.
 */
function angle(smaller: Expr, larger: Expr, mirrors: readonly { readonly where: Expr; readonly at: number }[], digits: Digits): Expr {
  const isDiagonal = gt(smaller, mul(larger, 0.41421356237309503));
  const above = select(isDiagonal, sub(smaller, larger), smaller);
  const below = select(isDiagonal, add(smaller, larger), larger);
  // Both are 0 at the origin, whose angle is 0 by convention.
  const t = div(above, max(below, 2 ** -1074));
  const square = mul(t, t);
  let steps = select(isDiagonal, constant(1, "float64"), 0);
  let sign = constant(1, "float64");
  for (const { where, at } of mirrors) {
    steps = select(where, sub(at, steps), steps);
    sign = select(where, sub(0, sign), sign);
  }
  const rest = mul(mul(t, square), polynomial(square, arctangent[digits]));
  // π/4's last three bits are 0, so that steps·(π/4) is exact.
  const base = mul(steps, halfPi / 2);
  if (digits === "single") return add(base, mul(sign, add(t, rest)));
  // base + t and what its rounding lost, so that the last addition is the only one that counts.
  const turn = mul(sign, t);
  const sum = add(base, turn);
  const lost = sub(turn, sub(sum, base));
  return add(sum, add(lost, add(mul(sign, rest), mul(steps, halfPiLow / 2))));
}

/** atan x of float64 lanes. The worst error is 1.80 ulp, and 0.509 ulp once rounded to float32. */
export function atan64(x: Expr, digits: Digits): Expr {
  const size = abs(x);
  const isSteep = gt(size, 1);
  const infinite = eq(size, Infinity);
  const smaller = select(infinite, 0, min(size, 1));
  const larger = select(infinite, 1, max(size, 1));
  const value = angle(smaller, larger, [{ where: isSteep, at: 2 }], digits);
  return withSignOf(x, select(lt(size, 2 ** -28), size, value));
}

/**
 * The angle of the point (x, y) from the positive x axis, in (−π, π], of float64 lanes: IEEE's conventions at zeros and infinities.
 * The worst error is 1.78 ulp, and one from the rounded value in float32.
 */
export function atan2of64(y: Expr, x: Expr, digits: Digits): Expr {
  const height = abs(y);
  const width = abs(x);
  const largest = max(height, width);
  // The sum of two numbers near the largest overflows.
  const scale = select(gt(largest, 2 ** 1000), constant(2 ** -100, "float64"), 1);
  const infinite = eq(largest, Infinity);
  const smallest = min(height, width);
  const smaller = select(infinite, select(eq(smallest, Infinity), constant(1, "float64"), 0), mul(smallest, scale));
  const larger = select(infinite, 1, mul(largest, scale));
  const isLeft = lt(copySign(constant(1, "float64"), x), 0);
  const value = angle(smaller, larger, [{ where: gt(height, width), at: 2 }, { where: isLeft, at: 4 }], digits);
  return withSignOf(y, value);
}
