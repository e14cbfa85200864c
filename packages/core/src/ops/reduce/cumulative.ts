import { DTypeError } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { definePrimitive, type Primitive, type Spec } from "../../primitive.ts";
import { normalizeAxis, sizeOf } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { cast } from "../cast.ts";
import { pickAxis } from "../declare.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { place } from "../movement/place.ts";
import { reshape } from "../movement/reshape.ts";
import { sliceBy } from "../movement/slice.ts";

/** Along which axis values run together (the elements in row-major order unless named), and from which end. */
export interface CumulativeOptions {
  readonly axis?: number | undefined;
  readonly reverse?: boolean | undefined;
}
interface CumulativeAttributes { readonly axis: number; readonly reverse: boolean }

/** The axis in the middle of a block: how many there are, its size, and the step along it. */
const block = ({ shape }: Spec, axis: number): readonly [outer: number, size: number, inner: number] =>
  [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];

const cumSumPrimitive: Primitive<CumulativeAttributes> = definePrimitive<CumulativeAttributes>({
  name: "cumSum",
  doc: "Running sums along an axis, out[i] = Σ x[j] over j ≤ i (j ≥ i in reverse); int32 wraps. NumPy: cumsum.",
  infer([x]) {
    if (x.dtype === "bool") throw new DTypeError("cumSum: takes numbers, not bool; cast it first");
    return x;
  },
  define([x], { axis, reverse }, out) {
    const [outer, size, inner] = block(x, axis);
    const integer = x.dtype === "int32";
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let total = 0;
        for (let step = 0; step < size; step++) {
          const at = (o * size + (reverse ? size - 1 - step : step)) * inner + i;
          total = integer ? (total + x.data[at]) | 0 : total + x.data[at];
          out.data[at] = total;
        }
      }
    }
  },
  lower: { kind: "named", kernel: "cumSum", sizes: ([x], { axis, reverse }) => [...block(x, axis), Number(reverse)] },
  vjp: [({ g, attributes: { axis, reverse } }) => bind(cumSumPrimitive, [g], { axis, reverse: !reverse })],
  sample(pick) {
    const { shape, axis } = pickAxis(pick);
    return {
      inputs: [{ shape, dtype: pick.oneOf(["float32", "float64", "int32"] as const), range: [-3, 3] }],
      attributes: { axis, reverse: pick.boolean() },
    };
  },
});

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

/** Elements moved `steps` places along an axis, toward its end if positive; ones come in. */
function shifted(x: Tensor, axis: number, steps: number): Tensor {
  const distance = Math.min(Math.abs(steps), x.shape[axis]);
  const at = (value: number): number[] => x.shape.map((_, k) => (k === axis ? value : 0));
  const unit = x.shape.map(() => 1);
  const stay = sliceBy(x, at(steps > 0 ? 0 : distance), unit, x.shape.map((extent, k) => (k === axis ? extent - distance : extent)));
  return place([stay], { shape: x.shape, fill: 1, starts: [at(steps > 0 ? distance : 0)], steps: [unit] });
}

/**
 * Running products by doubling: after each step an element holds the product of twice as many. About log₂ n products of
 * tensors, no division: zeros are elements like any other, and so are they to the gradients of every order.
 */
function runningProducts(x: Tensor, axis: number, reverse: boolean): Tensor {
  let products = x;
  for (let reach = 1; reach < x.shape[axis]; reach *= 2) products = mul(products, shifted(products, axis, reverse ? -reach : reach));
  return products;
}

/** For each element the product of all others along the axis: those before it times those behind. */
export function productsBeside(x: Tensor, axis: number): Tensor {
  return mul(shifted(runningProducts(x, axis, false), axis, 1), shifted(runningProducts(x, axis, true), axis, -1));
}

/**
 * Running products along an axis, out[i] = Π x[j] over j ≤ i (j ≥ i in `reverse`); without an axis, over all elements in
 * row-major order (rank 1). int32 wraps, bool counts as int32. Gradients are right at zeros. NumPy: cumprod.
 * @throws ShapeError for an axis out of range.
 * @example cumProd(tensor([1, 2, 3])); // [1, 2, 6]
 */
export function cumProd(x: Tensor, options: CumulativeOptions = {}): Tensor {
  const [numbers, { axis, reverse }] = alongAxis("cumProd", x, options);
  return runningProducts(numbers, axis, reverse);
}
