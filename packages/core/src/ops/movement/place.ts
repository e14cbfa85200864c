import { DTypeError, ShapeError, showShape } from "../../errors.ts";
import { describe } from "../../options.ts";
import { bind } from "../../graph/bind.ts";
import { definePrimitive } from "../../primitive.ts";
import { checkShape, checkSize, normalizeAxis, rowMajorStrides } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkElement } from "../literal.ts";
import { sliceBy } from "./slice.ts";

/** A result of `shape` full of `fill`, and for each input where its elements go. */
interface PlaceAttributes {
  readonly shape: readonly number[];
  readonly fill: number;
  readonly starts: readonly (readonly number[])[];
  readonly steps: readonly (readonly number[])[];
}

const placePrimitive = definePrimitive<PlaceAttributes>({
  name: "place",
  doc: "out[starts + steps · i] = x[i] for each input, one value elsewhere; the adjoint of slicing. NumPy: pad, concatenate.",
  infer: ([first], { shape }) => ({ shape, dtype: first.dtype }),
  define(inputs, { shape, fill, starts, steps }, out) {
    out.data.fill(fill);
    const to = rowMajorStrides(shape);
    inputs.forEach((input, which) => {
      const from = rowMajorStrides(input.shape);
      for (let i = 0; i < input.data.length; i++) {
        let at = 0;
        for (let k = 0; k < shape.length; k++) at += (starts[which][k] + (Math.floor(i / from[k]) % input.shape[k]) * steps[which][k]) * to[k];
        out.data[at] = input.data[i];
      }
    });
  },
  lower: {
    kind: "place",
    fill: ({ fill }) => fill,
    regions: (inputs, { starts, steps }) => inputs.map((_, which) => ({ starts: starts[which], steps: steps[which] })),
  },
  vjp: ({ g, inputs, index, attributes: { starts, steps } }) => sliceBy(g, starts[index], steps[index], inputs[index].shape),
  sample(pick) {
    const shape = pick.shape({ leastRank: 1 });
    const axis = pick.integer(0, shape.length - 1);
    const dtype = pick.oneOf(["float32", "float64", "int32", "bool"] as const);
    const second = shape.map((extent, at) => (at === axis ? pick.integer(0, 3) : extent));
    const whole = shape.map((extent, at) => (at === axis ? extent + second[axis] : extent) + 1);
    const steps = shape.map(() => 1);
    const starts = shape.map((extent, at) => (at === axis ? extent : 0));
    return {
      inputs: [{ shape, dtype, range: [0, 1] }, { shape: second, dtype, range: [0, 1] }],
      attributes: { shape: whole, fill: pick.integer(0, 1), starts: [shape.map(() => 0), starts], steps: [steps, steps] },
    };
  },
});

/** Tensors in blocks of a larger one; the rest holds `fill`. */
export function place(tensors: readonly Tensor[], attributes: PlaceAttributes): Tensor {
  return bind(placePrimitive, tensors, attributes);
}

/** Tensors one after the other along an axis; the other sizes agree. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ShapeError("concat: no tensors; give at least one");
  const [first] = tensors;
  const along = normalizeAxis("concat", axis, first.rank);
  const steps = first.shape.map(() => 1);
  let total = 0;
  const starts = tensors.map((tensor) => {
    if (tensor.dtype !== first.dtype) throw new DTypeError(`concat: ${first.dtype} beside ${tensor.dtype}; cast them to one dtype`);
    if (tensor.rank !== first.rank || tensor.shape.some((extent, at) => at !== along && extent !== first.shape[at])) {
      throw new ShapeError(`concat: ${showShape(tensor.shape)} does not join ${showShape(first.shape)} along axis ${along}; the other sizes must agree`);
    }
    const start = first.shape.map((_, at) => (at === along ? total : 0));
    total += tensor.shape[along];
    return start;
  });
  if (tensors.length === 1) return first;
  const shape = first.shape.map((extent, at) => (at === along ? total : extent));
  checkSize("concat", shape);
  return place(tensors, { shape, fill: 0, starts, steps: tensors.map(() => steps) });
}

/** More places before and after each axis, filled with `value`. */
export function pad(x: Tensor, padding: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
  if (padding.length !== x.rank) throw new ShapeError(`pad: ${padding.length} pairs for ${showShape(x.shape)}; give [before, after] for each axis`);
  for (const pair of padding) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new ShapeError(`pad: ${describe(pair)} is no pair; give [before, after] for each axis`);
    checkShape("pad", pair);
  }
  checkElement("pad", value, x.dtype);
  const shape = x.shape.map((extent, axis) => extent + padding[axis][0] + padding[axis][1]);
  checkShape("pad", shape);
  return place([x], { shape, fill: value, starts: [padding.map(([before]) => before)], steps: [padding.map(() => 1)] });
}
