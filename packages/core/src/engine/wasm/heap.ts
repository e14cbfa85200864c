import type { DType, TypedArray } from "../../dtype.ts";

/** The typed arrays over all of a memory. */
export type Heap = Readonly<Record<DType, TypedArray>>;

export const heapOver = (buffer: ArrayBufferLike): Heap => ({
  float32: new Float32Array(buffer), float64: new Float64Array(buffer), int32: new Int32Array(buffer), bool: new Uint8Array(buffer),
});

const shiftOf: Readonly<Record<DType, number>> = { float32: 2, float64: 3, int32: 2, bool: 0 };

/** The element of a dtype's array that stands at an address. */
export const elementAt = (address: number, dtype: DType): number => address >>> shiftOf[dtype];

/** Up to here a loop is quicker than to make a subarray. */
const fewElements = 32;

/** Copies `count` elements from `start` on to the place `at`. */
export function copyIn(to: TypedArray, at: number, from: TypedArray, start: number, count: number): void {
  if (count <= fewElements) for (let i = 0; i < count; i++) to[at + i] = from[start + i];
  else if (start === 0 && count === from.length) to.set(from, at);
  else to.set(from.subarray(start, start + count), at);
}
