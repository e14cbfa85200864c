import { evaluate, isFloat, type DType, type Primitive, type Spec, type Tensor } from "@ndgrad/core/internal";
import { absolute } from "./inputs.ts";

/** What an engine's element must be: near `expected` within `error`, or within some units in the last place where that is `null`. */
export interface Demand {
  readonly expected: Float64Array;
  /** The absolute error allowed, element by element; `null`: `ulps` units in the last place. */
  readonly error: Float64Array | null;
  readonly ulps: number;
}

/** Units in the last place that an elementwise function may be off: the definitions themselves are off by one or two in float64. */
const ulpsOf: Readonly<Record<DType, number>> = { float32: 2, float64: 4, int32: 0, bool: 0 };

/** Half a unit in the last place at 1. */
const unit: Readonly<Record<DType, number>> = { float32: 2 ** -24, float64: 2 ** -53, int32: 0, bool: 0 };

/**
 * What the definition says, in float64 on the inputs as they are, and how far off an engine may be: some units in the last
 * place for elementwise functions; nothing where elements are only moved or chosen; for sums and products the rounding
 * of as many steps as there are elements, relative to the result for the elements' absolute values.
 */
export function demand(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, out: Spec): Demand {
  const expected = evaluate(primitive, inputs, attributes, out);
  const { lower } = primitive;
  const exact = { expected, error: null, ulps: 0 };
  if (!isFloat(out.dtype)) return exact;
  if (lower.kind === "elementwise") return { expected, error: null, ulps: ulpsOf[out.dtype] };
  if (lower.kind === "view" || lower.kind === "place") return exact;
  if (lower.kind === "reduce" && lower.combine !== "sum" && lower.combine !== "prod") return exact;
  const steps = 8 + 2 * Math.max(0, ...inputs.map(({ size }) => size));
  const scale = evaluate(primitive, inputs.map(absolute), attributes, out);
  return { expected, error: scale.map((size) => steps * unit[out.dtype] * Math.abs(size)), ulps: 0 };
}

/** Whether element `i` is as demanded; NaN equals NaN, infinities their like, and an exact zero has its sign. */
export function meets(got: number, { expected, error, ulps }: Demand, i: number, dtype: DType): boolean {
  const exact = expected[i];
  const rounded = dtype === "float32" ? Math.fround(exact) : exact;
  if (Object.is(got, rounded) || (!isFloat(dtype) && got === rounded)) return true;
  if (Number.isNaN(got) || Number.isNaN(exact)) return false;
  if (error !== null) return got === rounded || Math.abs(got - exact) <= error[i];
  if (exact === 0) return false;
  return ulps > 0 && distance(got, rounded, dtype) <= ulps;
}

const words = new DataView(new ArrayBuffer(8));

/** How many floats of a dtype lie from one to the other. */
export function distance(a: number, b: number, dtype: DType): number {
  return Number(ordinal(a, dtype) - ordinal(b, dtype) < 0n ? ordinal(b, dtype) - ordinal(a, dtype) : ordinal(a, dtype) - ordinal(b, dtype));
}

/** Floats counted from 0 in their order. */
function ordinal(value: number, dtype: DType): bigint {
  if (dtype === "float32") {
    words.setFloat32(0, Math.abs(value));
    return BigInt(words.getUint32(0)) * (value < 0 ? -1n : 1n);
  }
  words.setFloat64(0, Math.abs(value));
  return words.getBigUint64(0) * (value < 0 ? -1n : 1n);
}
