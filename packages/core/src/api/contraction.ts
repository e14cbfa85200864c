import * as contraction from "../compose/contraction.ts";
import * as diagonals from "../compose/diagonal.ts";
import { einsum as einsumOp } from "../compose/einsum.ts";
import { NdgradError } from "../errors.ts";
import { matmul as matmulOp } from "../ops/contract/matmul.ts";
import type { Tensor } from "../tensor.ts";
import { dispatch, options } from "./dispatch.ts";
import { diagonalOffset, type DiagonalOffset, diagonalOptions } from "./option-names.ts";
import type { ContractionFunction, DotFunction, MatMulFunction, OuterFunction } from "./signatures/contract.ts";
import type { Operand } from "./signatures/operands.ts";

/**
 * Products of matrices, out[…, i, j] = Σₖ a[…, i, k] · b[…, k, j]; leading axes broadcast. A vector counts as a row on the left
 * and as a column on the right. int32 wraps around. NumPy, PyTorch: matmul.
 * @throws ShapeError where the inner sizes differ, the batches do not broadcast, or a side is a scalar.
 * @example matmul(tensor([[1, 2], [3, 4]]), tensor([1, 1])); // [3, 7]
 */
export const matmul: MatMulFunction = dispatch("matmul", ["tensor", "tensor"], matmulOp);

/**
 * Σᵢ aᵢ·bᵢ of vectors, the product of matrices, the product with a scalar; beyond that the sum over a's last axis and b's
 * last but one. NumPy: dot.
 * @throws ShapeError where the sizes that meet differ.
 * @example dot(tensor([1, 2]), tensor([3, 4])); // 11
 */
export const dot: DotFunction = dispatch("dot", ["tensor", "tensor"], contraction.dot);

/**
 * Σ over the last axis of both: the result has a's other axes, then b's. NumPy, PyTorch: inner.
 * @throws ShapeError where the last sizes differ.
 * @example inner(tensor([[1, 0], [0, 1]]), tensor([3, 4])); // [3, 4]
 */
export const inner: ContractionFunction<never> = dispatch("inner", ["tensor", "tensor"], contraction.inner);

/**
 * All products, out[i, j] = aᵢ·bⱼ, of the elements in row-major order. NumPy, PyTorch: outer.
 * @example outer(tensor([1, 2]), tensor([3, 4])); // [[3, 4], [6, 8]]
 */
export const outer: OuterFunction = dispatch("outer", ["tensor", "tensor"], contraction.outer);

/**
 * The product summed over pairs of axes; the result has a's other axes, then b's. NumPy, PyTorch: tensordot.
 * @param axes How many of a's last axes meet b's first (2 unless given), or a list of axes for each side.
 * @throws ShapeError where paired sizes differ.
 * @example tensordot(zeros([2, 3]), zeros([3, 4]), 1).shape; // [2, 4]
 */
export const tensordot: ContractionFunction<contraction.ContractedAxes> = dispatch("tensordot", ["tensor", "tensor", "axisPairs?"], contraction.tensordot);

/**
 * The elements on a diagonal of two axes (the last two unless named), as a last axis after the others. NumPy, PyTorch: diagonal.
 * @throws ShapeError for axes out of range or the same axis twice.
 * @example diagonal(tensor([[1, 2], [3, 4]])); // [1, 4]
 */
export const diagonal: (x: Operand, options?: diagonals.DiagonalOptions) => Tensor = dispatch("diagonal", ["tensor", options(diagonalOptions)], diagonals.diagonal);

/**
 * Σᵢ x[…, i, i] over the last two axes, unless others are named. NumPy, PyTorch: trace.
 * @throws ShapeError for axes out of range or the same axis twice.
 * @example trace(tensor([[1, 2], [3, 4]])); // 5
 */
export const trace: (x: Operand, options?: diagonals.DiagonalOptions) => Tensor = dispatch("trace", ["tensor", options(diagonalOptions)], diagonals.trace);

/**
 * Square matrices with x's last axis on a diagonal, zeros elsewhere. NumPy: diag of a vector; PyTorch: diag_embed.
 * @throws ShapeError for a scalar.
 * @example diagonalMatrix(tensor([1, 2])); // [[1, 0], [0, 2]]
 */
export const diagonalMatrix: (x: Operand, options?: DiagonalOffset) => Tensor = dispatch("diagonalMatrix", ["tensor", options(diagonalOffset)], (x: Tensor, { offset }: DiagonalOffset = {}) => diagonals.diagonalMatrix(x, offset));

const einsumOf: (equation: string, operands: readonly Operand[]) => Tensor = dispatch("einsum", ["text", "tensors"], (equation: string, operands: readonly Tensor[]) => einsumOp(equation, ...operands));

/**
 * Einstein's sum: products of the operands, summed over the letters that the output does not name. A letter that one operand has
 * twice takes its diagonal; `...` stands for any number of axes, which broadcast. NumPy, PyTorch: einsum.
 * @throws ShapeError that names the equation, the letter and the sizes that disagree.
 * @example einsum("bij,bjk->bik", a, b); // products of a batch of matrices
 */
export function einsum(equation: string, ...operands: readonly Operand[]): Tensor {
  if (typeof equation !== "string") throw new NdgradError(`einsum: the first argument is the equation, as in "ij,jk->ik"; the tensors follow`);
  return einsumOf(equation, operands);
}
