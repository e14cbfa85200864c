import { ShapeError, showShape } from "../../errors.ts";
import { describe } from "../../options.ts";
import { bind } from "../../graph/bind.ts";
import { callOf, nodeOf } from "../../graph/graph.ts";
import { definePrimitive, type Primitive } from "../../primitive.ts";
import { sliceLayout } from "../../shape/layout.ts";
import { normalizeAxes, rowMajorStrides } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { place } from "./place.ts";
import { squeeze } from "./reshape.ts";

/** From where, in which steps (negative: backwards) and how many elements are taken on each axis. */
interface SliceAttributes {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly counts: readonly number[];
}

const slicePrimitive: Primitive<SliceAttributes> = definePrimitive<SliceAttributes>({
  name: "slice",
  doc: "Every step-th element from a start on each axis, without copying. NumPy: x[start:stop:step, …].",
  infer: ([x], { counts }) => ({ shape: counts, dtype: x.dtype }),
  define([x], { starts, steps, counts }, out) {
    const from = rowMajorStrides(x.shape);
    const to = rowMajorStrides(counts);
    for (let i = 0; i < out.data.length; i++) {
      let at = 0;
      for (let k = 0; k < counts.length; k++) at += (starts[k] + (Math.floor(i / to[k]) % counts[k]) * steps[k]) * from[k];
      out.data[i] = x.data[at];
    }
  },
  lower: { kind: "view", layout: (layout, { starts, steps, counts }) => sliceLayout(layout, starts, steps, counts) },
  simplify([x], { starts, steps, counts }) {
    const before = callOf(slicePrimitive, x);
    if (before === null) return null;
    const { attributes: first } = before;
    return nodeOf(slicePrimitive, before.inputs[0], {
      starts: starts.map((start, axis) => first.starts[axis] + start * first.steps[axis]), steps: steps.map((step, axis) => step * first.steps[axis]), counts,
    });
  },
  // The adjoint of taking elements is putting them back among zeros.
  vjp: [({ g, inputs: [x], attributes: { starts, steps } }) => place([g], { shape: x.shape, fill: 0, starts: [starts], steps: [steps] })],
  sample(pick) {
    const shape = pick.shape({ leastSize: 1 });
    const steps = shape.map(() => pick.oneOf([1, 1, 2, -1, -2]));
    const starts = shape.map((extent) => pick.integer(0, extent - 1));
    const counts = shape.map((extent, k) => pick.integer(0, 1 + Math.floor((steps[k] > 0 ? extent - 1 - starts[k] : starts[k]) / Math.abs(steps[k]))));
    return { inputs: [{ shape, dtype: pick.oneOf(["float32", "float64", "int32", "bool"]), range: [0, 1] }], attributes: { starts, steps, counts } };
  },
});

/** What is taken along one axis: an index (the axis goes), or start, stop and step as in NumPy (the axis stays). */
export type SliceRange = number | StartStopStep;
/** As in `start:stop:step`; `null` or nothing leaves a bound open. */
export type StartStopStep = readonly [start?: number | null | undefined, stop?: number | null | undefined, step?: number | undefined];

function resolveRange(range: StartStopStep, extent: number): readonly [start: number, step: number, count: number] {
  const step = range[2] ?? 1;
  if (!Number.isInteger(step) || step === 0) throw new ShapeError(`slice: a step of ${step}; steps are whole numbers other than 0`);
  for (const bound of [range[0], range[1]]) {
    if (bound !== undefined && bound !== null && !Number.isInteger(bound)) throw new ShapeError(`slice: ${bound} is not a whole number`);
  }
  const clamp = (bound: number, least: number, most: number): number => Math.min(Math.max(bound < 0 ? bound + extent : bound, least), most);
  const start = step > 0 ? clamp(range[0] ?? 0, 0, extent) : clamp(range[0] ?? extent - 1, -1, extent - 1);
  // A missing stop of a backward slice lies before the first element, where no index reaches.
  const stop = step > 0 ? clamp(range[1] ?? extent, 0, extent) : range[1] === undefined || range[1] === null ? -1 : clamp(range[1], -1, extent - 1);
  return [start, step, Math.max(0, Math.ceil((stop - start) / step))];
}

/** Part of a tensor: one range or index per leading axis, the other axes whole. */
export function slice(x: Tensor, ranges: readonly SliceRange[]): Tensor {
  if (ranges.length > x.rank) throw new ShapeError(`slice: ${ranges.length} ranges for ${showShape(x.shape)}; give one per axis at most`);
  const dropped: number[] = [];
  const resolved = x.shape.map((extent, axis) => {
    const range: SliceRange = axis < ranges.length ? ranges[axis] : [];
    if (Array.isArray(range) && range.length <= 3) return resolveRange(range as StartStopStep, extent);
    if (typeof range !== "number") throw new ShapeError(`slice: ${describe(range)} at axis ${axis} is no range; give an index, or [start, stop, step] with null for an open bound`);
    const index = range < 0 ? range + extent : range;
    if (!Number.isInteger(range) || index < 0 || index >= extent) {
      throw new ShapeError(`slice: index ${range} is out of range for axis ${axis} of ${showShape(x.shape)}; use ${-extent} … ${extent - 1}`);
    }
    dropped.push(axis);
    return [index, 1, 1] as const;
  });
  const sliced = sliceBy(x, resolved.map(([start]) => start), resolved.map(([, step]) => step), resolved.map(([, , count]) => count));
  return dropped.length === 0 ? sliced : squeeze(sliced, dropped);
}

/** The same with starts, steps and counts already resolved. */
export function sliceBy(x: Tensor, starts: readonly number[], steps: readonly number[], counts: readonly number[]): Tensor {
  const whole = counts.every((count, axis) => count === x.shape[axis] && steps[axis] === 1);
  return whole ? x : bind(slicePrimitive, [x], { starts, steps, counts });
}

/** The elements in reverse along the axes named, or along all. */
export function flip(x: Tensor, axis?: number | readonly number[]): Tensor {
  const axes = normalizeAxes("flip", axis, x.rank);
  return sliceBy(
    x,
    x.shape.map((extent, at) => (axes.includes(at) ? Math.max(extent - 1, 0) : 0)),
    x.shape.map((_, at) => (axes.includes(at) ? -1 : 1)),
    x.shape,
  );
}
