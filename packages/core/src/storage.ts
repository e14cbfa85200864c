import { allocate, type DType, type TypedArray } from "./dtype.ts";
import { isContiguous, type Layout } from "./shape/layout.ts";
import { rowMajorStrides, sizeOf } from "./shape/shape.ts";

/** The elements of a concrete tensor: a typed array, perhaps shared with other views, and how to walk it. */
export interface Storage {
  readonly data: TypedArray;
  /** In elements; 0 where an axis is stretched, negative where it is flipped. */
  readonly strides: readonly number[];
  readonly offset: number;
  /** Row-major without gaps from `offset` on. */
  readonly contiguous: boolean;
}

/** A row-major array as storage. */
export const denseStorage = (data: TypedArray, shape: readonly number[]): Storage => ({
  data, strides: rowMajorStrides(shape), offset: 0, contiguous: true,
});

/** Another way to walk the same array. */
export const viewStorage = (data: TypedArray, layout: Layout): Storage => ({
  data, strides: layout.strides, offset: layout.offset, contiguous: isContiguous(layout.shape, layout.strides),
});

/** Copies the elements in row-major order into `out`. */
export function copyRowMajor(storage: Storage, shape: readonly number[], out: TypedArray | number[]): void {
  const { data, strides } = storage;
  const rank = shape.length;
  const size = sizeOf(shape);
  if (size === 0) return;
  if (rank === 0) { out[0] = data[storage.offset]; return; }
  const inner = shape[rank - 1];
  const step = strides[rank - 1];
  const index = new Array<number>(rank).fill(0);
  let row = storage.offset;
  for (let at = 0; at < size;) {
    for (let i = 0, from = row; i < inner; i++, from += step) out[at++] = data[from];
    // Step the outer axes like an odometer.
    for (let axis = rank - 2; axis >= 0; axis--) {
      row += strides[axis];
      if (++index[axis] < shape[axis]) break;
      row -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/** The elements in row-major order: the array itself where it already is just that, else a copy. */
export function rowMajorData(storage: Storage, shape: readonly number[], dtype: DType): TypedArray {
  const size = sizeOf(shape);
  if (storage.contiguous) {
    if (storage.offset === 0 && storage.data.length === size) return storage.data;
    return storage.data.slice(storage.offset, storage.offset + size);
  }
  const out = allocate(dtype, size);
  copyRowMajor(storage, shape, out);
  return out;
}
