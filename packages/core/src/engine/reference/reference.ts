import { allocate, type TypedArray } from "../../dtype.ts";
import type { DenseArray, Primitive, Spec } from "../../primitive.ts";
import { sizeOf } from "../../shape/shape.ts";
import { copyRowMajor } from "../../storage.ts";
import { storageOf, type Tensor } from "../../tensor.ts";
import type { Engine } from "../engine.ts";

const toDense = (tensor: Tensor): DenseArray => {
  const data = new Float64Array(tensor.size);
  copyRowMajor(storageOf(tensor, "reference"), tensor.shape, data);
  return { shape: tensor.shape, dtype: tensor.dtype, data };
};

/** A primitive's definition applied to concrete tensors: float64 throughout, not rounded to the result's dtype. */
export function evaluate(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, out: Spec): Float64Array {
  const data = new Float64Array(sizeOf(out.shape));
  primitive.define(inputs.map(toDense), attributes, { shape: out.shape, dtype: out.dtype, data });
  return data;
}

/** Runs each primitive's definition: slow, obvious, and what every other engine is tested against. */
export const referenceEngine: Engine = {
  name: "reference",
  run(primitive, inputs, attributes, out): TypedArray {
    const result = allocate(out.dtype, sizeOf(out.shape));
    result.set(evaluate(primitive, inputs, attributes, out));
    return result;
  },
};
