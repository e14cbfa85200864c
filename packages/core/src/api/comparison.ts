import { allClose as allCloseOp, arrayEqual as arrayEqualOp, isClose as isCloseOp, type ClosenessOptions } from "../compose/closeness.ts";
import * as bitwise from "../ops/elementwise/bitwise.ts";
import * as comparison from "../ops/elementwise/comparison.ts";
import * as logical from "../ops/elementwise/logical.ts";
import { where as whereOp } from "../ops/elementwise/where.ts";
import { dispatch, options } from "./dispatch.ts";
import { closenessOptions } from "./option-names.ts";
import type { BinaryFunction, UnaryFunction, WhereFunction } from "./signatures/elementwise.ts";
import type { Bits, Comparison, Operand, Same, Shifts, ToBool } from "./signatures/operands.ts";
import type { Tensor } from "../tensor.ts";
import type { AnyShape } from "../shape/types.ts";

// Comparisons and tests give bool and have no gradient.

/**
 * a = b; NaN equals nothing. NumPy: equal.
 * @throws ShapeError where the shapes do not broadcast.
 * @example equal(tensor([1, 2]), 2); // [false, true]
 */
export const equal: BinaryFunction<Comparison> = dispatch("equal", ["value", "value"], comparison.equal);

/**
 * a ≠ b; NaN differs from everything. NumPy: not_equal.
 * @throws ShapeError where the shapes do not broadcast.
 * @example notEqual(tensor([1, 2]), 2); // [true, false]
 */
export const notEqual: BinaryFunction<Comparison> = dispatch("notEqual", ["value", "value"], comparison.notEqual);

/**
 * a < b; false for NaN. NumPy: less.
 * @throws ShapeError where the shapes do not broadcast.
 * @example less(tensor([1, 2]), 2); // [true, false]
 */
export const less: BinaryFunction<Comparison> = dispatch("less", ["value", "value"], comparison.less);

/**
 * a ≤ b; false for NaN. NumPy: less_equal.
 * @throws ShapeError where the shapes do not broadcast.
 * @example lessEqual(tensor([1, 2]), 1); // [true, false]
 */
export const lessEqual: BinaryFunction<Comparison> = dispatch("lessEqual", ["value", "value"], comparison.lessEqual);

/**
 * a > b; false for NaN. NumPy: greater.
 * @throws ShapeError where the shapes do not broadcast.
 * @example greater(tensor([1, 2]), 1); // [false, true]
 */
export const greater: BinaryFunction<Comparison> = dispatch("greater", ["value", "value"], comparison.greater);

/**
 * a ≥ b; false for NaN. NumPy: greater_equal.
 * @throws ShapeError where the shapes do not broadcast.
 * @example greaterEqual(tensor([1, 2]), 2); // [false, true]
 */
export const greaterEqual: BinaryFunction<Comparison> = dispatch("greaterEqual", ["value", "value"], comparison.greaterEqual);

/**
 * Whether x is NaN. NumPy: isnan.
 * @example isNaN(tensor([NaN, 1])); // [true, false]
 */
export const isNaN: UnaryFunction<ToBool> = dispatch("isNaN", ["tensor"], comparison.isNaN);

/**
 * Whether x is neither NaN nor infinite. NumPy: isfinite.
 * @example isFinite(tensor([Infinity, 1])); // [false, true]
 */
export const isFinite: UnaryFunction<ToBool> = dispatch("isFinite", ["tensor"], comparison.isFinite);

/**
 * Whether x is Infinity or −Infinity. NumPy: isinf.
 * @example isInf(tensor([-Infinity, 1])); // [true, false]
 */
export const isInf: UnaryFunction<ToBool> = dispatch("isInf", ["tensor"], comparison.isInf);

/**
 * Whether both are not 0. NumPy: logical_and.
 * @throws ShapeError where the shapes do not broadcast.
 * @example logicalAnd(tensor([true, true]), tensor([true, false])); // [true, false]
 */
export const logicalAnd: BinaryFunction<Comparison> = dispatch("logicalAnd", ["value", "value"], logical.logicalAnd);

/**
 * Whether one is not 0. NumPy: logical_or.
 * @throws ShapeError where the shapes do not broadcast.
 * @example logicalOr(tensor([true, false]), false); // [true, false]
 */
export const logicalOr: BinaryFunction<Comparison> = dispatch("logicalOr", ["value", "value"], logical.logicalOr);

/**
 * Whether exactly one is not 0. NumPy: logical_xor.
 * @throws ShapeError where the shapes do not broadcast.
 * @example logicalXor(tensor([true, false]), true); // [false, true]
 */
