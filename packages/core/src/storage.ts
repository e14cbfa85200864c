import { allocate, type DType, type TypedArray } from "./dtype.ts";
import { isContiguous, type Layout } from "./shape/layout.ts";
import { rowMajorStrides, sizeOf } from "./shape/shape.ts";

/** A typed array, perhaps shared with other views, and how to walk it. */
export interface Walk {
  readonly data: TypedArray;
  /** In elements; 0 where an axis is stretched, negative where it is flipped. */
  readonly strides: readonly number[];
  readonly offset: number;
}

/** The elements of a concrete tensor. */
export interface Storage extends Walk {
  /** Row-major without gaps from `offset` on. */
  readonly contiguous: boolean;
  /** Where elements are put together when they are looked at: from what, until somebody has looked. */
  readonly rows?: Rows | null;
}

/** A row-major array as storage. */
export const denseStorage = (data: TypedArray, shape: readonly number[]): Storage => ({
  data, strides: rowMajorStrides(shape), offset: 0, contiguous: true,
});

/** Another way to walk the same array. */
export const viewStorage = (data: TypedArray, layout: Layout): Storage => ({
  data, strides: layout.strides, offset: layout.offset, contiguous: isContiguous(layout.shape, layout.strides),
});

/** Rows of an array, named by their places among `count`, of which that in place 0 begins at element `first`. */
export interface Rows {
  readonly from: TypedArray;
  readonly first: number;
  readonly count: number;
  /** How many elements a row has, one behind the other. */
  readonly length: number;
  /** How far a row begins after the one before it, where that is not its length. */
  readonly step?: number;
  readonly places: TypedArray;
}

/** Up to here copying a row by the element is quicker than to make a subarray. */
const shortRow = 32;

/** A place among `count`: one below 0 counts from the end, one out of range is the nearest end, so that nothing beyond is ever read. */
export const placeWithin = (place: number, count: number): number => Math.min(Math.max(place < 0 ? place + count : place, 0), count - 1);

/** Puts rows side by side into `to`, from `at` on. */
export function copyRows({ from, first, count, length, step = length, places }: Rows, to: TypedArray, at: number): void {
  for (let j = 0; j < places.length; j++, at += length) {
    const start = first + placeWithin(places[j], count) * step;
    if (length > shortRow) to.set(from.subarray(start, start + length), at);
    else for (let i = 0; i < length; i++) to[at + i] = from[start + i];
  }
}

/** Rows side by side that get an array of their own when somebody looks at it: until then they keep what they come from. */
export function rowsStorage(rows: Rows, shape: readonly number[], dtype: DType): Storage {
  let kept: Rows | null = rows;
  let own: TypedArray | null = null;
  return {
    get data() {
      if (own === null) {
        own = allocate(dtype, sizeOf(shape));
        if (kept !== null) copyRows(kept, own, 0);
        kept = null;
      }
      return own;
    },
    strides: rowMajorStrides(shape), offset: 0, contiguous: true,
    get rows() { return kept; },
  };
}

/** Copies the elements in row-major order into `out`, from `at` on. */
export function copyRowMajor(storage: Walk, shape: readonly number[], out: TypedArray | number[], at = 0): void {
  const { data, strides } = storage;
  const rank = shape.length;
  const size = sizeOf(shape);
  if (size === 0) return;
  if (rank === 0) { out[at] = data[storage.offset]; return; }
  const inner = shape[rank - 1];
  const step = strides[rank - 1];
  const index = new Array<number>(rank).fill(0);
  let row = storage.offset;
  for (const end = at + size; at < end;) {
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
