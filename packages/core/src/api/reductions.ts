import * as norms from "../compose/norms.ts";
import * as softmaxes from "../compose/softmax.ts";
import { sort as sortOp } from "../compose/sorting.ts";
import * as statistics from "../compose/statistics.ts";
import { argSort as argSortOp } from "../ops/indexing/arg-sort.ts";
import * as cumulative from "../ops/reduce/cumulative.ts";
import * as extremes from "../ops/reduce/extremes.ts";
import * as logical from "../ops/reduce/logical.ts";
import * as products from "../ops/reduce/prod.ts";
import * as sums from "../ops/reduce/sum.ts";
import type { Axes } from "../shape/axis-types.ts";
import { dispatch, options } from "./dispatch.ts";
import { cumulativeOptions, normOptions, reduceOptions, someAxes, sortOptions, varianceOptions } from "./option-names.ts";
import type { Same, ToBool, ToFloat, ToIndex, ToNumber } from "./signatures/operands.ts";
import type { AlongFunction, CumulativeFunction, ReduceFunction } from "./signatures/reduce.ts";

/** What is taken off the number of elements: 0 for the variance of a population, 1 for that of a sample. */
export interface Correction { readonly correction?: number | undefined }
/** Which norm: 2 unless given. */
export interface NormOrder { readonly ord?: norms.NormOptions["ord"] | undefined }
/** Whether the largest comes first. */
export interface Descending { readonly descending?: boolean | undefined }

// All axes are reduced unless `axis` names one or several; with `keepDims` they stay with size 1.

/**
 * Σ x; 0 for no elements. bool counts as int32, which wraps around.
 * NumPy: sum.
 * @throws ShapeError for an axis out of range.
 * @example sum(tensor([[1, 2], [3, 4]]), { axis: 0 }); // [4, 6]
 */
export const sum: ReduceFunction<ToNumber> = dispatch("sum", ["tensor", options(reduceOptions)], sums.sum);

/**
 * Σ x / n; NaN for no elements.
 * NumPy: mean.
 * @throws ShapeError for an axis out of range.
 * @example mean(tensor([[1, 2], [3, 4]]), { axis: 1, keepDims: true }); // [[1.5], [3.5]]
 */
export const mean: ReduceFunction<ToFloat> = dispatch("mean", ["tensor", options(reduceOptions)], statistics.mean);

/**
 * ∏ x; 1 for no elements.
 * NumPy: prod.
 * @throws ShapeError for an axis out of range.
 * @example prod(tensor([2, 3, 4])); // 24
 */
export const prod: ReduceFunction<ToNumber> = dispatch("prod", ["tensor", options(reduceOptions)], products.prod);

/**
 * The largest element; NaN wins, and elements that tie share the gradient.
 * NumPy: max.
 * @throws ShapeError for an axis out of range, or for no elements.
 * @example max(tensor([1, 3, 2])); // 3
 */
export const max: ReduceFunction<Same> = dispatch("max", ["tensor", options(reduceOptions)], extremes.max);

/**
 * The smallest element; NaN wins, and elements that tie share the gradient.
 * NumPy: min.
 * @throws ShapeError for an axis out of range, or for no elements.
 * @example min(tensor([1, 3, 2])); // 1
 */
export const min: ReduceFunction<Same> = dispatch("min", ["tensor", options(reduceOptions)], extremes.min);

/**
 * Where the largest element stands (the first of equals; NaN wins), int32; over several axes the index in row-major order.
 * NumPy: argmax.
 * @throws ShapeError for an axis out of range, or for no elements.
 * @example argMax(tensor([[1, 3], [5, 2]]), { axis: 1 }); // [1, 0]
 */
export const argMax: ReduceFunction<ToIndex> = dispatch("argMax", ["tensor", options(reduceOptions)], extremes.argMax);

/**
 * Where the smallest element stands (the first of equals; NaN wins), int32; over several axes the index in row-major order.
 * NumPy: argmin.
 * @throws ShapeError for an axis out of range, or for no elements.
 * @example argMin(tensor([[1, 3], [5, 2]]), { axis: 1 }); // [0, 1]
 */
export const argMin: ReduceFunction<ToIndex> = dispatch("argMin", ["tensor", options(reduceOptions)], extremes.argMin);

/**
 * Whether an element is not 0; false for no elements.
 * NumPy: any.
 * @throws ShapeError for an axis out of range.
 * @example any(tensor([0, 1])); // true
 */
export const any: ReduceFunction<ToBool> = dispatch("any", ["tensor", options(reduceOptions)], logical.any);

/**
 * Whether no element is 0; true for no elements.
 * NumPy: all.
 * @throws ShapeError for an axis out of range.
 * @example all(tensor([0, 1])); // false
 */
