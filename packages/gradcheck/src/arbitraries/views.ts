import { NdgradError, Tensor, allocate, describe, isFloat, rowMajorStrides, sizeOf, viewStorage } from "@ndgrad/core/internal";
import fc from "fast-check";

/** How a tensor's elements lie in memory. */
export interface Placement {
  /** The axes from the outermost to the innermost in memory. */
  readonly order: readonly number[];
  /** Per axis, how many places apart its elements lie; negative: backwards. */
  readonly steps: readonly number[];
  /** Per axis, how many places of its memory stay unused behind it. */
  readonly rest: readonly number[];
  /** Places before the first element. */
  readonly before: number;
  /** Whether axes along which nothing changes are walked with stride 0. */
  readonly stretch: boolean;
}

/**
 * The same tensor lying in memory in other ways: as a transpose, as every second or third element of a larger array, flipped,
 * with unused places around it (which hold NaN, or −1 for int32), and repeated by stride 0 along axes where it is constant.
 * Shrinks to the plain row-major tensor.
 *
 * @example
 * fc.assert(fc.property(tensors().chain((x) => fc.tuple(fc.constant(x), views(x))), ([x, view]) => String(x.exp()) === String(view.exp())));
 */
export function views<T extends Tensor>(tensor: T): fc.Arbitrary<T> {
  if (!(tensor instanceof Tensor)) throw new NdgradError(`views: takes a tensor, got ${describe(tensor)}`);
  return placements(tensor.rank).map((placement) => placed(tensor, placement));
}

/** Ways for the elements of a tensor of some rank to lie in memory. */
export function placements(rank: number): fc.Arbitrary<Placement> {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const perAxis = <E>(arbitrary: fc.Arbitrary<E>): fc.Arbitrary<E[]> => fc.array(arbitrary, { minLength: rank, maxLength: rank, size: "max" });
  return fc.record({
    order: fc.oneof(fc.constant(axes), fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank })),
    steps: fc.oneof(fc.constant(axes.map(() => 1)), perAxis(fc.constantFrom(1, 1, -1, 2, -2, 3))),
    rest: fc.oneof(fc.constant(axes.map(() => 0)), perAxis(fc.constantFrom(0, 0, 1, 3))),
    before: fc.constantFrom(0, 0, 1, 4, 7),
    stretch: fc.boolean(),
  });
}

/** A copy of a tensor with its elements placed as told. */
export function placed<T extends Tensor>(tensor: T, { order, steps, rest, before, stretch }: Placement): T {
  const { shape, dtype, data } = tensor;
  const from = rowMajorStrides(shape);
  const strides = shape.map(() => 0);
  let offset = before;
  let room = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const axis = order[i];
    if (stretch && isConstantAlong(tensor, axis)) continue;
    strides[axis] = room * steps[axis];
    // A flipped axis begins at its far end.
    if (steps[axis] < 0) offset += Math.max(0, shape[axis] - 1) * room * -steps[axis];
    room *= Math.max(1, shape[axis]) * Math.abs(steps[axis]) + rest[axis];
  }
  const memory = allocate(dtype, before + room);
  // What lies between the elements must not count: NaN, -1 and true are seen where it does.
  memory.fill(isFloat(dtype) ? NaN : dtype === "bool" ? 1 : -1);
  for (let i = 0; i < sizeOf(shape); i++) {
    let at = offset;
    for (let axis = 0; axis < shape.length; axis++) at += (Math.floor(i / from[axis]) % shape[axis]) * strides[axis];
    memory[at] = data[i];
  }
  // The same class with the same shape and dtype.
  return new Tensor(shape, dtype, viewStorage(memory, { shape, strides, offset }), null) as T;
}

/** Whether all elements along an axis are the same, bit for bit. */
function isConstantAlong({ shape, data }: Tensor, axis: number): boolean {
  const stride = rowMajorStrides(shape)[axis];
  for (let i = 0; i < data.length; i++) {
    const along = Math.floor(i / stride) % shape[axis];
    if (!Object.is(data[i], data[i - along * stride])) return false;
  }
  return true;
}
