import { loopWithOperands, type LoopKernel, type Operand } from "../program.ts";
import { greatestDivisor, known } from "../sizes.ts";

/** How many of a kernel's extents are not reduced. */
export const keptOf = ({ extents, reduce }: LoopKernel): number => extents.length - (reduce?.axes ?? 0);

/** The finest extents that two walks can both be counted through by, from the outermost on: [12, 5] and [4, 15] give [4, 3, 5]. */
export function commonExtents(a: readonly number[], b: readonly number[]): readonly number[] {
  const found: number[] = [];
  let [i, j] = [0, 0];
  let [left, right] = [1, 1];
  for (;;) {
    while (left === 1 && i < a.length) left = a[i++];
    while (right === 1 && j < b.length) right = b[j++];
    const size = greatestDivisor(left, right);
    if (size === 1) return found;
    found.push(size);
    left /= size;
    right /= size;
    // What is left of both has no common part, so no later extents line up.
    if (left > 1 && right > 1) return found;
  }
}

/** The same loop nest with `shared` as its first extents; `null` where they are not a part of its own. */
export function withShared(kernel: LoopKernel, shared: readonly number[]): LoopKernel | null {
  const kept = keptOf(kernel);
  const extents = kernel.extents.map(known);
  const pieces: { readonly axis: number; readonly extent: number; readonly factor: number }[] = [];
  let axis = 0;
  let left = extents[0];
  for (const size of shared) {
    while (left === 1 && axis + 1 < kept) left = extents[++axis];
    if (axis >= kept || left % size !== 0) return null;
    left /= size;
    pieces.push({ axis, extent: size, factor: left });
  }
  if (left > 1) pieces.push({ axis, extent: left, factor: 1 });
  for (let rest = axis + 1; rest < extents.length; rest++) if (rest >= kept || extents[rest] > 1) pieces.push({ axis: rest, extent: extents[rest], factor: 1 });
  const walk = (operand: Operand): Operand => ({ ...operand, strides: pieces.flatMap(({ axis: from, factor }) => (from < operand.strides.length ? [known(operand.strides[from]) * factor] : [])) });
  return { ...loopWithOperands(kernel, walk), extents: pieces.map(({ extent }) => extent) };
}

/** Where an operand is at one position of the shared extents, and how it moves along these. */
export interface SharedWalk {
  readonly buffer: number;
  readonly strides: readonly number[];
  /** The lowest and highest element at the first position. */
  readonly first: number;
  readonly last: number;
  /** A place that moves with a loop around, in words: places that move in different ways cannot be compared. */
  readonly moving: string;
}

export function sharedWalk({ extents }: LoopKernel, { buffer, strides, offset }: Operand, shared: number): SharedWalk {
  const start = typeof offset === "number" ? offset : "start" in offset ? offset.start : known(offset);
  let first = start;
  let last = start;
  strides.slice(shared).forEach((stride, axis) => {
    const reach = (known(extents[shared + axis]) - 1) * known(stride);
    if (reach < 0) first += reach;
    else last += reach;
  });
  return { buffer, strides: strides.slice(0, shared).map(known), first, last, moving: typeof offset === "number" ? "" : JSON.stringify(offset) };
}

/** Whether two operands are walked alike along the shared extents. */
export const inStep = (a: SharedWalk, b: SharedWalk): boolean => a.buffer === b.buffer && a.moving === b.moving && a.strides.every((stride, axis) => stride === b.strides[axis]);

/** Whether what one operand touches at a position, the other touches at no other position. */
export function apart(a: SharedWalk, b: SharedWalk, shared: readonly number[]): boolean {
  if (!inStep(a, b)) return false;
  let reach = Math.max(a.last, b.last) - Math.min(a.first, b.first);
  const axes = shared.map((extent, axis) => [Math.abs(a.strides[axis]), extent] as const).sort(([one], [other]) => one - other);
  for (const [stride, extent] of axes) {
    if (stride <= reach) return false;
    reach += stride * (extent - 1);
  }
  return true;
}
