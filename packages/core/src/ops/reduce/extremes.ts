import { dtypes } from "../../dtype.ts";
import type { Tensor } from "../../tensor.ts";
import { cast } from "../cast.ts";
import { div, mul } from "../elementwise/arithmetic.ts";
import { equal, isNaN } from "../elementwise/comparison.ts";
import { logicalOr } from "../elementwise/logical.ts";
import type { GradientRule } from "../../primitive.ts";
import { keepReduced, reduction, spread, type ReduceAttributes, type ReduceOp } from "./declare.ts";
import { sum } from "./sum.ts";

/** The elements that are extreme share g equally. */
const shareAmongTies: GradientRule<ReduceAttributes> = ({ g, inputs: [x], out, attributes }) => {
  // Where the extreme is NaN, the NaNs are what it depends on.
  const extreme: Tensor = cast(logicalOr(equal(x, spread(out, x, attributes)), isNaN(x)), x.dtype);
  const ties = sum(extreme, { axis: attributes.axes, keepDims: true });
  return mul(extreme, div(keepReduced(g, x, attributes), ties));
};

const sameDType = { float32: "float32", float64: "float64", int32: "int32", bool: "bool" } as const;

export const max: ReduceOp = reduction({
  name: "max",
  doc: "The largest element over axes, NaN if there is one; elements that tie share the gradient. NumPy: max.",
  combine: "max",
  gives: sameDType,
  define: (group) => group.reduce((most, x) => Math.max(most, x), -Infinity),
  noEmptyGroup: "max of nothing has no value",
  vjp: [shareAmongTies],
  keepsOne: dtypes,
  range: [-3, 3],
  distinct: true,
});

export const min: ReduceOp = reduction({
  name: "min",
  doc: "The smallest element over axes, NaN if there is one; elements that tie share the gradient. NumPy: min.",
  combine: "min",
  gives: sameDType,
  define: (group) => group.reduce((least, x) => Math.min(least, x), Infinity),
  noEmptyGroup: "min of nothing has no value",
  vjp: [shareAmongTies],
  keepsOne: dtypes,
  range: [-3, 3],
  distinct: true,
});

/** The first place where `beats` finds nothing better; NaN beats everything. */
const positionOf = (beats: (x: number, best: number) => boolean) => (group: Float64Array): number => {
  let best = 0;
  for (let i = 1; i < group.length; i++) {
    if (!Number.isNaN(group[best]) && (Number.isNaN(group[i]) || beats(group[i], group[best]))) best = i;
  }
  return best;
};

const position = { float32: "int32", float64: "int32", int32: "int32", bool: "int32" } as const;

export const argMax: ReduceOp = reduction({
  name: "argMax",
  doc: "The position of the first largest element (or first NaN) over axes, counted in row-major order; int32. NumPy: argmax.",
  combine: "argMax",
  gives: position,
  define: positionOf((x, best) => x > best),
  noEmptyGroup: "nothing has no largest element",
  vjp: null,
  range: [-3, 3],
});

export const argMin: ReduceOp = reduction({
  name: "argMin",
  doc: "The position of the first smallest element (or first NaN) over axes, counted in row-major order; int32. NumPy: argmin.",
  combine: "argMin",
  gives: position,
  define: positionOf((x, best) => x < best),
  noEmptyGroup: "nothing has no smallest element",
  vjp: null,
  range: [-3, 3],
});
