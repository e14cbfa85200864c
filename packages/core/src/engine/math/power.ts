import { abs, add, and, apply, bits, constant, div, eq, floor, gt, lt, max, min, mul, ne, not, or, select, sub, xor, type Expr } from "../expr.ts";
import { exp2Moderate64, scale64 } from "./exponential.ts";
import { log2Moderate64 } from "./logarithm.ts";
import { int64, isNaN, polynomial, powerOfTwo64, upperHalf, wholeInLowBits64, wholeToFloat64, withSignOf, type Digits } from "./parts.ts";

/**
 * xʸ of float64 lanes by IEEE 754's `pow`, as in C and NumPy: 1 where x is 1 or y is 0, whatever the other is; (−1)^±∞ = 1; NaN where x is
 * negative and y no whole number. (`Math.pow` gives NaN for 1^NaN and (±1)^±∞, and where
 * |y| > 2³¹ and x is close to 1 it is wrong by 100 ulp.) The worst error is 0.82 ulp; in float32 it is at most one number from the rounded value.
 */
export function pow64(x: Expr, y: Expr, digits: Digits): Expr {
  const size = abs(x);
  const zero = eq(size, 0);
  const atEdge = or(zero, eq(size, Infinity));
  // |log2 x| ≥ 2⁻⁵³ unless x is 1: beyond 2⁶⁴ all exponents over- or underflow, and 0·∞ is avoided.
  const exponent = max(min(y, 2 ** 65), -(2 ** 65));
  const inside = digits === "single" ? magnitudeSingle(size, exponent) : magnitudeDouble(size, exponent);
  const edge = select(xor(zero, gt(y, 0)), constant(Infinity, "float64"), 0);
  const magnitude = select(atEdge, edge, inside);

  const half = mul(y, 0.5);
  const isWhole = eq(floor(y), y);
  const isOddWhole = and(isWhole, ne(floor(half), half));
  const signBit = and(bits(x, "int64"), int64(-0x8000_0000_0000_0000n));
  const signed = bits(xor(bits(magnitude, "int64"), signBit), "float64");
  const real = select(isOddWhole, signed, magnitude);
  const noRoot = and(and(lt(x, 0), not(isWhole)), not(atEdge));
  const value = select(or(noRoot, or(isNaN(x), isNaN(y))), NaN, real);
  return select(or(eq(y, 0), eq(x, 1)), 1, value);
}

/** To 30 bits: plain float64 arithmetic has digits enough. */
function magnitudeSingle(size: Expr, y: Expr): Expr {
  const product = mul(log2Moderate64(size), y);
  return exp2Moderate64(max(min(product, 200), -200));
}

/** (3·artanh s/s − 3 − s²) / s⁴ in s², |s| ≤ 0.101, fitted by Remez exchange to 2⁻⁷¹ of the whole. */
const series: readonly number[] = [0.5999999999999946, 0.42857142857852615, 0.3333333298250595, 0.27272812295153387, 0.23066079636847509, 0.20697393640088055];
/** 2/(3 ln 2) and log2 1.5, each as an upper part of 21 bits or so and the rest. */
const perTriple = { all: 0.9617966939259756, high: 0.9617967009544373, low: -7.028461650952758e-9 } as const;
const octavesOfThreeHalves = { high: 0.5849624872207642, low: 1.350039202129749e-8 } as const;

interface Sum {
  /** Has 21 bits, so that its product with another such number is exact. */
  readonly high: Expr;
  readonly low: Expr;
}

/**
 * log2 x good to about 68 bits, for x > 0: with x = 2ⁿ·m and b, the one of 1 and 1.5 nearer to m, s = (m − b)/(m + b) is small, and
 * log2 m = log2 b + 2·artanh s/ln 2, computed in pairs of numbers without a fused multiply-add (fdlibm's pow).
 */
function log2Pair(x: Expr): Sum {
  const subnormal = lt(x, 2 ** -1022);
  const word = bits(select(subnormal, mul(x, 2 ** 54), x), "int64");
  const fraction = bits(or(and(word, int64(0xf_ffff_ffff_ffffn)), int64(0x3ff0_0000_0000_0000n)), "float64");
  const isLow = lt(fraction, 1.224744871391589);
  const isHigh = gt(fraction, 1.7320508075688772);
  const isMiddle = not(or(isLow, isHigh));
  const m = select(isHigh, mul(fraction, 0.5), fraction);
  const offset = select(subnormal, constant(1023 + 54, "float64"), 1023);
  const n = wholeToFloat64(apply("shrU", [word, int64(52n)], "int64"), 0, sub(offset, select(isHigh, constant(1, "float64"), 0)));
  const b = select(isMiddle, constant(1.5, "float64"), 1);

  const above = sub(m, b);
  const below = add(m, b);
  const inverse = div(constant(1, "float64"), below);
  const s = mul(above, inverse);
  const sHigh = upperHalf(s);
  const belowHigh = upperHalf(below);
  const belowLow = sub(m, sub(belowHigh, b));
  const sLow = mul(inverse, sub(sub(above, mul(sHigh, belowHigh)), mul(sHigh, belowLow)));

  // 3 + s² + r, whose product with 2s/3 is ln(m/b)
  const square = mul(s, s);
  const r = add(mul(mul(square, square), polynomial(square, series)), mul(sLow, add(sHigh, s)));
  const squareHigh = mul(sHigh, sHigh);
  const factorHigh = upperHalf(add(add(squareHigh, 3), r));
  const factorLow = sub(r, sub(sub(factorHigh, 3), squareHigh));
  const productHigh = mul(sHigh, factorHigh);
  const productLow = add(mul(sLow, factorHigh), mul(factorLow, s));
  const high = upperHalf(add(productHigh, productLow));
  const low = sub(productLow, sub(high, productHigh));

  const scaledHigh = mul(high, perTriple.high);
  const baseLow = select(isMiddle, constant(octavesOfThreeHalves.low, "float64"), 0);
  const baseHigh = select(isMiddle, constant(octavesOfThreeHalves.high, "float64"), 0);
  const scaledLow = add(add(mul(high, perTriple.low), mul(low, perTriple.all)), baseLow);
  const sumHigh = upperHalf(add(add(add(scaledHigh, scaledLow), baseHigh), n));
  const sumLow = sub(scaledLow, sub(sub(sub(sumHigh, n), baseHigh), scaledHigh));
  return { high: sumHigh, low: sumLow };
}

