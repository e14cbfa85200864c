import { rowMajorStrides, sameShape, sizeOf } from "./shape.ts";

/** How a view walks its array: element `[i, j]` of a tensor stands at `offset + i·strides[0] + j·strides[1]`. */
export interface Layout {
  readonly shape: readonly number[];
  /** In elements; 0 where an axis is stretched, negative where it is flipped. */
  readonly strides: readonly number[];
  readonly offset: number;
}

export const rowMajor = (shape: readonly number[]): Layout => ({ shape, strides: rowMajorStrides(shape), offset: 0 });

/** Whether elements follow each other without a gap in row-major order (the offset may be anything). */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis];
    if (extent === 0) return true;
    if (extent !== 1 && strides[axis] !== step) return false;
    step *= extent;
  }
  return true;
}

/** The axes in a new order. */
export function permuteLayout(layout: Layout, order: readonly number[]): Layout {
  return { shape: order.map((axis) => layout.shape[axis]), strides: order.map((axis) => layout.strides[axis]), offset: layout.offset };
}

/** Stretches axes of size 1, and adds leading ones, by walking them with stride 0. */
export function broadcastLayout(layout: Layout, shape: readonly number[]): Layout {
  const added = shape.length - layout.shape.length;
  const strides = new Array<number>(shape.length);
  for (let axis = 0; axis < shape.length; axis++) strides[axis] = axis < added || layout.shape[axis - added] !== shape[axis] ? 0 : layout.strides[axis - added];
  return { shape, strides, offset: layout.offset };
}

/** Every `step`-th element from `start`, `count` of them, on each axis; steps may be negative. */
export function sliceLayout(layout: Layout, starts: readonly number[], steps: readonly number[], counts: readonly number[]): Layout {
  let offset = layout.offset;
  for (let axis = 0; axis < starts.length; axis++) if (counts[axis] > 0) offset += starts[axis] * layout.strides[axis];
  return { shape: counts, strides: layout.strides.map((stride, axis) => stride * steps[axis]), offset };
}

/**
 * The same elements in row-major order under another shape of equal size, where strides can express it;
 * `null` where the elements would have to be copied.
 */
export function reshapeLayout(layout: Layout, shape: readonly number[]): Layout | null {
  if (sameShape(layout.shape, shape)) return layout;
  if (sizeOf(shape) === 0 || isContiguous(layout.shape, layout.strides)) return { shape, strides: rowMajorStrides(shape), offset: layout.offset };
  // Axes of size 1 say nothing about strides: leave them out of the matching.
  const from = layout.shape.map((_, axis) => axis).filter((axis) => layout.shape[axis] !== 1);
  const strides = new Array<number>(shape.length).fill(0);
  let old = 0;
  let axis = 0;
  while (axis < shape.length) {
    if (shape[axis] === 1) { axis++; continue; }
    // Match one group of new axes with one group of old axes that hold as many elements.
    let end = axis + 1;
    let oldEnd = old + 1;
    let size = shape[axis];
    let oldSize = layout.shape[from[old]];
    while (size !== oldSize) {
      if (size < oldSize) size *= shape[end++];
      else oldSize *= layout.shape[from[oldEnd++]];
    }
    for (let k = old; k + 1 < oldEnd; k++) {
      if (layout.strides[from[k]] !== layout.strides[from[k + 1]] * layout.shape[from[k + 1]]) return null;
    }
    let step = layout.strides[from[oldEnd - 1]];
    for (let k = end - 1; k >= axis; k--) {
      strides[k] = step;
      step *= shape[k];
    }
    axis = end;
    old = oldEnd;
  }
  return { shape, strides, offset: layout.offset };
}

/** A layout taken apart at one of its axes. */
export interface Cut {
  /** The axes before it, to find where each first row begins. */
  readonly before: Layout;
  /** From a row to the next along the axis. */
  readonly step: number;
  /** The axes after it, which make a row, and whether that has no gaps. */
  readonly row: { readonly shape: readonly number[]; readonly strides: readonly number[]; readonly contiguous: boolean };
}

/** Cuts a layout at the axis of size `count` that has `outer` elements before it: among axes of size 1 there, any is as good. */
export function cutLayout({ shape, strides, offset }: Layout, outer: number, count: number): Cut {
  let axis = 0;
  for (let size = 1; axis < shape.length && (size !== outer || shape[axis] !== count); axis++) size *= shape[axis];
  const row = { shape: shape.slice(axis + 1), strides: strides.slice(axis + 1) };
  return {
    before: { shape: shape.slice(0, axis), strides: strides.slice(0, axis), offset },
    step: strides[axis],
    row: { ...row, contiguous: isContiguous(row.shape, row.strides) },
  };
}

/** Where the element with a number in row-major order stands. */
export function placeOf({ shape, strides, offset }: Layout, index: number): number {
  let place = offset;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place += (index % shape[axis]) * strides[axis];
    index = Math.floor(index / shape[axis]);
  }
  return place;
}

/** The first and the last place (inclusive) that a layout touches; `null` where it holds no element. */
export function span(layout: Layout): readonly [first: number, last: number] | null {
  let first = layout.offset;
  let last = layout.offset;
  for (let axis = 0; axis < layout.shape.length; axis++) {
    if (layout.shape[axis] === 0) return null;
    const reach = (layout.shape[axis] - 1) * layout.strides[axis];
    if (reach < 0) first += reach;
    else last += reach;
  }
  return [first, last];
}
