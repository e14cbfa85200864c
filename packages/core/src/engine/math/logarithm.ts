import { add, and, apply, bits, cast, constant, div, eq, gt, lt, mul, select, shr, sub, type Expr } from "../expr.ts";
import { int64, polynomial, upperHalf, wholeToFloat64, withSignOf, type Digits } from "./parts.ts";

/*
 * All of these write x = 2ᵏ·m with √½ ≤ m < √2, f = m − 1 and s = f/(2 + f), so that ln m = 2·artanh s = f − (f²/2 − s·(f²/2 + R)),
 * where R = s²·(L₀ + L₁s² + …) (fdlibm's log). The sum k·ln 2 + ln m is made from its small parts to its large ones. Errors are
 * in units in the last place of the exact value: of float32 over all numbers (log) or 10⁸ of them, of float64 over 5·10⁶ random ones of all sizes.
 */

/** (2·artanh s − 2s) / s³ in s², fitted by Remez exchange for |s| ≤ 0.1716. */
const series32: readonly number[] = [0.66666776, 0.39977568, 0.2987146]; // to 2⁻³⁰
const series64: Readonly<Record<Digits, readonly number[]>> = {
  single: [0.6666666564127146, 0.40000336224871186, 0.2853723797560745, 0.2358357769149387], // to 2⁻³⁷
  double: [0.6666666666666735, 0.39999999999409347, 0.28571428743688876, 0.22222198428637355, 0.1818357237703844, 0.15313831497058628, 0.14798266384807898], // to 2⁻⁵⁹
};
/** The same for 0 ≤ s ≤ 1/3, where 1 + f runs from 1 to 2. */
const wideSeries64: readonly number[] = [0.6666666666666631, 0.400000000001562, 0.2857142854795967, 0.22222223964183332, 0.1818174409518771, 0.15386556693510817, 0.13301011951414965, 0.12105808274709426, 0.08341224771340036, 0.17016635051503357]; // to 2⁻⁵⁹
const wideSeries32: readonly number[] = [0.6666667, 0.39998946, 0.28615212, 0.21443884, 0.2424527]; // to 2⁻³³

/** The value for x > 0; −∞ at 0, NaN below it, ∞ at ∞. */
function withEdges(x: Expr, value: Expr): Expr {
  const infinite = select(eq(x, Infinity), Infinity, value);
  return select(gt(x, 0), infinite, select(eq(x, 0), constant(-Infinity, x.type), NaN));
}

/** ln x of float32; the worst error is 0.84 ulp. */
export function log32(x: Expr): Expr {
  const subnormal = lt(x, 2 ** -126);
  const fromHalfRoot = sub(bits(select(subnormal, mul(x, 2 ** 25), x), "int32"), 0x3f3504f3);
  const k = sub(cast(shr(fromHalfRoot, 23), "float32"), select(subnormal, constant(25, "float32"), 0));
  const f = sub(bits(add(and(fromHalfRoot, 0x7fffff), 0x3f3504f3), "float32"), 1);
  const halfSquare = mul(mul(f, f), 0.5);
  const small = sub(halfSquare, add(correction(f, halfSquare, series32), mul(k, -0.00021219444)));
  return withEdges(x, sub(mul(k, 0.693359375), sub(small, f)));
}

/** ln(1 + t) for 0 ≤ t ≤ 1, in which no power of two need be split off. */
export function log1pOfFraction(t: Expr): Expr {
  const halfSquare = mul(mul(t, t), 0.5);
  return sub(t, sub(halfSquare, correction(t, halfSquare, t.type === "float32" ? wideSeries32 : wideSeries64)));
}

/** s·(f²/2 + R): ln(1 + f) = f − (f²/2 − it). */
function correction(f: Expr, halfSquare: Expr, series: readonly number[]): Expr {
  const s = div(f, add(f, 2));
  const square = mul(s, s);
  return mul(s, add(halfSquare, mul(square, polynomial(square, series))));
}

interface Split64 {
  readonly k: Expr;
  readonly m: Expr;
}

const halfRoot64 = 0x3fe6_a09e_667f_3bcdn;

