import { ShapeError, showShape } from "../errors.ts";
import { full } from "../ops/creation.ts";
import { moveAxis } from "./movement.ts";
import { place } from "../ops/movement/place.ts";
import { reshape } from "../ops/movement/reshape.ts";
import { sliceBy } from "../ops/movement/slice.ts";
import { sum } from "../ops/reduce/sum.ts";
import { checkSize, normalizeAxis, sizeOf } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";

/** Which diagonal (0 the main one, 1 the one above it) and of which two axes (the last two unless given). */
export interface DiagonalOptions {
  readonly offset?: number | undefined;
  readonly axes?: readonly [row: number, column: number] | undefined;
}

/**
 * The elements on a diagonal of two axes, as a last axis after the others. NumPy: diagonal, but of the last two axes unless others
 * are named.
 * @throws ShapeError for axes out of range or the same axis twice.
 * @example diagonal(tensor([[1, 2], [3, 4]])) // [1, 4]
 */
export function diagonal(x: Tensor, { offset = 0, axes = [-2, -1] }: DiagonalOptions = {}): Tensor {
  const [row, column] = axes.map((axis) => normalizeAxis("diagonal", axis, x.rank));
  if (row === column) throw new ShapeError(`diagonal: ${showShape(axes)} names one axis of ${showShape(x.shape)} twice; a diagonal runs along two`);
  const moved = moveAxis(x, [row, column], [-2, -1]);
  const batch = moved.shape.slice(0, -2);
  const [rows, columns] = moved.shape.slice(-2);
  const length = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
  const ones = moved.shape.map(() => 1);
  const starts = [...batch.map(() => 0), Math.max(-offset, 0), Math.max(offset, 0)];
  if (length === 0) return reshape(sliceBy(moved, moved.shape.map(() => 0), ones, [...batch, 0, 0]), [...batch, 0]);
  // In a square laid out in a row, the diagonal is every (n + 1)-th element.
  const square = reshape(sliceBy(moved, starts, ones, [...batch, length, length]), [...batch, length * length]);
  return sliceBy(square, square.shape.map(() => 0), [...batch.map(() => 1), length + 1], [...batch, length]);
}

/**
 * The sum of a diagonal, Σᵢ x[…, i, i]. NumPy: trace, but of the last two axes unless others are named.
 * @throws ShapeError for axes out of range or the same axis twice.
 * @example trace(tensor([[1, 2], [3, 4]])) // 5
 */
export function trace(x: Tensor, options: DiagonalOptions = {}): Tensor {
  return sum(diagonal(x, options), { axis: -1 });
}

/**
 * Square matrices with x's last axis on a diagonal and zeros elsewhere. NumPy: diag of a vector; PyTorch: diag_embed.
 * @param offset Which diagonal: 1 is the one above the main one.
 * @throws ShapeError for a scalar or an offset that is no whole number.
 * @example diagonalMatrix(tensor([1, 2])) // [[1, 0], [0, 2]]
 */
export function diagonalMatrix(x: Tensor, offset = 0): Tensor {
  if (x.rank === 0 || !Number.isInteger(offset)) throw new ShapeError(`diagonalMatrix: takes a vector or more and a whole offset, not ${showShape(x.shape)} and ${offset}`);
  const batch = x.shape.slice(0, -1);
  const length = x.shape[x.rank - 1];
  const side = length + Math.abs(offset);
  checkSize("diagonalMatrix", [...batch, side, side]);
  if (sizeOf(x.shape) === 0) return full([...batch, side, side], 0, x.dtype);
  const start = offset >= 0 ? offset : -offset * side;
  const flat = place([x], {
    shape: [...batch, side * side], fill: 0, starts: [[...batch.map(() => 0), start]], steps: [[...batch.map(() => 1), side + 1]],
  });
  return reshape(flat, [...batch, side, side]);
}
