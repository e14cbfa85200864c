import * as movement from "../compose/movement.ts";
import { broadcastTo as broadcastToOp } from "../ops/movement/broadcast-to.ts";
import { permute } from "../ops/movement/permute.ts";
import * as placing from "../ops/movement/place.ts";
import * as reshaping from "../ops/movement/reshape.ts";
import * as slicing from "../ops/movement/slice.ts";
import type { Axes } from "../shape/axis-types.ts";
import type { Tensor } from "../tensor.ts";
import { dispatch, options } from "./dispatch.ts";
import { oneAxis, padOptions, someAxes, type PadOptions } from "./option-names.ts";
import type {
  BroadcastToFunction, ConcatFunction, ExpandDimsFunction, KeepFunction, MoveAxisFunction, ReformFunction, ReshapeFunction, ResizeFunction, RollFunction,
  SliceFunction, SplitFunction, SqueezeFunction, StackFunction, SwapAxesFunction, TransposeFunction, UnstackFunction,
} from "./signatures/movement.ts";
import type { Operand } from "./signatures/operands.ts";
import type { AxisOption } from "./signatures/reduce.ts";

// The elements elsewhere: reshape, transpose, slice and their kind share memory with their operand and copy nothing where they can.

/**
 * The same elements in row-major order under another shape; one size may be −1. NumPy, PyTorch: reshape.
 * @throws ShapeError if the sizes do not multiply to the number of elements.
 * @example reshape(tensor([1, 2, 3, 4]), [2, -1]); // [[1, 2], [3, 4]]
 */
export const reshape: ReshapeFunction = dispatch("reshape", ["tensor", "sizes"], reshaping.reshape);

/**
 * The axes in another order: axis k of the result is axis order[k] of x; reversed unless an order is given. NumPy: transpose;
 * PyTorch: permute.
 * @throws ShapeError unless the order names each axis once.
 * @example transpose(zeros([2, 3, 4]), [0, 2, 1]).shape; // [2, 4, 3]
 */
export const transpose: TransposeFunction = dispatch("transpose", ["tensor", "order?"], permute);

/**
 * Two axes exchanged. NumPy: swapaxes; PyTorch: transpose.
 * @throws ShapeError for an axis out of range.
 * @example swapAxes(zeros([2, 3, 4]), 0, -1).shape; // [4, 3, 2]
 */
export const swapAxes: SwapAxesFunction = dispatch("swapAxes", ["tensor", "number", "number"], movement.swapAxes);

/**
 * Axes moved to other places; the rest keep their order. NumPy: moveaxis; PyTorch: movedim.
 * @throws ShapeError for axes out of range or named twice, or lists of different lengths.
 * @example moveAxis(zeros([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 */
export const moveAxis: MoveAxisFunction = dispatch("moveAxis", ["tensor", "axes", "axes"], movement.moveAxis);

/**
 * A new axis of size 1 at each place named, counted in the result. NumPy: expand_dims; PyTorch: unsqueeze.
 * @throws ShapeError for an axis out of range or named twice.
 * @example expandDims(tensor([1, 2]), 0); // [[1, 2]]
 */
export const expandDims: ExpandDimsFunction = dispatch("expandDims", ["tensor", "axes"], reshaping.expandDims);

/**
 * Without axes of size 1: all of them, or those that `axis` names. NumPy, PyTorch: squeeze.
 * @throws ShapeError for a named axis of another size, or out of range.
 * @example squeeze(tensor([[1, 2]])); // [1, 2]
 */
export const squeeze: SqueezeFunction = dispatch("squeeze", ["tensor", options(someAxes)], (x: Tensor, { axis }: AxisOption<Axes> = {}) => reshaping.squeeze(x, axis));

/**
 * Axes of size 1, and new leading axes, repeated to a larger shape without copying. NumPy: broadcast_to; PyTorch: expand.
 * @throws ShapeError where the shape does not stretch to the other.
 * @example broadcastTo(tensor([1, 2]), [2, 2]); // [[1, 2], [1, 2]]
 */
export const broadcastTo: BroadcastToFunction = dispatch("broadcastTo", ["tensor", "sizes"], broadcastToOp);

/**
 * The elements in reverse along the axes named, or along all. NumPy, PyTorch: flip.
 * @throws ShapeError for an axis out of range.
 * @example flip(tensor([1, 2, 3])); // [3, 2, 1]
 */
export const flip: KeepFunction<AxisOption<Axes>> = dispatch("flip", ["tensor", options(someAxes)], (x: Tensor, { axis }: AxisOption<Axes> = {}) => slicing.flip(x, axis));

/**
 * Part of a tensor, without copying: for each leading axis an index (the axis goes) or [start, stop, step] as in NumPy's
 * start:stop:step (the axis stays); null leaves a bound open, [] takes the whole axis. NumPy: x[1, 0:2, ::-1].
 * @throws ShapeError for an index out of range, a step of 0, or more ranges than axes.
 * @example slice(tensor([[1, 2, 3], [4, 5, 6]]), [1, [0, 2]]); // [4, 5]
 */
