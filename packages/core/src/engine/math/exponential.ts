import { abs, add, bits, constant, div, max, min, mul, select, shrU, sub, type Expr } from "../expr.ts";
import { int64, polynomial, powerOfTwo32, powerOfTwo64, unlessTiny, upperHalf, wholeInLowBits32, wholeInLowBits64, type Digits } from "./parts.ts";

/*
 * All of these write x = n·ln 2 + r with |r| ≤ ½ ln 2 (Cody and Waite, Software Manual for the Elementary Functions, 1980) and
 * bring 2ⁿ in by its bits. Rounding n by adding 1.5·2²³ (1.5·2⁵²) leaves n, plus a bias that rides along in the
 * addend, in the low bits, ready to be shifted into the exponent field. Errors are in units in the last place of the exact value: of float32 over all
 * 2³² numbers, of float64 over 5·10⁶ random ones of all sizes.
 */

/** (eʳ − 1 − r) / r² for |r| ≤ ½ ln 2; the error is below 2⁻²⁸ of eʳ. Fitted by Remez exchange. */
const exponential32: readonly number[] = [0.49999994, 0.16666515, 0.041668084, 0.008369348, 0.0013840365];
/** The same; the error is below 2⁻²⁶ of eʳ − 1. */
const exponentialMinusOne32: readonly number[] = [0.49999997, 0.16666538, 0.04166774, 0.008367318, 0.0013837484];
/** (2ʳ − 1) / r for |r| ≤ ½; the error is below 2⁻²⁶ of 2ʳ. */
const exponentialOfTwo32: readonly number[] = [1, 0.6931472, 0.24022594, 0.055503663, 0.009625445, 0.0013387933, 0.00013332635];

/** r + r²·P(r): the small terms first, so that little is lost. */
const withSquare = (r: Expr, coefficients: readonly number[]): Expr => add(r, mul(mul(r, r), polynomial(r, coefficients)));
const eToTheRest32 = (r: Expr): Expr => add(withSquare(r, exponential32), 1);

interface Reduced32 {
  /** x − n·ln 2. */
  readonly r: Expr;
  /** An int32 whose low bits hold n + bias. */
  readonly biased: Expr;
}

/** Needs |x| < 2000, so that n·0.693359375 is exact. */
function reduce32(x: Expr, bias: number): Reduced32 {
  const rounder = wholeInLowBits32 + bias;
  const shifted = add(mul(x, 1.442695), rounder);
  const n = sub(shifted, rounder);
  return { r: sub(sub(x, mul(n, 0.693359375)), mul(n, -0.00021219444)), biased: bits(shifted, "int32") };
}

/** value · 2ⁿ, where the low bits of `biased` hold n + 254: in two factors, so that subnormal results round once and too large ones overflow. */
function scale32(value: Expr, biased: Expr): Expr {
  const half = shrU(biased, 1);
  return mul(mul(value, powerOfTwo32(half)), powerOfTwo32(sub(biased, half)));
}

/**
 * eˣ of float32 in 30 operations; the worst error is 0.99 ulp.
 * @param range `all` of the numbers, `negative` ones and zero, or `moderate`: between −87 and 0, where nothing under- or overflows.
 */
export function exp32(x: Expr, range: "all" | "negative" | "moderate" = "all"): Expr {
  if (range === "moderate") {
    const { r, biased } = reduce32(x, 127);
    return mul(eToTheRest32(r), powerOfTwo32(biased));
  }
  // e⁸⁹ overflows and e⁻¹⁰⁴ is below half the least subnormal number: beyond them nothing changes.
  const bounded = max(range === "all" ? min(x, 89) : x, -104);
  const { r, biased } = reduce32(bounded, 254);
  return scale32(eToTheRest32(r), biased);
}

/** 2ˣ of float32; x − n is exact. The worst error is 1.19 ulp. */
export function exp2of32(x: Expr): Expr {
  const bounded = max(min(x, 129), -151);
  const rounder = wholeInLowBits32 + 254;
  const shifted = add(bounded, rounder);
  return scale32(polynomial(sub(bounded, sub(shifted, rounder)), exponentialOfTwo32), bits(shifted, "int32"));
}

