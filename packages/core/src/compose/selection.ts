import type { DType } from "../dtype.ts";
import { DTypeError, ShapeError, TraceError, showShape, showSpec } from "../errors.ts";
import { cast } from "../ops/cast.ts";
import { iota } from "../ops/creation.ts";
import { equal } from "../ops/elementwise/comparison.ts";
import { where } from "../ops/elementwise/where.ts";
import { classIndices } from "../ops/indexing/class-indices.ts";
import { toIndices, type Indices } from "../ops/indexing/indices.ts";
import { take } from "../ops/indexing/take.ts";
import { expandDims, reshape } from "../ops/movement/reshape.ts";
import { checkShape, rowMajorStrides, sameShape, sizeOf } from "../shape/shape.ts";
import { fromData, type Tensor } from "../tensor.ts";

/** The dtype of a result; float32 unless given. */
export interface DTypeOption { readonly dtype?: DType | undefined }

/**
 * Vectors of `depth` elements with 1 at the index and 0 elsewhere, as a new last axis. PyTorch: one_hot.
 * @param indices int32 of any shape, or whole numbers, from 0 to depth − 1.
 * @throws ShapeError for an index outside that range (of a traced one, when the compiled program runs) or a depth that is no size;
 *   DTypeError for indices that are not int32.
 * @example oneHot([0, 2], 3) // [[1, 0, 0], [0, 0, 1]]
 */
export function oneHot(indices: Indices, depth: number, { dtype = "float32" }: DTypeOption = {}): Tensor {
  if (!Number.isInteger(depth) || depth < 0) throw new ShapeError(`oneHot: a depth of ${depth}; give a whole number from 0 up`);
  const places = toIndices("oneHot", indices);
  checkShape("oneHot", [...places.shape, depth]);
  if (places.storage === null) return cast(equal(expandDims(classIndices(places, depth), -1), iota(depth, "int32")), dtype);
  places.data.forEach((index, position) => {
    if (index < 0 || index >= depth) throw new ShapeError(`oneHot: index ${index} (element ${position} of ${showShape(places.shape)}) is out of range for depth ${depth}; use 0 … ${depth - 1}`);
  });
  return cast(equal(expandDims(places, -1), iota(depth, "int32")), dtype);
}

/** The flat places where a concrete tensor is not 0. */
function nonZeroPlaces(op: string, x: Tensor, remedy: string): Int32Array {
  if (x.storage === null) throw new TraceError(`${op}: ${showSpec(x)} is traced, and how many elements are picked decides the result's shape; ${remedy}`);
  const { data } = x;
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) count++;
  const places = new Int32Array(count);
  for (let i = 0, at = 0; i < data.length; i++) if (data[i] !== 0) places[at++] = i;
  return places;
}

/**
 * The elements (or, for a mask of fewer axes, the parts) of x where the mask is true, in row-major order:
 * shape [count, ...x.shape after the mask's axes]. NumPy: x[mask].
 * @param mask bool, with x's leading sizes.
 * @throws ShapeError if the mask's sizes are not x's first ones; DTypeError if it is not bool; TraceError inside a compiled function,
 *   where shapes cannot depend on elements.
 * @example booleanMask(tensor([1, 2, 3]), tensor([true, false, true])) // [1, 3]
 */
export function booleanMask(x: Tensor, mask: Tensor): Tensor {
  if (mask.dtype !== "bool") throw new DTypeError(`booleanMask: the mask is ${mask.dtype}, not bool; compare it with something`);
  if (!sameShape(mask.shape, x.shape.slice(0, mask.rank))) {
    throw new ShapeError(`booleanMask: a mask of ${showShape(mask.shape)} for ${showShape(x.shape)}; its sizes must be the first ones of the tensor`);
  }
  const places = nonZeroPlaces("booleanMask", mask, "use where(mask, x, 0), which keeps the shape");
  const rows = reshape(x, [sizeOf(mask.shape), ...x.shape.slice(mask.rank)]);
  return take(rows, fromData(places, [places.length], "int32"));
}

/**
 * Where a tensor is not 0: int32 [count, rank], each row the index of an element, in row-major order. NaN counts as not 0.
 * NumPy: argwhere.
 * @throws TraceError inside a compiled function, where shapes cannot depend on elements.
 * @example nonZero(tensor([[1, 0], [0, 2]])) // [[0, 0], [1, 1]]
 */
export function nonZero(x: Tensor): Tensor {
  const places = nonZeroPlaces("nonZero", x, "use notEqual(x, 0), which keeps the shape");
  const strides = rowMajorStrides(x.shape);
  const rows = new Int32Array(places.length * x.rank);
  places.forEach((flat, i) => strides.forEach((stride, axis) => { rows[i * x.rank + axis] = Math.floor(flat / stride) % x.shape[axis]; }));
  return fromData(rows, [places.length, x.rank], "int32");
}

/** Keeps the elements of the last two axes whose column − row satisfies `keeps`. */
function triangle(op: string, x: Tensor, keeps: (ahead: number) => boolean): Tensor {
  if (x.rank < 2) throw new ShapeError(`${op}: takes a matrix or a batch of them, not ${showShape(x.shape)}`);
  const [rows, columns] = x.shape.slice(-2);
  const mask = Uint8Array.from({ length: rows * columns }, (_, i) => Number(keeps((i % columns) - Math.floor(i / columns))));
  return where(fromData(mask, [rows, columns], "bool"), x, x.dtype === "bool" ? false : 0);
}

/**
 * The matrix's lower triangle, zeros above the diagonal. NumPy: tril.
 * @param offset Up to which diagonal: 0 the main one, 1 the one above it.
 * @throws ShapeError for a tensor of rank 0 or 1.
 * @example tril(ones([2, 2])) // [[1, 0], [1, 1]]
 */
export const tril = (x: Tensor, offset = 0): Tensor => triangle("tril", x, (ahead) => ahead <= offset);

/**
 * The matrix's upper triangle, zeros below the diagonal. NumPy: triu.
 * @param offset From which diagonal on: 0 the main one, −1 the one below it.
 * @throws ShapeError for a tensor of rank 0 or 1.
 * @example triu(ones([2, 2])) // [[1, 1], [0, 1]]
 */
export const triu = (x: Tensor, offset = 0): Tensor => triangle("triu", x, (ahead) => ahead >= offset);