export const slice: SliceFunction = dispatch("slice", ["tensor", "list"], slicing.slice);

/**
 * More places before and after each axis, filled with `value` (0 unless given). NumPy, PyTorch: pad.
 * @param argument `[before, after]` for each axis.
 * @throws ShapeError unless there is a pair of whole numbers from 0 up for each axis.
 * @example pad(tensor([1, 2]), [[1, 2]]); // [0, 1, 2, 0, 0]
 */
export const pad: ResizeFunction<readonly (readonly [before: number, after: number])[], PadOptions> = dispatch("pad", ["tensor", "list", options(padOptions)], (x: Tensor, padding: readonly (readonly [number, number])[], { value }: PadOptions = {}) => placing.pad(x, padding, value));

/**
 * The whole tensor repeated like tiles, so often along each axis. NumPy, PyTorch: tile.
 * @throws ShapeError unless the counts are whole numbers from 0 up.
 * @example tile(tensor([1, 2]), 2); // [1, 2, 1, 2]
 */
export const tile: ReformFunction<Axes> = dispatch("tile", ["tensor", "counts"], movement.tile);

/**
 * Each element repeated in place along an axis; without one, all elements in row-major order, in a vector. NumPy: repeat;
 * PyTorch: repeat_interleave.
 * @param argument How often, or a list with a count for each place.
 * @throws ShapeError unless the counts are whole numbers from 0 up, as many as there are places.
 * @example repeat(tensor([1, 2]), 2); // [1, 1, 2, 2]
 */
export const repeat: ReformFunction<Axes, AxisOption<number>> = dispatch("repeat", ["tensor", "counts", options(oneAxis)], (x: Tensor, counts: Axes, { axis }: AxisOption<number> = {}) => movement.repeat(x, counts, axis));

/**
 * The elements shifted towards the end; what leaves there comes back at the start. Without an axis in row-major order.
 * NumPy, PyTorch: roll.
 * @throws ShapeError for fractional shifts, or an axis out of range.
 * @example roll(tensor([1, 2, 3]), 1); // [3, 1, 2]
 */
export const roll: RollFunction = dispatch("roll", ["tensor", "counts", options(someAxes)], (x: Tensor, shift: Axes, { axis }: AxisOption<Axes> = {}) => movement.roll(x, shift, axis));

/**
 * Tensors one after the other along an axis (the first unless named). NumPy: concatenate; PyTorch: cat.
 * @throws ShapeError without tensors, or where the other sizes differ; DTypeError where dtypes differ.
 * @example concat([tensor([1, 2]), tensor([3])]); // [1, 2, 3]
 */
export const concat: ConcatFunction = dispatch("concat", ["tensors", options(oneAxis)], (tensors: readonly Tensor[], { axis }: AxisOption<number> = {}) => placing.concat(tensors, axis));

/**
 * Tensors of one shape side by side along a new axis (the first unless named). NumPy, PyTorch: stack.
 * @throws ShapeError without tensors, or where shapes differ; DTypeError where dtypes differ.
 * @example stack([tensor([1, 2]), tensor([3, 4])], { axis: 1 }); // [[1, 3], [2, 4]]
 */
export const stack: StackFunction = dispatch("stack", ["tensors", options(oneAxis)], (tensors: readonly Tensor[], { axis }: AxisOption<number> = {}) => movement.stack(tensors, axis));

/**
 * A tensor cut along an axis (the first unless named): into so many equal parts, or at the indices listed. NumPy: split;
 * PyTorch: tensor_split.
 * @throws ShapeError where an axis does not divide into equal parts.
 * @example split(tensor([1, 2, 3, 4]), 2); // [1, 2] and [3, 4]
 */
export const split: SplitFunction = dispatch("split", ["tensor", "counts", options(oneAxis)], (x: Tensor, parts: Axes, { axis }: AxisOption<number> = {}) => movement.split(x, parts, axis));

/**
 * The tensors that `stack` would join: one for each place along an axis (the first unless named), without that axis.
 * NumPy: unstack; PyTorch: unbind.
 * @throws ShapeError for an axis out of range.
 * @example unstack(tensor([[1, 2], [3, 4]])); // [1, 2] and [3, 4]
 */
export const unstack: UnstackFunction = dispatch("unstack", ["tensor", options(oneAxis)], (x: Tensor, { axis }: AxisOption<number> = {}) => movement.unstack(x, axis));

/**
 * Coordinates of a grid: the i-th result has shape [n₀, n₁, …] and holds the i-th vector along axis i. NumPy: meshgrid with
 * indexing="ij".
 * @throws ShapeError for a tensor that is no vector.
 * @example meshGrid([arange(2), arange(3)]); // [[0, 0, 0], [1, 1, 1]] and [[0, 1, 2], [0, 1, 2]]
 */
export const meshGrid: (vectors: readonly Operand[]) => Tensor[] = dispatch("meshGrid", ["tensors"], movement.meshGrid);