/** x = 2ᵏ·m, √½ ≤ m < √2, for x > 0. */
function split64(x: Expr, maybeSubnormal: boolean): Split64 {
  const subnormal = lt(x, 2 ** -1022);
  const normal = maybeSubnormal ? select(subnormal, mul(x, 2 ** 54), x) : x;
  // With 1023 added to k nothing is negative: shifting zeros in is one instruction, shifting the sign in is five.
  const biased = sub(bits(normal, "int64"), int64(halfRoot64 - (1023n << 52n)));
  const offset = maybeSubnormal ? select(subnormal, constant(54, "float64"), 0) : null;
  return {
    k: wholeToFloat64(apply("shrU", [biased, int64(52n)], "int64"), 1023, offset),
    m: bits(add(and(biased, int64(0xf_ffff_ffff_ffffn)), int64(halfRoot64)), "float64"),
  };
}

/** k·ln 2 + ln(1 + f); `low` is a correction, added where the smallest parts are. */
function logOfParts64(k: Expr, f: Expr, low: Expr | null, digits: Digits): Expr {
  const halfSquare = mul(mul(f, f), 0.5);
  const lowPart = mul(k, 1.9082149292705877e-10);
  const small = add(correction(f, halfSquare, series64[digits]), low === null ? lowPart : add(lowPart, low));
  return sub(mul(k, 0.6931471803691238), sub(sub(halfSquare, small), f));
}

/** ln x of float64; the worst error is 0.80 ulp. */
export function log64(x: Expr, digits: Digits): Expr {
  const { k, m } = split64(x, digits === "double");
  return withEdges(x, logOfParts64(k, sub(m, 1), null, digits));
}

/** log2 |x| to 37 bits for a float64 x that is not subnormal, without its edges: what float32's pow needs. */
export function log2Moderate64(x: Expr): Expr {
  const { k, m } = split64(x, false);
  return mul(logOfParts64(k, sub(m, 1), null, "single"), 1.4426950408889634);
}

/** 1/ln b and log_b 2, each as an upper part with 32 or more zero bits at its end and the rest. */
interface Base {
  readonly perLogarithm: readonly [high: number, low: number];
  readonly perOctave: readonly [high: number, low: number];
}
export const base2: Base = { perLogarithm: [1.4426950407214463, 1.6751713164886512e-10], perOctave: [1, 0] };
export const base10: Base = { perLogarithm: [0.4342944818781689, 2.5082946711645275e-11], perOctave: [0.30102999566361177, 3.694239077158931e-13] };

/**
 * log_b x of float64: ln m as an upper half and a rest, so that its product with 1/ln b is good beyond the last bit (FreeBSD's log2 and
 * log10). The worst error is 0.79 ulp to base 2 and 0.69 ulp to base 10.
 */
export function logOfBase64(x: Expr, { perLogarithm, perOctave }: Base): Expr {
  const { k, m } = split64(x, true);
  const f = sub(m, 1);
  const halfSquare = mul(mul(f, f), 0.5);
  const high = upperHalf(sub(f, halfSquare));
  const low = add(sub(sub(f, high), halfSquare), correction(f, halfSquare, series64.double));
  const octaves = mul(k, perOctave[0]);
  const large = mul(high, perLogarithm[0]);
  const sum = add(octaves, large);
  const lost = add(sub(octaves, sum), large);
  const products = add(mul(add(low, high), perLogarithm[1]), mul(low, perLogarithm[0]));
  const small = perOctave[1] === 0 ? products : add(mul(k, perOctave[1]), products);
  return withEdges(x, add(add(small, lost), sum));
}

/** ln(1 + x) of float64; what 1 + x loses to rounding is brought back. The worst error is 0.82 ulp, and 0.501 ulp once rounded to float32. */
export function log1pOf64(x: Expr, digits: Digits): Expr {
  const u = add(x, 1);
  const { k, m } = split64(u, false);
  const near = eq(k, 0);
  const f = select(near, x, sub(m, 1));
  // A float32 x beside 1 is exact in float64 wherever k is not 0, or so large that nothing is lost.
  const lost = digits === "single" ? null : select(near, 0, div(select(gt(x, 1), sub(1, sub(u, x)), sub(x, sub(u, 1))), u));
  return withSignOf(x, withEdges(u, logOfParts64(k, f, lost, digits)));
}
