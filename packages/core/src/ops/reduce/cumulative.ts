import { DTypeError, showSpec } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { definePrimitive, type DenseArray, type Primitive, type Spec } from "../../primitive.ts";
import { normalizeAxis, sameShape, sizeOf } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { cast } from "../cast.ts";
import { pickAxis } from "../declare.ts";
import { mul, neg, sub } from "../elementwise/arithmetic.ts";
import { isFinite, notEqual } from "../elementwise/comparison.ts";
import { exp2, log2 } from "../elementwise/exponential.ts";
import { maximum, minimum } from "../elementwise/extremes.ts";
import { logicalAnd } from "../elementwise/logical.ts";
import { abs, floor, round } from "../elementwise/rounding.ts";
import { where } from "../elementwise/where.ts";
import { place } from "../movement/place.ts";
import { reshape } from "../movement/reshape.ts";
import { sliceBy } from "../movement/slice.ts";
import { stopGradient } from "../stop-gradient.ts";
import { sum } from "./sum.ts";

/** Along which axis values run together (the elements in row-major order unless named), and from which end. */
export interface CumulativeOptions {
  readonly axis?: number | undefined;
  readonly reverse?: boolean | undefined;
}
interface CumulativeAttributes { readonly axis: number; readonly reverse: boolean }

/** The axis in the middle of a block: how many there are, its size, and the step along it. */
const block = ({ shape }: Spec, axis: number): readonly [outer: number, size: number, inner: number] =>
  [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];

/** Fills `out` along the axis: `next` makes each element of the one before it (NaN at the start). */
function alongEach(out: DenseArray, { axis, reverse }: CumulativeAttributes, next: (before: number, at: number, first: boolean) => number): void {
  const [outer, size, inner] = block(out, axis);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let running = NaN;
      for (let step = 0; step < size; step++) {
        const at = (o * size + (reverse ? size - 1 - step : step)) * inner + i;
        running = next(running, at, step === 0);
        out.data[at] = running;
      }
    }
  }
}

/** The declaration of a primitive that runs along an axis of numbers. */
function cumulative(name: "cumSum" | "cumProd", options: Pick<Primitive<CumulativeAttributes>, "doc" | "define" | "vjp">): Primitive<CumulativeAttributes> {
  return definePrimitive<CumulativeAttributes>({
    name,
    ...options,
    infer([x]) {
      if (x.dtype === "bool") throw new DTypeError(`${name}: takes numbers, not bool; cast it first`);
      return x;
    },
    lower: { kind: "named", kernel: name, sizes: ([x], { axis, reverse }) => [...block(x, axis), Number(reverse)] },
    sample(pick) {
      const { shape, axis } = pickAxis(pick);
      return {
        inputs: [{ shape, dtype: pick.oneOf(["float32", "float64", "int32"] as const), range: [-3, 3] }],
        attributes: { axis, reverse: pick.boolean() },
      };
    },
  });
}

const cumSumPrimitive: Primitive<CumulativeAttributes> = cumulative("cumSum", {
  doc: "Running sums along an axis, out[i] = Σ x[j] over j ≤ i (j ≥ i in reverse); int32 wraps. NumPy: cumsum.",
  define: ([x], attributes, out) => alongEach(out, attributes, (before, at, first) => {
    // The sum begins with +0, and +0 + −0 is +0.
    const total = (first ? 0 : before) + x.data[at];
    return x.dtype === "int32" ? total | 0 : total;
  }),
  vjp: [({ g, attributes: { axis, reverse } }) => bind(cumSumPrimitive, [g], { axis, reverse: !reverse })],
});

/** out[0] = b[0], out[i] = a[i]·out[i − 1] + b[i]: what gradients of running products are made of. */
const recurrencePrimitive: Primitive<CumulativeAttributes> = definePrimitive<CumulativeAttributes>({
  name: "recurrence",
  doc: "The linear recurrence out[i] = a[i]·out[i − 1] + b[i] along an axis, out[0] = b[0] (from the end in reverse); int32 wraps. SciPy: signal.lfilter.",
  infer([a, b]) {
    if (a.dtype !== b.dtype || a.dtype === "bool" || !sameShape(a.shape, b.shape)) {
      throw new DTypeError(`recurrence: takes two of one shape and dtype of numbers, not ${showSpec(a)} and ${showSpec(b)}; broadcast and promote first`);
    }
    return b;
  },
  define: ([a, b], attributes, out) => alongEach(out, attributes, (before, at, first) => {
    if (first) return b.data[at];
    return a.dtype === "int32" ? (Math.imul(a.data[at], before) + b.data[at]) | 0 : a.data[at] * before + b.data[at];
  }),
  lower: { kind: "named", kernel: "recurrence", sizes: ([a], { axis, reverse }) => [...block(a, axis), Number(reverse)] },
  vjp: [
    ({ g, inputs: [a], out, attributes }) => mul(pulledBack(a, g, attributes), shifted(out, attributes, 1, 0)),
    ({ g, inputs: [a], attributes }) => pulledBack(a, g, attributes),
  ],
  sample(pick) {
    const { shape, axis } = pickAxis(pick);
    const dtype = pick.oneOf(["float32", "float64", "int32"] as const);
    return { inputs: [{ shape, dtype, range: [-2, 2] }, { shape, dtype, range: [-3, 3] }], attributes: { axis, reverse: pick.boolean() } };
  },
});

/** What a recurrence's results get from the ones behind them, and from outside: a recurrence from the other end. */
const pulledBack = (a: Tensor, g: Tensor, { axis, reverse }: CumulativeAttributes): Tensor =>
  bind(recurrencePrimitive, [shifted(a, { axis, reverse }, -1, 0), g], { axis, reverse: !reverse });

