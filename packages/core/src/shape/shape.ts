import { NdgradError, ShapeError, showShape } from "../errors.ts";
import { describe } from "../options.ts";

/** The number of elements a shape holds; 1 for rank 0. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis];
  return size;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Frozen shapes that were asked for lately, by a number made of their sizes. */
const lately = new Array<readonly number[] | undefined>(1024);

/** A frozen list of the same sizes: most tensors have a shape that others had, and share it, since freezing takes longer than finding. */
export function frozenShape(shape: readonly number[]): readonly number[] {
  let hash = shape.length;
  for (let axis = 0; axis < shape.length; axis++) hash = (Math.imul(hash, 31) + shape[axis]) | 0;
  const at = (hash ^ (hash >>> 10)) & (lately.length - 1);
  const known = lately[at];
  if (known !== undefined && sameShape(known, shape)) return known;
  const frozen = Object.freeze([...shape]);
  lately[at] = frozen;
  return frozen;
}

/** The axes of a rank in order: 0, 1, … */
export function axesOf(rank: number): number[] {
  const axes: number[] = [];
  for (let axis = 0; axis < rank; axis++) axes.push(axis);
  return axes;
}

/** Some of the sizes of a shape. A frozen list's own `slice` takes several times as long as this one. */
export function sizesBetween(shape: readonly number[], start: number, end: number = shape.length): number[] {
  const sizes: number[] = [];
  for (let axis = start; axis < end; axis++) sizes.push(shape[axis]);
  return sizes;
}

/** Row-major strides, in elements. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

const isExtent = (value: unknown): boolean => typeof value === "number" && value >= 0 && value % 1 === 0;

/** Throws unless every size is a whole number from 0 up and the whole can be addressed. */
export function checkShape(op: string, shape: readonly number[]): void {
  if (!Array.isArray(shape)) throw new ShapeError(`${op}: a shape is a list of sizes, as in [2, 3], not ${describe(shape)}`);
  for (let axis = 0; axis < shape.length; axis++) {
    const extent: unknown = shape[axis];
    if (!isExtent(extent)) {
      throw new ShapeError(`${op}: ${String(extent)} is not a size in ${showShape(shape)}; sizes are whole numbers from 0 up`);
    }
  }
  checkSize(op, shape);
}

/** Throws where there are more elements than can be addressed. */
export function checkSize(op: string, shape: readonly number[]): void {
  if (sizeOf(shape) > 2 ** 31 - 1) throw new ShapeError(`${op}: ${showShape(shape)} has more than 2³¹ − 1 elements; work on it in parts`);
}

/** The shape that two shapes stretch to, aligned at the right: equal sizes agree and 1 stretches. */
export function broadcastShapes(op: string, a: readonly number[], b: readonly number[]): readonly number[] {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = i <= a.length ? a[a.length - i] : 1;
    const y = i <= b.length ? b[b.length - i] : 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${op}: cannot broadcast ${showShape(a)} with ${showShape(b)}: sizes ${x} and ${y} differ at axis −${i}; reshape or transpose one side`,
      );
    }
    out[rank - i] = x === 1 ? y : x;
  }
  return out;
}

/** An axis counted from the start: `-1` is the last. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const fromStart = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || fromStart < 0 || fromStart >= rank) {
    throw new ShapeError(`${op}: axis ${axis} is out of range for rank ${rank}; use ${rank === 0 ? "no axis" : `${-rank} … ${rank - 1}`}`);
  }
  return fromStart;
}

/** One axis, several or all (undefined), counted from the start, each once, in ascending order. */
export function normalizeAxes(op: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return axesOf(rank);
  const given = typeof axes === "number" ? [axes] : axes;
  const normalized = given.map((axis) => normalizeAxis(op, axis, rank)).sort((a, b) => a - b);
  for (let i = 1; i < normalized.length; i++) {
    if (normalized[i] === normalized[i - 1]) throw new ShapeError(`${op}: axis ${normalized[i]} is named twice in ${showShape(given)}`);
  }
  return normalized;
}

/** The shape left when `axes` (ascending) are reduced. */
export function reducedShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  const out: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    if (!axes.includes(axis)) out.push(shape[axis]);
    else if (keepDims) out.push(1);
  }
  return out;
}

/** A shape with at most one −1 filled in from the number of elements. */
export function resolveReshape(op: string, from: readonly number[], to: readonly number[]): readonly number[] {
  const size = sizeOf(from);
  let holes = 0;
  for (let axis = 0; axis < to.length; axis++) if (to[axis] === -1) holes++;
  if (holes > 1) throw new ShapeError(`${op}: ${showShape(to)} leaves more than one size open; give all but one`);
  const known = holes === 0 ? to : to.filter((extent) => extent !== -1);
  checkShape(op, known);
  const product = sizeOf(known);
  if (holes === 0 && product === size) return to;
  if (holes === 1 && product > 0 && size % product === 0) return to.map((extent) => (extent === -1 ? size / product : extent));
  throw new ShapeError(`${op}: ${showShape(from)} holds ${size} elements and cannot become ${showShape(to)}`);
}

/** Throws with `op`'s name unless `condition` holds. */
export function require(op: string, condition: boolean, sentence: () => string): asserts condition {
  if (!condition) throw new NdgradError(`${op}: ${sentence()}`);
}