/** (eˣ − 1)·2ʰ of float32 for −20 ≤ x ≤ 89 and h = 0 (x ≤ 88) or −1, as 2ⁿ⁺ʰ·(eʳ − 1) + (2ⁿ⁺ʰ − 2ʰ). */
export function expm1Scaled32(x: Expr, h: 0 | -1): Expr {
  const { r, biased } = reduce32(x, 127 + h);
  const scale = powerOfTwo32(biased);
  return add(mul(scale, withSquare(r, exponentialMinusOne32)), sub(scale, 2 ** h));
}

/** eˣ − 1 of float32. Half of it is computed, since 2¹²⁸ cannot be written. The worst error is 1.67 ulp. */
export function expm1of32(x: Expr): Expr {
  const half = expm1Scaled32(max(min(x, 89), -20), -1);
  return unlessTiny(x, abs(x), 2 ** -24, add(half, half));
}

/** (eˣ − 1)'s quotient form: eʳ = 1 + r + r·c/(2 − c), c = r − r²·P(r²), an idea of fdlibm's exp. Fitted by Remez exchange. */
const quotient64: Readonly<Record<Digits, readonly number[]>> = {
  single: [0.1666666659452968, -0.00277774655461508, 6.573061642500225e-05], // to 2⁻⁴¹
  double: [0.16666666666666552, -0.0027777777776674764, 6.613756244629752e-05, -1.6533831537482574e-06, 4.135847383353993e-08], // to 2⁻⁶²
};

interface Reduced64 {
  /** x − n·ln 2 = high − low; `high` is exact. */
  readonly high: Expr;
  readonly low: Expr;
  /** An int64 whose low bits hold n + bias. */
  readonly biased: Expr;
}

/** Needs |x| < 10⁵. ln 2 is split after 32 bits, as in fdlibm, so that n·(its upper part) is exact. */
function reduce64(x: Expr, bias: number): Reduced64 {
  const rounder = wholeInLowBits64 + bias;
  const shifted = add(mul(x, 1.4426950408889634), rounder);
  const n = sub(shifted, rounder);
  return { high: sub(x, mul(n, ln2Upper)), low: mul(n, ln2Lower), biased: bits(shifted, "int64") };
}
const ln2Upper = 0.6931471803691238;
const ln2Lower = 1.9082149292705877e-10;

/** eʳ − 1 − r for r = high − low. */
function tail64(high: Expr, low: Expr, digits: Digits): Expr {
  const r = sub(high, low);
  const square = mul(r, r);
  const c = sub(r, mul(square, polynomial(square, quotient64[digits])));
  return div(mul(r, c), sub(2, c));
}

/** eʳ for r = high − low. */
const eToTheRest64 = (high: Expr, low: Expr, digits: Digits): Expr => sub(1, sub(sub(low, tail64(high, low, digits)), high));

/** value · 2ⁿ, where the low bits of `biased` hold n + 2046: in two factors, as in float32. */
export function scale64(value: Expr, biased: Expr): Expr {
  const half = shrU(biased, int64(1n));
  return mul(mul(value, powerOfTwo64(half)), powerOfTwo64(sub(biased, half)));
}

/**
 * eˣ of float64; the worst error is 0.88 ulp.
 * @param range `all` of the numbers, `negative` ones and zero, or `moderate`: between −708 and 0, where nothing under- or overflows.
 */
export function exp64(x: Expr, digits: Digits, range: "all" | "negative" | "moderate" = "all"): Expr {
  if (range === "moderate") {
    const { high, low, biased } = reduce64(x, 1023);
    return mul(eToTheRest64(high, low, digits), powerOfTwo64(biased));
  }
  // e⁷¹⁰ overflows and e⁻⁷⁴⁶ is below half the least subnormal number.
  const { high, low, biased } = reduce64(max(range === "all" ? min(x, 710) : x, -746), 2046);
  return scale64(eToTheRest64(high, low, digits), biased);
}

/** The series of fdlibm's expm1 in r²/2, after its leading 1. */
const minusOne64: readonly number[] = [1, -0.03333333333333313, 0.0015873015872548146, -7.93650757867488e-05, 4.008217827329362e-06, -2.0109921818362437e-07];

