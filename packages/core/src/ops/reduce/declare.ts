import type { DType } from "../../dtype.ts";
import type { Combine } from "../../engine/lowering.ts";
import { DTypeError, ShapeError, showShape } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { definePrimitive, type GradientRule, type Primitive } from "../../primitive.ts";
import { normalizeAxes, reducedShape, rowMajorStrides, sizeOf } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { broadcastTo } from "../movement/broadcast-to.ts";
import { reshape, reshaped } from "../movement/reshape.ts";

/** Which axes a reduction takes away (all unless named), and whether they stay with size 1. */
export interface ReduceOptions {
  readonly axis?: number | readonly number[] | undefined;
  readonly keepDims?: boolean | undefined;
}
/** The axes of a reduction, from the start and ascending. */
export interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** A value per reduced group, as if its axes had size 1: what a rule broadcasts against the input. */
export const keepReduced = (reduced: Tensor, x: Tensor, { axes }: ReduceAttributes): Tensor =>
  reshape(reduced, reducedShape(x.shape, axes, true));

/** A value per reduced group, repeated over the group. */
export const spread = (reduced: Tensor, x: Tensor, attributes: ReduceAttributes): Tensor =>
  broadcastTo(keepReduced(reduced, x, attributes), x.shape);

/** The declaration of a primitive that makes one element of many. */
export interface Reduction {
  readonly name: string;
  readonly doc: string;
  readonly combine: Combine;
  /** The dtypes it takes, and what each gives. */
  readonly gives: { readonly [K in DType]?: DType };
  /** The definition: one number of a group's elements in row-major order, in float64. */
  readonly define: (group: Float64Array, dtype: DType) => number;
  /** Why an empty group is refused, where the reduction has no value for it. */
  readonly noEmptyGroup?: string;
  readonly vjp: readonly [GradientRule<ReduceAttributes>] | null;
  /** The dtypes of which a single element, reduced, is itself to the last bit. */
  readonly keepsOne?: readonly DType[];
  readonly range: readonly [number, number];
  /** The result depends on which element is extreme: ties are kinks. */
  readonly distinct?: boolean;
}

/** An operation that reduces axes, and the primitive it binds. */
export interface ReduceOp {
  (x: Tensor, options?: ReduceOptions): Tensor;
  readonly primitive: Primitive<ReduceAttributes>;
}

const known: (readonly number[])[] = [];
/** 0, 1, …, rank − 1: made once for each rank, since small reductions take no longer than making it. */
const allAxes = (rank: number): readonly number[] => (known[rank] ??= Array.from({ length: rank }, (_, axis) => axis));

/** Enters a reduction into the registry, and gives the function that binds it. */
export function reduction(options: Reduction): ReduceOp {
  const { name, gives } = options;
  const primitive = definePrimitive<ReduceAttributes>({
    name,
    doc: options.doc,
    infer([x], { axes, keepDims }) {
      const dtype = gives[x.dtype];
      if (dtype === undefined) throw new DTypeError(`${name}: does not take ${x.dtype}; cast it first`);
      if (options.noEmptyGroup !== undefined && axes.some((axis) => x.shape[axis] === 0) && sizeOf(reducedShape(x.shape, axes, false)) > 0) {
        throw new ShapeError(`${name}: ${showShape(x.shape)} has no elements along axis ${axes.join(", ")}; ${options.noEmptyGroup}`);
      }
      return { shape: reducedShape(x.shape, axes, keepDims), dtype };
    },
    define([x], { axes }, out) {
      const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
      const strides = rowMajorStrides(x.shape);
      const group = new Float64Array(sizeOf(axes.map((axis) => x.shape[axis])));
      // The place of element `flat` of the block spanned by `along`.
      const place = (along: readonly number[], flat: number): number => {
        let at = 0;
        for (let k = along.length - 1; k >= 0; k--) {
          at += (flat % x.shape[along[k]]) * strides[along[k]];
          flat = Math.floor(flat / x.shape[along[k]]);
        }
        return at;
      };
      for (let i = 0; i < out.data.length; i++) {
        const base = place(kept, i);
        for (let j = 0; j < group.length; j++) group[j] = x.data[base + place(axes, j)];
        out.data[i] = options.define(group, x.dtype);
      }
    },
    lower: { kind: "reduce", combine: options.combine, axes: ({ axes }) => axes },
    simplify: ([x], { axes }, out) => (options.keepsOne?.includes(x.dtype) === true && axes.every((axis) => x.shape[axis] === 1) ? reshaped(x, out.shape) : null),
    vjp: options.vjp,
    sample(pick) {
      const shape = pick.shape(options.noEmptyGroup === undefined ? {} : { leastSize: 1 });
      const axes = shape.map((_, axis) => axis).filter(() => pick.boolean());
      const taken = (["float32", "float64", "int32", "bool"] as const).filter((dtype) => gives[dtype] !== undefined);
      const dtype = pick.oneOf(taken);
      const range = dtype === "bool" ? ([0, 1] as const) : options.range;
      return { inputs: [{ shape, dtype, range, ...(options.distinct === true ? { distinct: true } : {}) }], attributes: { axes, keepDims: pick.boolean() } };
    },
  });
  const op = (x: Tensor, { axis, keepDims = false }: ReduceOptions = {}): Tensor =>
    bind(primitive, [x], { axes: axis === undefined ? allAxes(x.rank) : normalizeAxes(name, axis, x.rank), keepDims });
  return Object.assign(op, { primitive });
}
