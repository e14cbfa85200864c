import { ShapeError, showShape } from "../errors.ts";
import { broadcastTo } from "../ops/movement/broadcast-to.ts";
import { permute } from "../ops/movement/permute.ts";
import { concat } from "../ops/movement/place.ts";
import { expandDims, reshape, squeeze } from "../ops/movement/reshape.ts";
import { sliceBy } from "../ops/movement/slice.ts";
import { take } from "../ops/indexing/take.ts";
import { checkShape, checkSize, normalizeAxis, sameShape } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The same elements with some axes moved to new places; the other axes keep their order. NumPy: moveaxis.
 * @param from Which axes; −1 is the last.
 * @param to Where each goes in the result.
 * @throws ShapeError for axes out of range, named twice, or lists of different lengths.
 * @example moveAxis(zeros([2, 3, 4]), 0, -1).shape // [3, 4, 2]
 */
export function moveAxis(x: Tensor, from: number | readonly number[], to: number | readonly number[]): Tensor {
  const sources = axesInOrder("moveAxis", from, x.rank);
  const targets = axesInOrder("moveAxis", to, x.rank);
  if (sources.length !== targets.length) {
    throw new ShapeError(`moveAxis: ${sources.length} axes to ${targets.length} places; name one place for each axis`);
  }
  const left = x.shape.map((_, axis) => axis).filter((axis) => !sources.includes(axis));
  const order = x.shape.map((_, place) => {
    const which = targets.indexOf(place);
    return which >= 0 ? sources[which] : left.shift() ?? place;
  });
  return permute(x, order);
}

/** Axes counted from the start in the order given, each once. */
function axesInOrder(op: string, axes: number | readonly number[], rank: number): number[] {
  const given = typeof axes === "number" ? [axes] : axes;
  const normalized = given.map((axis) => normalizeAxis(op, axis, rank));
  if (new Set(normalized).size !== normalized.length) throw new ShapeError(`${op}: ${showShape(given)} names an axis twice`);
  return normalized;
}

/**
 * Two axes exchanged. NumPy: swapaxes.
 * @throws ShapeError for an axis out of range.
 * @example swapAxes(zeros([2, 3, 4]), 0, 2).shape // [4, 3, 2]
 */
export function swapAxes(x: Tensor, first: number, second: number): Tensor {
  const a = normalizeAxis("swapAxes", first, x.rank);
  const b = normalizeAxis("swapAxes", second, x.rank);
  return permute(x, x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)));
}

/**
 * Tensors of one shape side by side along a new axis. NumPy: stack.
 * @param axis Where the new axis stands in the result; the first unless given.
 * @throws ShapeError without tensors or if their shapes differ; DTypeError if their dtypes do.
 * @example stack([tensor([1, 2]), tensor([3, 4])], { axis: 1 }) // [[1, 3], [2, 4]]
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ShapeError("stack: no tensors; give at least one");
  const [first] = tensors;
  const along = normalizeAxis("stack", axis, first.rank + 1);
  for (const tensor of tensors) {
    if (!sameShape(tensor.shape, first.shape)) {
      throw new ShapeError(`stack: shapes ${showShape(first.shape)} and ${showShape(tensor.shape)} differ; stacked tensors have one shape, concat joins along an axis they have`);
    }
  }
  checkSize("stack", [tensors.length, ...first.shape]);
  return concat(tensors.map((tensor) => expandDims(tensor, along)), along);
}

/**
 * The tensors that `stack` along an axis would join: one for each place, without that axis. NumPy: unstack.
 * @throws ShapeError for an axis out of range.
 * @example unstack(tensor([[1, 2], [3, 4]])) // [1, 2] and [3, 4]
 */
export function unstack(x: Tensor, axis = 0): Tensor[] {
  const along = normalizeAxis("unstack", axis, x.rank);
  return Array.from({ length: x.shape[along] }, (_, i) => squeeze(part(x, along, i, 1), along));
}

/** `count` places along an axis. */
const part = (x: Tensor, axis: number, start: number, count: number): Tensor =>
  sliceBy(x, x.shape.map((_, at) => (at === axis ? start : 0)), x.shape.map(() => 1), x.shape.map((extent, at) => (at === axis ? count : extent)));

/**
 * A tensor cut along an axis, without copying. NumPy: split.
 * @param parts How many equal parts, or at which indices to cut: `[2, 5]` gives the ranges 0–2, 2–5 and 5–end. Negative indices
 *   count from the end; indices past the ends leave empty parts.
 * @throws ShapeError if the axis does not divide into so many equal parts, or for an axis out of range.
 * @example split(arange(6), 3) // [0, 1] and [2, 3] and [4, 5]
 */
export function split(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  const along = normalizeAxis("split", axis, x.rank);
  const extent = x.shape[along];
  if (typeof parts === "number") {
    if (!Number.isInteger(parts) || parts < 1 || extent % parts !== 0) {
      throw new ShapeError(`split: axis ${along} of ${showShape(x.shape)} does not divide into ${parts} equal parts; give the indices to cut at instead`);
    }
    return Array.from({ length: parts }, (_, i) => part(x, along, i * (extent / parts), extent / parts));
  }
  const cuts = parts.map((cut) => {
    if (!Number.isInteger(cut)) throw new ShapeError(`split: ${cut} is not an index; cut at whole numbers`);
    return Math.min(Math.max(cut < 0 ? cut + extent : cut, 0), extent);
  });
  const starts = [0, ...cuts];
  const stops = [...cuts, extent];
  return starts.map((start, i) => part(x, along, Math.min(start, stops[i]), Math.max(stops[i] - start, 0)));
}

