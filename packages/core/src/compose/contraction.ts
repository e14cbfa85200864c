import { ShapeError, showShape } from "../errors.ts";
import { matmul } from "../ops/contract/matmul.ts";
import { mul } from "../ops/elementwise/arithmetic.ts";
import { permute } from "../ops/movement/permute.ts";
import { reshape } from "../ops/movement/reshape.ts";
import { checkSize, normalizeAxis, sizeOf } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";

/** How many axes meet (the last ones of a, the first ones of b), or which: a list for each side, paired in order. */
export type ContractedAxes = number | readonly [ofA: number | readonly number[], ofB: number | readonly number[]];

/**
 * The product summed over pairs of axes; the result has a's other axes, then b's. NumPy: tensordot.
 * @param axes How many of a's last axes meet b's first ones (2 unless given), or the axes of each side in pairs.
 * @throws ShapeError if the paired sizes differ, an axis is out of range or named twice, or the lists differ in length.
 * @example tensordot(zeros([2, 3, 4]), zeros([4, 3, 5]), [[1, 2], [1, 0]]).shape // [2, 5]
 */
export function tensordot(a: Tensor, b: Tensor, axes: ContractedAxes = 2): Tensor {
  const [ofA, ofB] = pairAxes(a, b, axes);
  ofA.forEach((axis, i) => {
    if (a.shape[axis] !== b.shape[ofB[i]]) {
      throw new ShapeError(`tensordot: axis ${axis} of ${showShape(a.shape)} and axis ${ofB[i]} of ${showShape(b.shape)} differ (${a.shape[axis]} and ${b.shape[ofB[i]]}); only axes of one size meet`);
    }
  });
  const keptA = a.shape.map((_, axis) => axis).filter((axis) => !ofA.includes(axis));
  const keptB = b.shape.map((_, axis) => axis).filter((axis) => !ofB.includes(axis));
  const rows = keptA.map((axis) => a.shape[axis]);
  const columns = keptB.map((axis) => b.shape[axis]);
  const inner = sizeOf(ofA.map((axis) => a.shape[axis]));
  checkSize("tensordot", [...rows, ...columns]);
  const left = reshape(permute(a, [...keptA, ...ofA]), [sizeOf(rows), inner]);
  const right = reshape(permute(b, [...ofB, ...keptB]), [inner, sizeOf(columns)]);
  return reshape(matmul(left, right), [...rows, ...columns]);
}

function pairAxes(a: Tensor, b: Tensor, axes: ContractedAxes): readonly [readonly number[], readonly number[]] {
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(a.rank, b.rank)) {
      throw new ShapeError(`tensordot: ${axes} axes of ${showShape(a.shape)} and ${showShape(b.shape)}; give a whole number up to the smaller rank, or two lists`);
    }
    const count = Array.from({ length: axes }, (_, i) => i);
    return [count.map((i) => a.rank - axes + i), count];
  }
  const list = (side: number | readonly number[], { rank }: Tensor): number[] => {
    const given = typeof side === "number" ? [side] : side;
    const normalized = given.map((axis) => normalizeAxis("tensordot", axis, rank));
    if (new Set(normalized).size !== normalized.length) throw new ShapeError(`tensordot: ${showShape(given)} names an axis twice`);
    return normalized;
  };
  const [ofA, ofB] = [list(axes[0], a), list(axes[1], b)];
  if (ofA.length !== ofB.length) throw new ShapeError(`tensordot: ${ofA.length} axes beside ${ofB.length}; they meet in pairs`);
  return [ofA, ofB];
}

/**
 * The dot product: Σᵢ aᵢ·bᵢ of vectors, the matrix product of matrices, the product with a scalar; for higher ranks the sum over
 * a's last axis and b's last but one. NumPy: dot.
 * @throws ShapeError if the sizes that meet differ.
 * @example dot(tensor([1, 2]), tensor([3, 4])) // 11
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  if (a.rank === 0 || b.rank === 0) return mul(a, b);
  const axis = b.rank === 1 ? 0 : b.rank - 2;
  if (a.shape[a.rank - 1] !== b.shape[axis]) {
    throw new ShapeError(`dot: sizes ${a.shape[a.rank - 1]} and ${b.shape[axis]} differ in ${showShape(a.shape)} · ${showShape(b.shape)}; a's last axis meets b's ${b.rank === 1 ? "only" : "last but one"}`);
  }
  return tensordot(a, b, [-1, axis]);
}

/**
 * Σ over the last axis of both: the result has a's other axes, then b's. NumPy: inner.
 * @throws ShapeError if the last sizes differ.
 * @example inner(tensor([[1, 0], [0, 1]]), tensor([3, 4])) // [3, 4]
 */
export function inner(a: Tensor, b: Tensor): Tensor {
  return a.rank === 0 || b.rank === 0 ? mul(a, b) : tensordot(a, b, [-1, -1]);
}

/**
 * All products of an element of a with one of b, out[i, j] = a[i] · b[j], both taken in row-major order. NumPy: outer.
 * @example outer(tensor([1, 2]), tensor([3, 4])) // [[3, 4], [6, 8]]
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkSize("outer", [a.size, b.size]);
  return mul(reshape(a, [a.size, 1]), reshape(b, [1, b.size]));
}
