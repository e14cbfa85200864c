import type { DType, TypedArray } from "../../../dtype.ts";
import { sizeOf } from "../../../shape/shape.ts";
import { copyRowMajor, copyRows } from "../../../storage.ts";
import { storageOf, type Tensor } from "../../../tensor.ts";
import { copyIn, elementAt } from "../heap.ts";
import type { Gathers } from "./gather.ts";
import type { ProgramMemory } from "./memory.ts";

/** Copies a tensor's elements to an address, in row-major order; rows of a data set once `gathers` run, if they are given. */
export function write(owner: ProgramMemory, gathers: Gathers | null, address: number, tensor: Tensor): void {
  const storage = storageOf(tensor, "compile");
  const { shape, dtype } = tensor;
  const at = elementAt(address, dtype);
  const size = sizeOf(shape);
  const rows = storage.rows ?? null;
  // Gathers know rows that follow each other.
  if (rows !== null && rows.step === undefined && gathers?.put(rows, dtype, address) === true) return;
  const to = owner.heap()[dtype];
  if (rows !== null) copyRows(rows, to, at);
  else if (storage.contiguous) copyIn(to, at, storage.data, storage.offset, size);
  else copyRowMajor(storage, shape, to.subarray(at, at + size));
}

/** A new array with the elements at an address. */
export function read(owner: ProgramMemory, address: number, dtype: DType, size: number): TypedArray {
  const start = elementAt(address, dtype);
  // A slice of shared memory is an array of its own that is not shared.
  return owner.heap()[dtype].slice(start, start + size);
}
