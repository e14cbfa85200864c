import * as arithmetic from "../ops/elementwise/arithmetic.ts";
import * as division from "../ops/elementwise/division.ts";
import * as extremes from "../ops/elementwise/extremes.ts";
import * as powers from "../ops/elementwise/powers.ts";
import * as rounding from "../ops/elementwise/rounding.ts";
import { dispatch } from "./dispatch.ts";
import type { BinaryFunction, UnaryFunction } from "./signatures/elementwise.ts";
import type { Arithmetic, Choice, FloatArithmetic, ToFloat, ToNumber } from "./signatures/operands.ts";

// Operands of functions of two tensors broadcast and are promoted to one dtype, bool < int32 < float32 < float64; a number takes the
// dtype of the tensor beside it, but a fraction beside int32 or bool makes float32 of both. They throw ShapeError where the shapes do
// not broadcast, and DTypeError for a whole number beyond int32 beside one.

/**
 * a + b. The operands broadcast; int32 wraps around, two bools give int32. NumPy, PyTorch: add.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for a whole number beyond int32 beside one.
 * @example add(tensor([1, 2]), 10); // [11, 12]
 */
export const add: BinaryFunction<Arithmetic> = dispatch("add", ["value", "value"], arithmetic.add);

/**
 * a − b. The operands broadcast; int32 wraps around. NumPy: subtract; PyTorch: sub.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for a whole number beyond int32 beside one.
 * @example sub(tensor([1, 2]), tensor([[1], [2]])); // [[0, 1], [−1, 0]]
 */
export const sub: BinaryFunction<Arithmetic> = dispatch("sub", ["value", "value"], arithmetic.sub);

/**
 * a · b, element by element. The operands broadcast; int32 wraps around. NumPy: multiply; PyTorch: mul.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for a whole number beyond int32 beside one.
 * @example mul(tensor([1, 2]), tensor([3, 4])); // [3, 8]
 */
export const mul: BinaryFunction<Arithmetic> = dispatch("mul", ["value", "value"], arithmetic.mul);

/**
 * a / b, always with fractions: int32 and bool give float32. x / 0 is ±Infinity, 0 / 0 NaN. NumPy: true_divide; PyTorch: div.
 * @throws ShapeError where the shapes do not broadcast.
 * @example div(tensor([1, 2]), 2); // [0.5, 1]
 */
export const div: BinaryFunction<FloatArithmetic> = dispatch("div", ["float", "float"], arithmetic.div);

/**
 * ⌊a / b⌋. By zero: as div for floats, 0 for int32; NaN for an infinite a, 0 or −1 beside an infinite b. NumPy: floor_divide.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for a whole number beyond int32 beside one.
 * @example floorDiv(tensor([7, -7]), 2); // [3, −4]
 * @example floorDiv(tensor([1, -1]), Infinity); // [0, −1]
 */
export const floorDiv: BinaryFunction<Arithmetic> = dispatch("floorDiv", ["value", "value"], division.floorDiv);

/**
 * The remainder a − b·⌊a / b⌋, which has b's sign. By zero: NaN for floats, 0 for int32. NumPy: mod; PyTorch: remainder.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for a whole number beyond int32 beside one.
 * @example mod(tensor([7, -7]), 3); // [1, 2]
 */
export const mod: BinaryFunction<Arithmetic> = dispatch("mod", ["value", "value"], division.mod);

/**
 * aᵇ; x⁰ = 1, a negative base with a fraction as exponent gives NaN; int32 wraps around. NumPy: power; PyTorch: pow.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for a whole number beyond int32 beside one.
 * @example pow(tensor([1, 2, 3]), 2); // [1, 4, 9]
 */
export const pow: BinaryFunction<Arithmetic> = dispatch("pow", ["value", "value"], powers.pow);

/**
 * The larger of a and b; NaN wins. Where they are equal each has half of the gradient. NumPy: maximum.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for a whole number beyond int32 beside one.
 * @example maximum(tensor([1, 5]), 3); // [3, 5]
 */
export const maximum: BinaryFunction<Choice> = dispatch("maximum", ["value", "value"], extremes.maximum);

/**
 * The smaller of a and b; NaN wins. Where they are equal each has half of the gradient. NumPy: minimum.
 * @throws ShapeError where the shapes do not broadcast; DTypeError for a whole number beyond int32 beside one.
 * @example minimum(tensor([1, 5]), 3); // [1, 3]
 */
