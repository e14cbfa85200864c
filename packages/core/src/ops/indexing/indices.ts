import { DTypeError, ShapeError, showShape } from "../../errors.ts";
import { isMisplaced, misplacedError } from "../../engine/misplaced.ts";
import { sizeOf } from "../../shape/shape.ts";
import { fromData, Tensor } from "../../tensor.ts";

/** Places along an axis: an int32 tensor, or whole numbers. Negative ones count from the end. */
export type Indices = Tensor | readonly number[] | number;

/** The indices as an int32 tensor: a number becomes a scalar, a list a vector. */
export function toIndices(op: string, indices: Indices): Tensor {
  if (indices instanceof Tensor) {
    if (indices.dtype === "int32") return indices;
    throw new DTypeError(`${op}: indices are int32, not ${indices.dtype}; ${indices.dtype === "bool" ? "use booleanMask to pick by true and false" : "cast them first"}`);
  }
  const list = typeof indices === "number" ? [indices] : indices;
  list.forEach((index, position) => {
    if (index !== (index | 0)) throw new ShapeError(`${op}: ${String(index)} at position ${position} is not an index; indices are whole numbers`);
  });
  return fromData(Int32Array.from(list), typeof indices === "number" ? [] : [list.length], "int32");
}

/**
 * Throws if an index lies outside axis `axis` of `shape`. Indices that are traced have no elements to look at yet: programs
 * look at them when they run.
 */
export function checkIndices(op: string, indices: Tensor, shape: readonly number[], axis: number): void {
  const extent = shape[axis];
  if (extent === 0 && indices.size > 0) throw new ShapeError(`${op}: axis ${axis} of ${showShape(shape)} is empty; there is nothing to index`);
  if (indices.storage === null) return;
  const { data } = indices;
  for (let i = 0; i < data.length; i++) {
    if (data[i] >= extent || data[i] < -extent) {
      throw new ShapeError(
        `${op}: index ${data[i]} at position ${showPosition(i, indices.shape)} is out of range for axis ${axis} of ${showShape(shape)} (size ${extent}); use ${-extent} … ${extent - 1}`,
      );
    }
  }
}

/** The place of the flat-th element: `[1, 2]`. */
function showPosition(flat: number, shape: readonly number[]): string {
  return showShape(shape.map((extent, axis) => Math.floor(flat / sizeOf(shape.slice(axis + 1))) % extent));
}

/** Where an index points among `extent` places: from the end if negative. */
export function resolveIndex(op: string, index: number, extent: number): number {
  if (isMisplaced(index, extent)) throw misplacedError({ op, fromEnd: true }, index, extent);
  return index < 0 ? index + extent : index;
}