/**
 * eʳ − 1 for r = high − low. For double digits step by step as in fdlibm's expm1, whose last bits other functions of `Math` magnify; nearly all
 * results are the same numbers.
 */
function minusOne(high: Expr, low: Expr, digits: Digits): Expr {
  if (digits === "single") return sub(high, sub(low, tail64(high, low, digits)));
  const r = sub(high, low);
  const lost = sub(sub(high, r), low);
  const half = mul(r, 0.5);
  const halfSquare = mul(r, half);
  const series = polynomial(halfSquare, minusOne64);
  const t = sub(3, mul(series, half));
  const e = mul(halfSquare, div(sub(series, t), sub(6, mul(r, t))));
  return sub(r, sub(sub(mul(r, sub(e, lost)), lost), halfSquare));
}

/** (eˣ − 1)·2ʰ for −40 ≤ x ≤ 710.5, where h = 0 (x ≤ 709), −1 or −2 keeps 2ⁿ⁺ʰ a number. */
export function expm1Scaled64(x: Expr, h: 0 | -1 | -2, digits: Digits): Expr {
  const { high, low, biased } = reduce64(x, 1023 + h);
  const scale = powerOfTwo64(biased);
  return add(mul(scale, minusOne(high, low, digits)), sub(scale, 2 ** h));
}

/**
 * eˣ − 1 for −40 ≤ x ≤ 709 as tanh wants it. Where `coarse` holds the sum is made as (2ⁿ·eʳ) − 1, as in fdlibm: less exact by half a unit in the last
 * place, but the same number that `Math.tanh` goes on with.
 */
export function expm1LikeMath64(x: Expr, coarse: Expr): Expr {
  const { high, low, biased } = reduce64(x, 1023);
  const scale = powerOfTwo64(biased);
  const grown = add(minusOne(high, low, "double"), select(coarse, constant(1, "float64"), 0));
  return add(mul(scale, grown), select(coarse, -1, sub(scale, 1)));
}

/** eˣ / 4 for 0 ≤ x ≤ 710.5. */
export function quarterExp64(x: Expr, digits: Digits): Expr {
  const { high, low, biased } = reduce64(x, 1021);
  return mul(eToTheRest64(high, low, digits), powerOfTwo64(biased));
}

/** eˣ − 1 of float64; the worst error is 1.30 ulp. */
export function expm1of64(x: Expr, digits: Digits): Expr {
  const half = expm1Scaled64(max(min(x, 710), -40), -1, digits);
  return unlessTiny(x, abs(x), 2 ** -54, add(half, half));
}

/** (2ʳ − 1) / r for |r| ≤ ½, fitted by Remez exchange. */
const exponentialOfTwo64: readonly number[] = [1, 0.6931471805416517, 0.24022651075770507, 0.05550410962767239, 0.009618036903579898, 0.0013333430642188957, 0.00015467116545898893, 1.5314968821733168e-05]; // to 2⁻³⁴

/** 2ˣ for |x| < 1000 to 34 bits: what float32's pow needs. */
export function exp2Moderate64(x: Expr): Expr {
  const rounder = wholeInLowBits64 + 1023;
  const shifted = add(x, rounder);
  return mul(polynomial(sub(x, sub(shifted, rounder)), exponentialOfTwo64), powerOfTwo64(bits(shifted, "int64")));
}

/** 2ˣ of float64: the remainder x − n is exact, and its product with ln 2 is made in two parts, the upper one exact. The worst error is 0.89 ulp. */
export function exp2of64(x: Expr): Expr {
  const bounded = max(min(x, 1025), -1076);
  const rounder = wholeInLowBits64 + 2046;
  const shifted = add(bounded, rounder);
  const r = sub(bounded, sub(shifted, rounder));
  const upper = upperHalf(r);
  const low = add(mul(sub(upper, r), ln2Upper), mul(r, -ln2Lower));
  return scale64(eToTheRest64(mul(upper, ln2Upper), low, "double"), bits(shifted, "int64"));
}