export const minimum: BinaryFunction<Choice> = dispatch("minimum", ["value", "value"], extremes.minimum);

/**
 * √(a² + b²) without overflow on the way. NumPy: hypot.
 * @throws ShapeError where the shapes do not broadcast.
 * @example hypot(tensor([3]), 4); // [5]
 */
export const hypot: BinaryFunction<FloatArithmetic> = dispatch("hypot", ["float", "float"], powers.hypot);

/**
 * |a| with the sign of b, that of −0 too. NumPy: copysign.
 * @throws ShapeError where the shapes do not broadcast.
 * @example copySign(tensor([1, 2]), -1); // [−1, −2]
 */
export const copySign: BinaryFunction<FloatArithmetic> = dispatch("copySign", ["float", "float"], rounding.copySign);

/**
 * −x; int32 wraps around, bool becomes int32. NumPy: negative; PyTorch: neg.
 * @example neg(tensor([1, -2])); // [−1, 2]
 */
export const neg: UnaryFunction<ToNumber> = dispatch("neg", ["tensor"], arithmetic.neg);

/**
 * |x|; its gradient at 0 is 0. NumPy, PyTorch: abs.
 * @example abs(tensor([-1, 2])); // [1, 2]
 */
export const abs: UnaryFunction<ToNumber> = dispatch("abs", ["tensor"], rounding.abs);

/**
 * −1, 0 or 1 by the sign of x; NaN stays; the gradient is 0. NumPy, PyTorch: sign.
 * @example sign(tensor([-3, 0, 2])); // [−1, 0, 1]
 */
export const sign: UnaryFunction<ToNumber> = dispatch("sign", ["tensor"], rounding.sign);

/**
 * x². NumPy, PyTorch: square.
 * @example square(tensor([3])); // [9]
 */
export const square: UnaryFunction<ToNumber> = dispatch("square", ["tensor"], powers.square);

/**
 * √x; NaN below 0. int32 and bool give float32. NumPy, PyTorch: sqrt.
 * @example sqrt(tensor([9])); // [3]
 */
export const sqrt: UnaryFunction<ToFloat> = dispatch("sqrt", ["tensor"], powers.sqrt);

/**
 * 1 / √x. PyTorch: rsqrt.
 * @example rsqrt(tensor([4])); // [0.5]
 */
export const rsqrt: UnaryFunction<ToFloat> = dispatch("rsqrt", ["tensor"], powers.rsqrt);

/**
 * ∛x, of negative numbers too. NumPy: cbrt.
 * @example cbrt(tensor([-8])); // [−2]
 */
export const cbrt: UnaryFunction<ToFloat> = dispatch("cbrt", ["tensor"], powers.cbrt);

/**
 * 1 / x. NumPy, PyTorch: reciprocal, but int32 gives float32.
 * @example reciprocal(tensor([4])); // [0.25]
 */
export const reciprocal: UnaryFunction<ToFloat> = dispatch("reciprocal", ["tensor"], powers.reciprocal);

/**
 * The largest whole number that is not above x; the gradient is 0. NumPy, PyTorch: floor.
 * @example floor(tensor([1.7, -1.2])); // [1, −2]
 */
export const floor: UnaryFunction<ToNumber> = dispatch("floor", ["tensor"], rounding.floor);

/**
 * The smallest whole number that is not below x; the gradient is 0. NumPy, PyTorch: ceil.
 * @example ceil(tensor([1.2, -1.7])); // [2, −1]
 */
export const ceil: UnaryFunction<ToNumber> = dispatch("ceil", ["tensor"], rounding.ceil);

/**
 * x without its fraction; the gradient is 0. NumPy, PyTorch: trunc.
 * @example trunc(tensor([1.7, -1.7])); // [1, −1]
 */
export const trunc: UnaryFunction<ToNumber> = dispatch("trunc", ["tensor"], rounding.trunc);

/**
 * The nearest whole number, halves to even; the gradient is 0. NumPy, PyTorch: round.
 * @example round(tensor([0.5, 1.5, 2.4])); // [0, 2, 2]
 */
export const round: UnaryFunction<ToNumber> = dispatch("round", ["tensor"], rounding.round);