export const all: ReduceFunction<ToBool> = dispatch("all", ["tensor", options(reduceOptions)], logical.all);

/**
 * How many elements are not 0, int32.
 * NumPy: count_nonzero.
 * @throws ShapeError for an axis out of range.
 * @example countNonZero(tensor([0, 1, 2])); // 2
 */
export const countNonZero: ReduceFunction<ToIndex> = dispatch("countNonZero", ["tensor", options(reduceOptions)], statistics.countNonZero);

/**
 * Σ (x − mean)² / (n − correction), in two passes.
 * NumPy: var.
 * @throws ShapeError for an axis out of range.
 * @example variance(tensor([1, 2, 3, 4]), { correction: 1 }); // 1.6666666
 */
export const variance: ReduceFunction<ToFloat, Correction> = dispatch("variance", ["tensor", options(varianceOptions)], statistics.variance);

/**
 * √variance; its gradient where all elements are alike is 0.
 * NumPy: std.
 * @throws ShapeError for an axis out of range.
 * @example std(tensor([1, 3])); // 1
 */
export const std: ReduceFunction<ToFloat, Correction> = dispatch("std", ["tensor", options(varianceOptions)], statistics.std);

/**
 * log Σ eˣ without overflow; −Infinity for no elements. SciPy: special.logsumexp.
 * NumPy: logaddexp.reduce.
 * @throws ShapeError for an axis out of range.
 * @example logSumExp(tensor([1000, 1000])); // 1000.6931
 */
export const logSumExp: ReduceFunction<ToFloat> = dispatch("logSumExp", ["tensor", options(reduceOptions)], softmaxes.logSumExp);

/**
 * √Σ x² (`ord` 2 or "fro"), Σ |x| (1) or max |x| (Infinity) of the elements taken as one vector.
 * NumPy: linalg.norm of a flat array.
 * @throws ShapeError for an axis out of range.
 * @example norm(tensor([3, 4])); // 5
 */
export const norm: ReduceFunction<ToFloat, NormOrder> = dispatch("norm", ["tensor", options(normOptions)], norms.norm);

/**
 * eˣ / Σ eˣ along an axis (the last unless named), without overflow. SciPy: special.softmax; PyTorch: softmax.
 * @throws ShapeError for an axis out of range.
 * @example softmax(tensor([0, 0])); // [0.5, 0.5]
 */
export const softmax: AlongFunction<ToFloat, Axes> = dispatch("softmax", ["tensor", options(someAxes)], softmaxes.softmax);

/**
 * The logarithm of softmax, x − log Σ eˣ, exact where softmax is next to 0 or 1. PyTorch: log_softmax.
 * @throws ShapeError for an axis out of range.
 * @example logSoftmax(tensor([0, 0])); // [−0.6931472, −0.6931472]
 */
export const logSoftmax: AlongFunction<ToFloat, Axes> = dispatch("logSoftmax", ["tensor", options(someAxes)], softmaxes.logSoftmax);

/**
 * Running sums along an axis, from its end with `reverse`; without an axis over all elements in row-major order, in a vector.
 * NumPy, PyTorch: cumsum.
 * @throws ShapeError for an axis out of range.
 * @example cumSum(tensor([1, 2, 3])); // [1, 3, 6]
 */
export const cumSum: CumulativeFunction<ToNumber> = dispatch("cumSum", ["tensor", options(cumulativeOptions)], cumulative.cumSum);

/**
 * Running products along an axis, from its end with `reverse`; without an axis over all elements in row-major order, in a
 * vector. NumPy, PyTorch: cumprod.
 * @throws ShapeError for an axis out of range.
 * @example cumProd(tensor([1, 2, 3])); // [1, 2, 6]
 */
export const cumProd: CumulativeFunction<ToNumber> = dispatch("cumProd", ["tensor", options(cumulativeOptions)], cumulative.cumProd);

/**
 * The elements in order along an axis (the last unless named), NaN last. NumPy, PyTorch: sort.
 * @throws ShapeError for an axis out of range.
 * @example sort(tensor([3, 1, 2])); // [1, 2, 3]
 */
export const sort: AlongFunction<Same, number, Descending> = dispatch("sort", ["tensor", options(sortOptions)], sortOp);

/**
 * The indices (int32) that put the elements in order along an axis (the last unless named); equal elements keep their order,
 * NaN comes last. NumPy: argsort with kind="stable".
 * @throws ShapeError for an axis out of range.
 * @example argSort(tensor([3, 1, 2])); // [1, 2, 0]
 */
export const argSort: AlongFunction<ToIndex, number, Descending> = dispatch("argSort", ["tensor", options(sortOptions)], argSortOp);
