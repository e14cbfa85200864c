import { add, and, apply, bits, constant, copySign, lt, mul, select, sub, type Expr, type Operand } from "../expr.ts";

/**
 * How many digits a float64 computation must deliver. float32 functions that are computed in float64 lanes ask for
 * `single`: their polynomials are shorter, and corrections of the last bit fall away.
 */
export type Digits = "single" | "double";

/** `c[0] + c[1]·x + c[2]·x² + …` by Horner's rule. */
export function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  const last = coefficients.length - 1;
  let sum: Operand = coefficients[last];
  for (let i = last - 1; i >= 0; i--) sum = add(mul(x, sum), coefficients[i]);
  return typeof sum === "number" ? constant(sum, x.type) : sum;
}

export const int64 = (value: bigint): Expr => constant(value, "int64");

/** Adding 1.5·2⁵² to a small float64 leaves the nearest whole number, in two's complement, in the low bits. */
export const wholeInLowBits64 = 6755399441055744;
/** The same for float32: 1.5·2²³. */
export const wholeInLowBits32 = 12582912;

/** 2ᵏ of the exponent field `k + 1023` in the low bits of a float64; what stands above the field is shifted away. */
export const powerOfTwo64 = (field: Expr): Expr => bits(apply("shl", [field, int64(52n)], "int64"), "float64");
/** 2ᵏ of the exponent field `k + 127` in the low bits of an int32. */
export const powerOfTwo32 = (field: Expr): Expr => bits(apply("shl", [field, constant(23, "int32")], "int32"), "float32");

/** A float64's upper 21 bits: the product of two such numbers is exact. */
export const upperHalf = (x: Expr): Expr => bits(and(bits(x, "int64"), int64(-0x1_0000_0000n)), "float64");

/** A small int64 as a float64, less `bias` and `offset`: written into the low bits of 1.5·2⁵², which is taken off again together with them. */
export const wholeToFloat64 = (k: Expr, bias: number = 0, offset: Expr | null = null): Expr => {
  const shifted = bits(add(k, int64(0x4338_0000_0000_0000n)), "float64");
  return sub(shifted, offset === null ? wholeInLowBits64 + bias : add(offset, wholeInLowBits64 + bias));
};

export const isNaN = (x: Expr): Expr => apply("ne", [x, x], "bool");

/** The magnitude's value with the sign of `x`: how an odd function ends. */
export const withSignOf = (x: Expr, value: Expr): Expr => copySign(value, x);

/** `value`, but `x` itself where `size` = |x| is small enough that f(x) rounds to x: this also keeps −0 and subnormal numbers. */
export const unlessTiny = (x: Expr, size: Expr, threshold: number, value: Expr): Expr => select(lt(size, threshold), x, value);