/**
 * The whole tensor repeated like tiles. NumPy: tile.
 * @param counts How often along each axis; fewer counts than axes tile the last axes, more of them add leading axes.
 * @throws ShapeError unless the counts are whole numbers from 0 up.
 * @example tile(tensor([1, 2]), [2, 2]) // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function tile(x: Tensor, counts: number | readonly number[]): Tensor {
  const given = typeof counts === "number" ? [counts] : counts;
  checkShape("tile", given);
  const rank = Math.max(x.rank, given.length);
  const shape = [...Array.from({ length: rank - x.rank }, () => 1), ...x.shape];
  const times = [...Array.from({ length: rank - given.length }, () => 1), ...given];
  const result = shape.map((extent, axis) => extent * times[axis]);
  checkShape("tile", result);
  // Each axis becomes (copy, place within the copy): stretching the first of the two repeats the whole.
  const apart = reshape(x, shape.flatMap((extent) => [1, extent]));
  return reshape(broadcastTo(apart, shape.flatMap((extent, axis) => [times[axis], extent])), result);
}

/**
 * Each element repeated in place. NumPy: repeat.
 * @param counts How often; a list gives a count for each place along the axis.
 * @param axis Along which axis; without it the elements are taken in row-major order and the result has rank 1.
 * @throws ShapeError unless counts are whole numbers from 0 up, as many as there are places.
 * @example repeat(tensor([1, 2]), 2) // [1, 1, 2, 2]
 */
export function repeat(x: Tensor, counts: number | readonly number[], axis?: number): Tensor {
  if (axis === undefined) return repeat(reshape(x, [x.size]), counts, 0);
  const along = normalizeAxis("repeat", axis, x.rank);
  const extent = x.shape[along];
  checkShape("repeat", typeof counts === "number" ? [counts] : counts);
  if (typeof counts === "number") {
    const stretched = x.shape.flatMap((size, at) => (at === along ? [size, counts] : [size]));
    checkSize("repeat", stretched);
    return reshape(broadcastTo(expandDims(x, along + 1), stretched), x.shape.map((size, at) => (at === along ? size * counts : size)));
  }
  if (counts.length !== extent) {
    throw new ShapeError(`repeat: ${counts.length} counts for axis ${along} of ${showShape(x.shape)}; give one for each of its ${extent} places`);
  }
  checkSize("repeat", [counts.reduce((sum, count) => sum + count, 0), ...x.shape.filter((_, at) => at !== along)]);
  return take(x, counts.flatMap((count, place) => Array.from({ length: count }, () => place)), { axis: along });
}

/**
 * The elements shifted along axes; what leaves at one end comes back at the other. NumPy: roll.
 * @param shift By how many places, towards the end if positive; one for each axis, or one for all.
 * @param axis Along which axes; without it the elements are shifted in row-major order and the shape is kept.
 * @throws ShapeError for fractional shifts, or an axis out of range.
 * @example roll(arange(5), 2) // [3, 4, 0, 1, 2]
 */
export function roll(x: Tensor, shift: number | readonly number[], axis?: number | readonly number[]): Tensor {
  if (axis === undefined) {
    if (typeof shift !== "number") throw new ShapeError("roll: several shifts need as many axes; name them");
    return reshape(rollAlong(reshape(x, [x.size]), shift, 0), x.shape);
  }
  const axes = typeof axis === "number" ? [axis] : axis;
  const shifts = typeof shift === "number" ? axes.map(() => shift) : shift;
  if (shifts.length !== axes.length) throw new ShapeError(`roll: ${shifts.length} shifts for ${axes.length} axes; give one for each`);
  return axes.reduce((rolled, at, i) => rollAlong(rolled, shifts[i], normalizeAxis("roll", at, x.rank)), x);
}

function rollAlong(x: Tensor, shift: number, axis: number): Tensor {
  if (!Number.isInteger(shift)) throw new ShapeError(`roll: a shift of ${shift}; shift by whole numbers`);
  const extent = x.shape[axis];
  const by = extent === 0 ? 0 : ((shift % extent) + extent) % extent;
  if (by === 0) return x;
  return concat([part(x, axis, extent - by, by), part(x, axis, 0, extent - by)], axis);
}

/**
 * Coordinates of a grid: the i-th result has shape [n₀, n₁, …] and holds the i-th vector along axis i. NumPy: meshgrid
 * with `indexing="ij"`.
 * @param vectors Tensors of rank 1.
 * @throws ShapeError for a tensor of another rank.
 * @example meshGrid([arange(2), arange(3)]) // [[0, 0, 0], [1, 1, 1]] and [[0, 1, 2], [0, 1, 2]]
 */
export function meshGrid(vectors: readonly Tensor[]): Tensor[] {
  for (const vector of vectors) {
    if (vector.rank !== 1) throw new ShapeError(`meshGrid: takes vectors, not a tensor of shape ${showShape(vector.shape)}`);
  }
  const shape = vectors.map(({ size }) => size);
  checkSize("meshGrid", shape);
  return vectors.map((vector, i) => broadcastTo(reshape(vector, shape.map((extent, axis) => (axis === i ? extent : 1))), shape));
}
