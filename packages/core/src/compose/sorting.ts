import { ShapeError, showShape } from "../errors.ts";
import { takeAlongAxis } from "../ops/indexing/along-axis.ts";
import { argSort, type SortOptions } from "../ops/indexing/arg-sort.ts";
import { sliceBy } from "../ops/movement/slice.ts";
import { normalizeAxis } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The elements in order along an axis, NaN last. Gradients go back to where the elements came from; among equal ones to the first in
 * the first place. NumPy: sort.
 * @throws ShapeError for an axis out of range, which for a scalar is any.
 * @example sort(tensor([3, 1, 2])) // [1, 2, 3]
 */
export function sort(x: Tensor, options: SortOptions = {}): Tensor {
  const axis = normalizeAxis("sort", options.axis ?? -1, x.rank);
  return takeAlongAxis(x, argSort(x, { ...options, axis }), axis);
}

/** Along which axis to look (the last unless given), and whether for the smallest elements instead. */
export interface TopKOptions {
  readonly axis?: number | undefined;
  readonly smallest?: boolean | undefined;
}
/** The extreme elements in order, and where along the axis they stood (int32). */
export interface TopK {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/**
 * The k largest elements along an axis, the largest first (or the k smallest, the smallest first), and their indices. Equal elements
 * come in their order, NaN last. PyTorch: topk.
 * @throws ShapeError unless 0 ≤ k ≤ the size of the axis, or for an axis out of range.
 * @example topK(tensor([1, 3, 2]), 2) // { values: [3, 2], indices: [1, 2] }
 */
export function topK(x: Tensor, k: number, { axis = -1, smallest = false }: TopKOptions = {}): TopK {
  const along = normalizeAxis("topK", axis, x.rank);
  if (!Number.isInteger(k) || k < 0 || k > x.shape[along]) {
    throw new ShapeError(`topK: ${k} elements of axis ${along} of ${showShape(x.shape)}; ask for 0 … ${x.shape[along]}`);
  }
  const order = argSort(x, { axis: along, descending: !smallest });
  const indices = sliceBy(order, x.shape.map(() => 0), x.shape.map(() => 1), x.shape.map((extent, at) => (at === along ? k : extent)));
  return { values: takeAlongAxis(x, indices, along), indices };
}