export const logicalXor: BinaryFunction<Comparison> = dispatch("logicalXor", ["value", "value"], logical.logicalXor);

/**
 * Whether x is 0. NumPy: logical_not.
 * @example logicalNot(tensor([true, false])); // [false, true]
 */
export const logicalNot: UnaryFunction<ToBool> = dispatch("logicalNot", ["tensor"], logical.logicalNot);

/**
 * The bits that both have; int32 and bool. NumPy: bitwise_and.
 * @throws DTypeError for floats.
 * @example bitwiseAnd(tensor([6], { dtype: "int32" }), 3); // [2]
 */
export const bitwiseAnd: BinaryFunction<Bits> = dispatch("bitwiseAnd", ["value", "value"], bitwise.bitwiseAnd);

/**
 * The bits that one has; int32 and bool. NumPy: bitwise_or.
 * @throws DTypeError for floats.
 * @example bitwiseOr(tensor([6], { dtype: "int32" }), 3); // [7]
 */
export const bitwiseOr: BinaryFunction<Bits> = dispatch("bitwiseOr", ["value", "value"], bitwise.bitwiseOr);

/**
 * The bits in which they differ; int32 and bool. NumPy: bitwise_xor.
 * @throws DTypeError for floats.
 * @example bitwiseXor(tensor([6], { dtype: "int32" }), 3); // [5]
 */
export const bitwiseXor: BinaryFunction<Bits> = dispatch("bitwiseXor", ["value", "value"], bitwise.bitwiseXor);

/**
 * All bits flipped, −x − 1; for bool the opposite. NumPy: invert.
 * @throws DTypeError for floats.
 * @example bitwiseNot(tensor([6], { dtype: "int32" })); // [−7]
 */
export const bitwiseNot: UnaryFunction<Same> = dispatch("bitwiseNot", ["tensor"], bitwise.bitwiseNot);

/**
 * a · 2ᵇ, bits beyond 32 lost; 0 for b below 0 and from 32 up. NumPy: left_shift.
 * @throws DTypeError for floats.
 * @example leftShift(tensor([1], { dtype: "int32" }), 4); // [16]
 * @example leftShift(tensor([1, 1], { dtype: "int32" }), [32, -1]); // [0, 0]
 */
export const leftShift: BinaryFunction<Shifts> = dispatch("leftShift", ["value", "value"], bitwise.leftShift);

/**
 * ⌊a / 2ᵇ⌋, the sign kept; for b below 0 and from 32 up only the sign is left, 0 or −1. NumPy: right_shift.
 * @throws DTypeError for floats.
 * @example rightShift(tensor([-8], { dtype: "int32" }), 1); // [−4]
 * @example rightShift(tensor([-8, 8], { dtype: "int32" }), 32); // [−1, 0]
 */
export const rightShift: BinaryFunction<Shifts> = dispatch("rightShift", ["value", "value"], bitwise.rightShift);

/**
 * a where the condition holds (is not 0), b elsewhere; the three broadcast. Gradients flow to the side taken only. NumPy, PyTorch: where.
 * @throws ShapeError where the shapes do not broadcast.
 * @example where(tensor([true, false]), tensor([1, 2]), 0); // [1, 0]
 */
export const where: WhereFunction = dispatch("where", ["value", "value", "value"], whereOp);

/**
 * Whether |a − b| ≤ atol + rtol·|b|, element by element; rtol is 1e-5 and atol 1e-8 unless given. NumPy: isclose.
 * @throws ShapeError where the shapes do not broadcast.
 * @example isClose(tensor([1, 2]), tensor([1, 2.1])); // [true, false]
 */
export const isClose: (a: Operand, b: Operand, options?: ClosenessOptions) => Tensor<AnyShape, "bool"> = dispatch("isClose", ["tensor", "tensor", options(closenessOptions)], isCloseOp);

/**
 * Whether all elements are close, as `isClose` says. NumPy, PyTorch: allclose.
 * @throws ShapeError where the shapes do not broadcast; TraceError for a traced tensor.
 * @example allClose(tensor([1]), tensor([1 + 1e-9])); // true
 */
export const allClose: (a: Operand, b: Operand, options?: ClosenessOptions) => boolean = dispatch("allClose", ["tensor", "tensor", options(closenessOptions)], allCloseOp);

/**
 * Whether shapes and all elements are equal; NaN equals nothing. NumPy: array_equal; PyTorch: equal.
 * @throws TraceError for a traced tensor.
 * @example arrayEqual(tensor([1, 2]), tensor([1, 2])); // true
 */
export const arrayEqual: (a: Operand, b: Operand) => boolean = dispatch("arrayEqual", ["tensor", "tensor"], arrayEqualOp);