/** As in exponential.ts: eʳ = 1 + r + r·c/(2 − c), c = r − r²·P(r²). */
const quotient: readonly number[] = [0.16666666666666552, -0.0027777777776674764, 6.613756244629752e-05, -1.6533831537482574e-06, 4.135847383353993e-08];

/** 2^(y·log2 x) with y·log2 x as a pair. */
function magnitudeDouble(size: Expr, y: Expr): Expr {
  const logarithm = log2Pair(size);
  const yHigh = upperHalf(y);
  const low = add(mul(sub(y, yHigh), logarithm.high), mul(y, logarithm.low));
  const high = mul(yHigh, logarithm.high);
  const bounded = max(min(add(high, low), 1100), -1200);
  const isBounded = eq(bounded, add(high, low));
  const rounder = wholeInLowBits64 + 2046;
  const shifted = add(bounded, rounder);
  const n = sub(shifted, rounder);
  // Beyond the bounds the result is 0 or ∞ whatever the rest is.
  const restHigh = select(isBounded, sub(high, n), 0);
  const restLow = select(isBounded, low, 0);

  const rest = upperHalf(add(restHigh, restLow));
  const large = mul(rest, 0.6931471824645996);
  const small = add(mul(sub(restLow, sub(rest, restHigh)), 0.6931471805599453), mul(rest, -1.904654299957768e-9));
  const z = add(large, small);
  const lost = sub(small, sub(z, large));
  const square = mul(z, z);
  const c = sub(z, mul(square, polynomial(square, quotient)));
  const tail = sub(div(mul(z, c), sub(c, 2)), add(lost, mul(z, lost)));
  return scale64(sub(1, sub(tail, z)), bits(shifted, "int64"));
}

/** ∛m for 1 ≤ m < 2, fitted by Remez exchange. */
const cubeRoot: Readonly<Record<Digits, readonly number[]>> = {
  single: [0.40824087219698607, 1.1564086612868452, -1.137852321167705, 0.9921168933664948, -0.6244201067403113, 0.26971653181195976, -0.07576019024507262, 0.012460405447782602, -0.0009107423571122924], // to 2⁻²⁸
  double: [0.4733306879054978, 0.8381599986115066, -0.46922866571184385, 0.2027771889656971, -0.050386524222901616, 0.005348545451633041], // to 2⁻¹⁹
};

/**
 * ∛x of float64 lanes: x = 2^(3k + j)·m, a polynomial for ∛m, and for double digits one step of Halley's method from a root of 26 bits, whose square
 * is exact. The worst error is 0.67 ulp, and 0.560 ulp once rounded to float32.
 */
export function cbrt64(x: Expr, digits: Digits): Expr {
  const size = abs(x);
  const subnormal = lt(size, 2 ** -1022);
  const word = bits(digits === "single" ? size : select(subnormal, mul(size, 2 ** 54), size), "int64");
  const m = bits(or(and(word, int64(0xf_ffff_ffff_ffffn)), int64(0x3ff0_0000_0000_0000n)), "float64");
  const exponent = wholeToFloat64(apply("shrU", [word, int64(52n)], "int64"), 1023);
  const k = floor(mul(add(exponent, 0.5), 1 / 3));
  const j = sub(exponent, mul(k, 3));
  const pick = (one: number, two: number, three: number): Expr => select(lt(j, 1), constant(one, "float64"), select(lt(j, 2), constant(two, "float64"), three));
  const start = mul(polynomial(m, cubeRoot[digits]), pick(1, 1.2599210498948732, 1.5874010519681996));
  const root = digits === "single" ? start : halley(start, mul(m, pick(1, 2, 4)));
  const third = digits === "single" ? k : sub(k, select(subnormal, constant(18, "float64"), 0));
  const scale = powerOfTwo64(bits(add(third, wholeInLowBits64 + 1023), "int64"));
  const value = withSignOf(x, mul(root, scale));
  return select(and(gt(size, 0), lt(size, Infinity)), value, x);
}

function halley(start: Expr, of: Expr): Expr {
  const root = bits(and(bits(start, "int64"), int64(-0x800_0000n)), "float64");
  const quotientBySquare = div(of, mul(root, root));
  const step = div(sub(quotientBySquare, root), add(add(root, root), quotientBySquare));
  return add(root, mul(root, step));
}
