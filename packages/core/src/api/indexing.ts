import * as selection from "../compose/selection.ts";
import { topK as topKOp } from "../compose/sorting.ts";
import * as alongAxis from "../ops/indexing/along-axis.ts";
import * as taking from "../ops/indexing/take.ts";
import { ShapeError } from "../errors.ts";
import type { Value } from "../ops/literal.ts";
import type { Tensor } from "../tensor.ts";
import { dispatch, options, requiredOptions } from "./dispatch.ts";
import { diagonalOffset, type DiagonalOffset, dtypeOption, namedAxis, type NamedAxis, oneAxis, topKOptions } from "./option-names.ts";
import type { BooleanMaskFunction, OneHotFunction, ScatterAddFunction, TakeAddFunction, TakeAlongAxisFunction, TakeFunction, TopKFunction } from "./signatures/indexing.ts";
import type { KeepFunction } from "./signatures/movement.ts";
import type { Operand } from "./signatures/operands.ts";

// Indices are int32 tensors or whole numbers; negative ones count from the end.

/**
 * Elements picked by index along an axis (the first unless named): the indices' axes stand in the place of the axis, and a
 * number takes it away. NumPy: take; PyTorch: index_select.
 * @throws ShapeError for an index out of range (of a traced one, when the compiled program runs); DTypeError unless indices are int32.
 * @example take(tensor([[1, 2], [3, 4], [5, 6]]), [2, 0]); // [[5, 6], [1, 2]]
 */
export const take: TakeFunction = dispatch("take", ["tensor", "indices", options(oneAxis)], taking.take);

/**
 * x with something added at the places that `take` would pick; an index that comes twice adds twice. NumPy: add.at; PyTorch:
 * index_add.
 * @throws ShapeError for an index out of range, or updates that do not broadcast; DTypeError unless indices are int32.
 * @example takeAdd(zeros([3]), [0, 2, 0], tensor([1, 2, 3])); // [4, 0, 2]
 */
export const takeAdd: TakeAddFunction = dispatch("takeAdd", ["tensor", "indices", "value", options(oneAxis)], taking.takeAdd);

function axisOf(op: string, axis: number | undefined): number {
  if (axis === undefined) throw new ShapeError(`${op}: along which axis? give { axis }`);
  return axis;
}

/**
 * For each place of the indices the element that they point to along an axis; what argSort found, this takes. NumPy:
 * take_along_axis; PyTorch: gather.
 * @throws ShapeError for an index out of range, or ranks that differ; DTypeError unless indices are int32.
 * @example takeAlongAxis(x, argSort(x), { axis: -1 }); // x sorted
 */
export const takeAlongAxis: TakeAlongAxisFunction = dispatch("takeAlongAxis", ["tensor", "tensor", requiredOptions(namedAxis)], (x: Tensor, indices: Tensor, { axis }: NamedAxis) => alongAxis.takeAlongAxis(x, indices, axisOf("takeAlongAxis", axis)));

/**
 * x with each update added where its index points along an axis; an index that comes twice adds twice. PyTorch: scatter_add.
 * @throws ShapeError for an index out of range, or shapes that do not fit; DTypeError unless indices are int32.
 * @example scatterAdd(zeros([3]), tensor([0, 2, 0], { dtype: "int32" }), tensor([1, 2, 3]), { axis: 0 }); // [4, 0, 2]
 */
export const scatterAdd: ScatterAddFunction = dispatch("scatterAdd", ["tensor", "tensor", "value", requiredOptions(namedAxis)], (x: Tensor, indices: Tensor, updates: Value, { axis }: NamedAxis) => alongAxis.scatterAdd(x, indices, updates, axisOf("scatterAdd", axis)));

/**
 * Vectors of `depth` elements, 1 at the index and 0 elsewhere, as a new last axis; float32 unless another dtype is given.
 * PyTorch: one_hot.
 * @throws ShapeError for an index outside 0 … depth − 1; DTypeError unless indices are int32.
 * @example oneHot([0, 2], 3); // [[1, 0, 0], [0, 0, 1]]
 */
export const oneHot: OneHotFunction = dispatch("oneHot", ["indices", "number", options(dtypeOption)], selection.oneHot);

/**
 * The elements (for a mask of fewer axes, the parts) where the mask is true, in row-major order. NumPy: x[mask]; PyTorch:
 * masked_select.
 * @throws ShapeError unless the mask's sizes are the first ones of x; DTypeError unless it is bool; TraceError for a traced mask.
 * @example booleanMask(tensor([1, 2, 3]), [true, false, true]); // [1, 3]
 */
export const booleanMask: BooleanMaskFunction = dispatch("booleanMask", ["tensor", "tensor"], selection.booleanMask);

/**
 * Where elements are not 0: int32 [count, rank], one index per row, in row-major order. NumPy: argwhere; PyTorch: nonzero.
 * @throws TraceError for a traced tensor.
 * @example nonZero(tensor([[1, 0], [0, 2]])); // [[0, 0], [1, 1]]
 */
export const nonZero: (x: Operand) => Tensor<[number, number], "int32"> = dispatch("nonZero", ["tensor"], selection.nonZero);

/**
 * The k largest elements along an axis (the last unless named), the largest first, or the k smallest, and their indices.
 * PyTorch: topk.
 * @throws ShapeError unless 0 ≤ k ≤ the size of the axis.
 * @example topK(tensor([1, 3, 2]), 2); // { values: [3, 2], indices: [1, 2] }
 */
export const topK: TopKFunction = dispatch("topK", ["tensor", "number", options(topKOptions)], topKOp);

/**
 * The lower triangle of a matrix (or of each of a batch), zeros above the diagonal. NumPy, PyTorch: tril.
 * @throws ShapeError for a scalar or a vector.
 * @example tril(ones([2, 2])); // [[1, 0], [1, 1]]
 */
export const tril: KeepFunction<DiagonalOffset> = dispatch("tril", ["tensor", options(diagonalOffset)], (x: Tensor, { offset }: DiagonalOffset = {}) => selection.tril(x, offset));

/**
 * The upper triangle of a matrix (or of each of a batch), zeros below the diagonal. NumPy, PyTorch: triu.
 * @throws ShapeError for a scalar or a vector.
 * @example triu(ones([2, 2])); // [[1, 1], [0, 1]]
 */
export const triu: KeepFunction<DiagonalOffset> = dispatch("triu", ["tensor", options(diagonalOffset)], (x: Tensor, { offset }: DiagonalOffset = {}) => selection.triu(x, offset));