/** What a function along one axis works on: the tensor, or its elements in a row. */
function alongAxis(op: string, x: Tensor, { axis, reverse = false }: CumulativeOptions): readonly [Tensor, CumulativeAttributes] {
  const numbers = x.dtype === "bool" ? cast(x, "int32") : x;
  if (axis === undefined) return [reshape(numbers, [x.size]), { axis: 0, reverse }];
  return [numbers, { axis: normalizeAxis(op, axis, x.rank), reverse }];
}

/**
 * Running sums along an axis, from its end in `reverse`; without an axis, over all elements in row-major order (rank 1).
 * bool counts as int32. Gradient: the running sums of g from the other end. NumPy: cumsum.
 * @throws ShapeError for an axis out of range.
 * @example cumSum(tensor([1, 2, 3])); // [1, 3, 6]
 */
export function cumSum(x: Tensor, options: CumulativeOptions = {}): Tensor {
  const [numbers, attributes] = alongAxis("cumSum", x, options);
  return bind(cumSumPrimitive, [numbers], attributes);
}

/** Elements moved one place along an axis, toward where it ends (1) or begins (−1); `fill` comes in. */
function shifted(x: Tensor, { axis, reverse }: CumulativeAttributes, steps: 1 | -1, fill: number): Tensor {
  const distance = Math.min(1, x.shape[axis]);
  const forward = (steps === 1) !== reverse;
  const at = (value: number): number[] => x.shape.map((_, k) => (k === axis ? value : 0));
  const unit = x.shape.map(() => 1);
  const stay = sliceBy(x, at(forward ? 0 : distance), unit, x.shape.map((extent, k) => (k === axis ? extent - distance : extent)));
  return place([stay], { shape: x.shape, fill, starts: [at(forward ? distance : 0)], steps: [unit] });
}

/** More than the exponent of any finite product that matters: powers of two beyond it give 0 and Infinity, whatever they meet. */
const largestExponent = 2000;

/** x · 2ᵏ for whole k, in two steps: 2ᵏ alone may be out of range where the result is not. */
function scaleByPower(x: Tensor, exponent: Tensor): Tensor {
  const within = minimum(maximum(exponent, -largestExponent), largestExponent);
  const half = floor(mul(within, 0.5));
  return mul(mul(x, exp2(half)), exp2(sub(within, half)));
}

/** Factors without their sizes: `factors · 2^exponents` is x, and no product of neighbouring factors from the start on is far from 1. */
interface Scaled {
  readonly factors: Tensor;
  /** Whole numbers. */
  readonly exponents: Tensor;
  /** Their running sums. */
  readonly running: Tensor;
}

/** Gradients take the exponents as constants: they cancel. */
function scaled(x: Tensor, attributes: CumulativeAttributes): Scaled {
  const size = stopGradient(abs(x));
  const logarithms = log2(where(logicalAnd(isFinite(size), notEqual(size, 0)), size, 1));
  const running = round(bind(cumSumPrimitive, [logarithms], attributes));
  const exponents = sub(running, shifted(running, attributes, 1, 0));
  return { factors: scaleByPower(x, neg(exponents)), exponents, running };
}

/** Whole products of long rows leave the range of their factors on the way: their gradients are computed in float64, sizes apart. */
const cumProdPrimitive: Primitive<CumulativeAttributes> = cumulative("cumProd", {
  doc: "Running products along an axis, out[i] = Π x[j] over j ≤ i (j ≥ i in reverse), in that order; int32 wraps. NumPy: cumprod.",
  define: ([x], attributes, out) => alongEach(out, attributes, (before, at, first) => {
    if (first) return x.data[at];
    return x.dtype === "int32" ? Math.imul(before, x.data[at]) : before * x.data[at];
  }),
  // ∂L/∂xⱼ = Πᵢ₍ᵢ<ⱼ₎ xᵢ · Σᵢ₍ᵢ≥ⱼ₎ gᵢ · Π₍ⱼ<ₖ≤ᵢ₎ xₖ: no division, so zeros are factors like any other.
  vjp: [({ g, inputs: [x], attributes }) => {
    const { factors, exponents, running } = scaled(cast(x, "float64"), attributes);
    const behind = pulledBack(factors, scaleByPower(cast(g, "float64"), running), attributes);
    const before = shifted(bind(cumProdPrimitive, [factors], attributes), attributes, 1, 1);
    return cast(scaleByPower(mul(before, behind), neg(exponents)), x.dtype);
  }],
});

/** For each element the product of all others along the axis: those before it times those behind. */
export function productsBeside(x: Tensor, axis: number): Tensor {
  const [forward, backward] = [false, true].map((reverse): CumulativeAttributes => ({ axis, reverse }));
  const { factors, exponents } = scaled(cast(x, "float64"), forward);
  const products = (attributes: CumulativeAttributes): Tensor => shifted(bind(cumProdPrimitive, [factors], attributes), attributes, 1, 1);
  const others = sub(sum(exponents, { axis, keepDims: true }), exponents);
  return cast(scaleByPower(mul(products(forward), products(backward)), others), x.dtype);
}

/**
 * Running products along an axis, out[i] = Π x[j] over j ≤ i (j ≥ i in `reverse`); without an axis, over all elements in
 * row-major order (rank 1). Factors meet in that order, those of float32 in float64. int32 wraps, bool counts as int32. Gradients
 * are right at zeros, and where factors are very large or small. NumPy: cumprod.
 * @throws ShapeError for an axis out of range.
 * @example cumProd(tensor([1, 2, 3])); // [1, 2, 6]
 */
export function cumProd(x: Tensor, options: CumulativeOptions = {}): Tensor {
  const [numbers, attributes] = alongAxis("cumProd", x, options);
  return bind(cumProdPrimitive, [numbers], attributes);
}
