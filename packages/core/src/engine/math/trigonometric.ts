import { abs, add, and, apply, bits, div, eq, gt, lt, mul, ne, or, rescue, select, sub, xor, type Expr } from "../expr.ts";
import { int64, polynomial, unlessTiny, wholeInLowBits64, type Digits } from "./parts.ts";

/*
 * x = n·π/2 + r, |r| ≤ π/4, with π/2 in parts whose products with n are exact (Cody and Waite); then sine or cosine of r,
 * as the last two bits of n say. Where |x| is so large that n·(the first part) is not exact, or r so small beside
 * n·π/2 that its digits run out, the host's function serves.
 */

/** Up to here n has 20 bits, and the parts of π/2 have 33. */
const farthest = 2 ** 20;
const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const;
/** π/2 − halfPi[0], for float32's sake. */
const halfPiRest = 6.077100506506192e-11;

/** (sin r − r) / r³ in r², |r| ≤ π/4, fitted by Remez exchange. */
const sine: Readonly<Record<Digits, readonly number[]>> = {
  single: [-0.16666654908677406, 0.008332175658753996, -0.0001951694651351272], // to 2⁻²⁸
  double: [-0.16666666666666632, 0.008333333333322472, -0.00019841269829835672, 2.755731369732753e-06, -2.5050758485730722e-08, 1.5896796023907503e-10], // to 2⁻⁵⁸
};
/** (cos r − 1 + r²/2) / r⁴ in r². */
const cosine: Readonly<Record<Digits, readonly number[]>> = {
  single: [0.04166664681121943, -0.0013887364690097076, 2.4438113156255483e-05], // to 2⁻³³
  double: [0.0416666666666666, -0.0013888888888874457, 2.4801587289652845e-05, -2.755731439385877e-07, 2.087572810882594e-09, -1.135986484745942e-11], // to 2⁻⁶⁴
};

interface Reduced {
  /** r = high + low; `low` is absent where single digits are asked for. */
  readonly high: Expr;
  readonly low: Expr | null;
  /** An int64 whose low bits are n's. */
  readonly quadrant: Expr;
  /** Where the reduction does not hold. */
  readonly unsafe: Expr;
}

function reduce(x: Expr, digits: Digits): Reduced {
  const shifted = add(mul(x, 0.6366197723675814), wholeInLowBits64);
  const n = sub(shifted, wholeInLowBits64);
  const quadrant = bits(shifted, "int64");
  const first = sub(x, mul(n, halfPi[0]));
  const far = gt(abs(x), farthest);
  if (digits === "single") return { high: sub(first, mul(n, halfPiRest)), low: null, quadrant, unsafe: far };
  const second = mul(n, halfPi[1]);
  const both = sub(first, second);
  const third = sub(mul(n, halfPi[2]), sub(sub(first, both), second));
  const high = sub(both, third);
  const nearZero = and(lt(abs(high), 2 ** -40), ne(n, 0));
  return { high, low: sub(sub(both, high), third), quadrant, unsafe: or(far, nearZero) };
}

/** A value as a sum whose first term is the value rounded; the second is null where single digits are asked for. */
interface Pair {
  readonly high: Expr;
  readonly low: Expr | null;
}
const whole = ({ high, low }: Pair): Expr => (low === null ? high : add(high, low));

/** sin(high + low) ≈ sin(high) + low·(1 − high²/2), unrounded. */
function sineOf({ high, low }: Reduced, square: Expr, digits: Digits): Pair {
  const series = polynomial(square, sine[digits]);
  // As a product, so that −0 stays −0.
  if (low === null) return { high: mul(high, add(mul(square, series), 1)), low };
  const small = sub(mul(mul(square, high), series), sub(mul(mul(square, low), 0.5), low));
  return { high, low: small };
}

/** cos(high + low) ≈ cos(high) − high·low; what 1 − r²/2 loses to rounding is brought back. */
function cosineOf({ high, low }: Reduced, square: Expr, digits: Digits): Pair {
  const half = mul(square, 0.5);
  const series = mul(mul(square, square), polynomial(square, cosine[digits]));
  const main = sub(1, half);
  if (low === null) return { high: add(main, series), low };
  return { high: main, low: add(sub(sub(1, main), half), sub(series, mul(high, low))) };
}

const isOdd = (quadrant: Expr): Expr => eq(and(quadrant, int64(1n)), int64(1n));

/** The sign changes where the second bit of `quadrant` is set. */
const flipSign = (value: Expr, quadrant: Expr): Expr =>
  bits(xor(bits(value, "int64"), apply("shl", [and(quadrant, int64(2n)), int64(62n)], "int64")), "float64");

/** sin x of float64 lanes. The worst error is 0.78 ulp, and 0.561 ulp once rounded to float32. */
export function sin64(x: Expr, digits: Digits): Expr {
  const reduced = reduce(x, digits);
  const square = mul(reduced.high, reduced.high);
  const { quadrant, unsafe } = reduced;
  const value = select(isOdd(quadrant), whole(cosineOf(reduced, square, digits)), whole(sineOf(reduced, square, digits)));
  return rescue(unsafe, unlessTiny(x, abs(x), 2 ** -27, flipSign(value, quadrant)), "sin", [x]);
}

/** cos x of float64 lanes: sine, one quadrant further. The worst error is 0.77 ulp, and 0.561 ulp once rounded to float32. */
export function cos64(x: Expr, digits: Digits): Expr {
  const reduced = reduce(x, digits);
  const square = mul(reduced.high, reduced.high);
  const { quadrant, unsafe } = reduced;
  const value = select(isOdd(quadrant), whole(sineOf(reduced, square, digits)), whole(cosineOf(reduced, square, digits)));
  return rescue(unsafe, flipSign(value, add(quadrant, int64(1n))), "cos", [x]);
}

/** Rounds a pair's sum and keeps the error: |high| ≥ |low|. */
function renormalize({ high, low }: Pair): Pair {
  if (low === null) return { high, low };
  const sum = add(high, low);
  return { high: sum, low: sub(low, sub(sum, high)) };
}

/**
 * tan x of float64 lanes: sin r/cos r, or −cos r/sin r in odd quadrants, with the quotient corrected by what sine and cosine lost to rounding. The worst
 * error is 1.39 ulp, and 0.565 ulp once rounded to float32.
 */
export function tan64(x: Expr, digits: Digits): Expr {
  const reduced = reduce(x, digits);
  const square = mul(reduced.high, reduced.high);
  const s = renormalize(sineOf(reduced, square, digits));
  const c = renormalize(cosineOf(reduced, square, digits));
  const { quadrant, unsafe } = reduced;
  const swap = isOdd(quadrant);
  const above = select(swap, c.high, s.high);
  const below = select(swap, s.high, c.high);
  const quotient = div(above, below);
  const corrected = s.low === null || c.low === null
    ? quotient
    : add(quotient, div(sub(select(swap, c.low, s.low), mul(quotient, select(swap, s.low, c.low))), below));
  // An odd quadrant's sign: its lowest bit, moved to where flipSign looks.
  return rescue(unsafe, unlessTiny(x, abs(x), 2 ** -28, flipSign(corrected, add(quadrant, quadrant))), "tan", [x]);
}
