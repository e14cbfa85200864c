import { DTypeError, ShapeError, showShape, showSpec } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { definePrimitive, type Primitive, type Spec } from "../../primitive.ts";
import { broadcastShapes, normalizeAxis, sameShape, sizeOf, sizesBetween } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { zerosLike } from "../creation.ts";
import { pickAxis, promoteAll } from "../declare.ts";
import type { Value } from "../literal.ts";
import { broadcastTo } from "../movement/broadcast-to.ts";
import { checkIndices, resolveIndex, toIndices, type Indices } from "./indices.ts";

/** The axis along which indices point, counted from the start. */
interface AxisAttributes { readonly axis: number }

/** Which axis indices point along: the first unless given. */
export interface TakeOptions { readonly axis?: number | undefined }

/** Whether a shape broadcasts to another without that one growing. */
const stretchesTo = (op: string, from: readonly number[], to: readonly number[]): boolean => sameShape(broadcastShapes(op, from, to), to);

/** The shape of what indices of a given shape take. */
const takenShape = (x: Spec, indices: Spec, axis: number): number[] => [...sizesBetween(x.shape, 0, axis), ...indices.shape, ...sizesBetween(x.shape, axis + 1)];

/** Sizes as the kernels read them: what lies before the axis, the axis, what lies after it, how many indices. */
const sizes = ([x, indices]: readonly Spec[], { axis }: AxisAttributes): readonly [outer: number, n: number, inner: number, m: number] =>
  [sizeOf(sizesBetween(x.shape, 0, axis)), x.shape[axis], sizeOf(sizesBetween(x.shape, axis + 1)), sizeOf(indices.shape)];

const takePrimitive: Primitive<AxisAttributes> = definePrimitive<AxisAttributes>({
  name: "take",
  doc: "out[…, j, …] = x[…, indices[j], …] along an axis; an index out of range is an error. NumPy: take.",
  infer: ([x, indices], { axis }) => ({ shape: takenShape(x, indices, axis), dtype: x.dtype }),
  define([x, indices], attributes, out) {
    const [outer, n, inner, m] = sizes([x, indices], attributes);
    for (let o = 0; o < outer; o++) {
      for (let j = 0; j < m; j++) {
        const from = (o * n + resolveIndex("take", indices.data[j], n)) * inner;
        for (let i = 0; i < inner; i++) out.data[(o * m + j) * inner + i] = x.data[from + i];
      }
    }
  },
  lower: { kind: "named", kernel: "take", sizes },
  vjp: [({ g, inputs: [x, indices], attributes }) => bind(takeAddPrimitive, [zerosLike(x), indices, g], attributes), null],
  sample(pick) {
    const { shape, axis } = pickAxis(pick, { leastSize: 1 });
    return {
      inputs: [
        { shape, dtype: pick.oneOf(["float32", "float64", "int32", "bool"]), range: [0, 1] },
        { shape: pick.shape({ mostRank: 2 }), dtype: "int32", range: [-shape[axis], shape[axis] - 1] },
      ],
      attributes: { axis },
    };
  },
});

const takeAddPrimitive: Primitive<AxisAttributes> = definePrimitive<AxisAttributes>({
  name: "takeAdd",
  doc: "x with out[…, indices[j], …] += updates[…, j, …], j ascending; the adjoint of take; int32 wraps. NumPy: add.at; PyTorch: index_add.",
  infer([x, indices, updates], { axis }) {
    if (x.dtype !== updates.dtype || x.dtype === "bool") throw new DTypeError(`takeAdd: adds numbers of one dtype, not ${showSpec(updates)} to ${showSpec(x)}; cast first`);
    const shape = takenShape(x, indices, axis);
    if (!sameShape(updates.shape, shape)) throw new ShapeError(`takeAdd: updates of ${showShape(updates.shape)} where ${showShape(indices.shape)} indices into ${showShape(x.shape)} take ${showShape(shape)}`);
    return x;
  },
  define([x, indices, updates], attributes, out) {
    const [outer, n, inner, m] = sizes([x, indices], attributes);
    out.data.set(x.data);
    for (let o = 0; o < outer; o++) {
      for (let j = 0; j < m; j++) {
        const to = (o * n + resolveIndex("takeAdd", indices.data[j], n)) * inner;
        for (let i = 0; i < inner; i++) {
          const total = out.data[to + i] + updates.data[(o * m + j) * inner + i];
          out.data[to + i] = out.dtype === "int32" ? total | 0 : total;
        }
      }
    }
  },
  lower: { kind: "named", kernel: "takeAdd", sizes },
  vjp: [({ g }) => g, null, ({ g, inputs: [, indices], attributes }) => bind(takePrimitive, [g, indices], attributes)],
  sample(pick) {
    const { shape, axis } = pickAxis(pick, { leastSize: 1 });
    const dtype = pick.oneOf(["float32", "float64", "int32"] as const);
    const indices = { shape: pick.shape({ mostRank: 2 }), dtype: "int32", range: [-shape[axis], shape[axis] - 1] } as const;
    const updates = { shape: takenShape({ shape, dtype }, indices, axis), dtype, range: [-3, 3] } as const;
    return { inputs: [{ shape, dtype, range: [-3, 3] }, indices, updates], attributes: { axis } };
  },
});

/**
 * Elements picked by index along an axis: out[…, j, …] = x[…, indices[j], …]. The result has the indices' axes in the place
 * of the axis: a number takes the axis away. NumPy: take; PyTorch: index_select.
 * @param indices int32 of any shape, or whole numbers; −1 is the last place.
 * @throws ShapeError for an index out of range (of a traced one, when the compiled program runs) or an axis out of range; DTypeError for indices
 *   that are not int32.
 * @example take(tensor([[1, 2], [3, 4], [5, 6]]), [2, 0]) // [[5, 6], [1, 2]]
 */
export function take(x: Tensor, indices: Indices, { axis = 0 }: TakeOptions = {}): Tensor {
  const along = normalizeAxis("take", axis, x.rank);
  const places = toIndices("take", indices);
  checkIndices("take", places, x.shape, along);
  return bind(takePrimitive, [x, places], { axis: along });
}

/**
 * A tensor with something added at the places that indices name: out[…, indices[j], …] = x[…, indices[j], …] +
 * updates[…, j, …]. An index that comes twice adds twice. The adjoint of `take`. NumPy: add.at; PyTorch: index_add.
 * @param indices int32 of any shape, or whole numbers; −1 is the last place.
 * @param updates Broadcasts to the shape that `take(x, indices)` has.
 * @throws ShapeError for an index out of range (of a traced one, when the compiled program runs), an axis out of range, or updates of another
 *   shape; DTypeError for indices that are not int32.
 * @example takeAdd(zeros([3]), [0, 2, 0], tensor([1, 2, 3])) // [4, 0, 2]
 */
export function takeAdd(x: Tensor, indices: Indices, updates: Value, { axis = 0 }: TakeOptions = {}): Tensor {
  const along = normalizeAxis("takeAdd", axis, x.rank);
  const places = toIndices("takeAdd", indices);
  checkIndices("takeAdd", places, x.shape, along);
  const [to, added] = promoteAll("takeAdd", [x, updates], "number");
  const shape = takenShape(x, places, along);
  if (!stretchesTo("takeAdd", added.shape, shape)) {
    throw new ShapeError(`takeAdd: updates of ${showShape(added.shape)} do not stretch to ${showShape(shape)}, what ${showShape(places.shape)} indices take from ${showShape(x.shape)}`);
  }
  return bind(takeAddPrimitive, [to, places, broadcastTo(added, shape)], { axis: along });
}
