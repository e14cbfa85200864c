import { DTypeError, ShapeError, showShape, showSpec } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { definePrimitive, type Primitive, type Spec } from "../../primitive.ts";
import { broadcastShapes, checkSize, normalizeAxis, sameShape, sizeOf } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { iota, zerosLike } from "../creation.ts";
import { pickAxis, promoteAll } from "../declare.ts";
import { add } from "../elementwise/arithmetic.ts";
import { equal, less } from "../elementwise/comparison.ts";
import { maximum, minimum } from "../elementwise/extremes.ts";
import { where } from "../elementwise/where.ts";
import type { Value } from "../literal.ts";
import { broadcastTo } from "../movement/broadcast-to.ts";
import { reshape } from "../movement/reshape.ts";
import { checkIndices, resolveIndex, toIndices } from "./indices.ts";

/** The axis along which indices point, counted from the start. */
interface AxisAttributes { readonly axis: number }

/** Sizes as the kernels read them: what lies before the axis, the axis, what lies after it, how many indices along it. */
const sizes = ([x, indices]: readonly Spec[], { axis }: AxisAttributes): readonly [outer: number, n: number, inner: number, m: number] =>
  [sizeOf(x.shape.slice(0, axis)), x.shape[axis], sizeOf(x.shape.slice(axis + 1)), indices.shape[axis]];

const withSize = (shape: readonly number[], axis: number, extent: number): number[] => shape.map((size, at) => (at === axis ? extent : size));

/** Throws unless the shapes agree but for the axis. */
function checkPair(op: string, x: Spec, indices: Spec, axis: number): void {
  if (!sameShape(withSize(x.shape, axis, 0), withSize(indices.shape, axis, 0))) {
    throw new ShapeError(`${op}: indices of ${showShape(indices.shape)} for ${showShape(x.shape)}: all sizes but that of axis ${axis} must agree`);
  }
}

/** Whether a place along the axis of `x` is the one that the only index there names; kernels read indices alike. */
function isPicked(x: Tensor, indices: Tensor, axis: number): Tensor {
  const extent = x.shape[axis];
  const fromEnd = where(less(indices, 0), add(indices, extent), indices);
  return equal(reshape(iota(extent, "int32"), x.shape.map((_, at) => (at === axis ? extent : 1))), minimum(maximum(fromEnd, 0), extent - 1));
}

const takeAlongAxisPrimitive: Primitive<AxisAttributes> = definePrimitive<AxisAttributes>({
  name: "takeAlongAxis",
  doc: "out[…, j, …] = x[…, indices[…, j, …], …]: an index for each element; one out of range is an error. NumPy: take_along_axis.",
  infer([x, indices], { axis }) {
    checkPair("takeAlongAxis", x, indices, axis);
    return { shape: indices.shape, dtype: x.dtype };
  },
  define([x, indices], attributes, out) {
    const [outer, n, inner, m] = sizes([x, indices], attributes);
    for (let o = 0; o < outer; o++) {
      for (let j = 0; j < m; j++) {
        for (let i = 0; i < inner; i++) {
          const at = (o * m + j) * inner + i;
          out.data[at] = x.data[(o * n + resolveIndex("takeAlongAxis", indices.data[at], n)) * inner + i];
        }
      }
    }
  },
  lower: { kind: "named", kernel: "takeAlongAxis", sizes },
  // One index is a comparison with positions, which is computed along with what else is added there; several may name one place.
  vjp: [({ g, inputs: [x, indices], attributes }) =>
    (indices.shape[attributes.axis] === 1 ? where(isPicked(x, indices, attributes.axis), g, 0) : bind(scatterAddPrimitive, [zerosLike(x), indices, g], attributes)), null],
  sample(pick) {
    const { shape, axis } = pickAxis(pick, { leastSize: 1 });
    return {
      inputs: [
        { shape, dtype: pick.oneOf(["float32", "float64", "int32", "bool"]), range: [0, 1] },
        { shape: withSize(shape, axis, pick.integer(0, 4)), dtype: "int32", range: [-shape[axis], shape[axis] - 1] },
      ],
      attributes: { axis },
    };
  },
});

const scatterAddPrimitive: Primitive<AxisAttributes> = definePrimitive<AxisAttributes>({
  name: "scatterAdd",
  doc: "x with out[…, indices[…, j, …], …] += updates[…, j, …], j ascending; the adjoint of takeAlongAxis; int32 wraps. PyTorch: scatter_add.",
  infer([x, indices, updates], { axis }) {
    checkPair("scatterAdd", x, indices, axis);
    if (!sameShape(indices.shape, updates.shape)) throw new ShapeError(`scatterAdd: ${showShape(updates.shape)} updates for ${showShape(indices.shape)} indices; the shapes must agree`);
    if (x.dtype !== updates.dtype || x.dtype === "bool") throw new DTypeError(`scatterAdd: adds numbers of one dtype, not ${showSpec(updates)} to ${showSpec(x)}; cast first`);
    return x;
  },
  define([x, indices, updates], attributes, out) {
    const [outer, n, inner, m] = sizes([x, indices], attributes);
    out.data.set(x.data);
    for (let o = 0; o < outer; o++) {
      for (let j = 0; j < m; j++) {
        for (let i = 0; i < inner; i++) {
          const from = (o * m + j) * inner + i;
          const to = (o * n + resolveIndex("scatterAdd", indices.data[from], n)) * inner + i;
          const total = out.data[to] + updates.data[from];
          out.data[to] = out.dtype === "int32" ? total | 0 : total;
        }
      }
    }
  },
  lower: { kind: "named", kernel: "scatterAdd", sizes },
  vjp: [({ g }) => g, null, ({ g, inputs: [, indices], attributes }) => bind(takeAlongAxisPrimitive, [g, indices], attributes)],
  sample(pick) {
    const { shape, axis } = pickAxis(pick, { leastSize: 1 });
    const dtype = pick.oneOf(["float32", "float64", "int32"] as const);
    const part = withSize(shape, axis, pick.integer(0, 4));
    return {
      inputs: [
        { shape, dtype, range: [-3, 3] },
        { shape: part, dtype: "int32", range: [-shape[axis], shape[axis] - 1] },
        { shape: part, dtype, range: [-3, 3] },
      ],
      attributes: { axis },
    };
  },
});

/** Throws unless tensors that are matched element by element have one rank. */
function checkRanks(op: string, x: Tensor, others: readonly Tensor[]): void {
  for (const other of others) {
    if (other.rank !== x.rank) throw new ShapeError(`${op}: ${showShape(other.shape)} beside ${showShape(x.shape)}; both need one rank: expandDims adds axes`);
  }
}

/** Without an index of its own, an axis of size 1 serves all places. */
const broadcastBut = (op: string, axis: number, a: Tensor, b: Tensor): readonly number[] =>
  broadcastShapes(op, withSize(a.shape, axis, 1), withSize(b.shape, axis, 1));

/**
 * For each place an element picked along an axis: out[…, j, …] = x[…, indices[…, j, …], …]. What `argSort` and `argMax`
 * found, this takes. NumPy: take_along_axis; PyTorch: gather.
 * @param indices int32 of x's rank; the sizes of the other axes broadcast. −1 is the last place.
 * @throws ShapeError for an index out of range (of a traced one, when the compiled program runs) or shapes that do not broadcast; DTypeError for
 *   indices that are not int32.
 * @example takeAlongAxis(tensor([[1, 2], [3, 4]]), tensor([[1], [0]], { dtype: "int32" }), { axis: 1 }) // [[2], [3]]
 */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis: number): Tensor {
  const along = normalizeAxis("takeAlongAxis", axis, x.rank);
  const places = toIndices("takeAlongAxis", indices);
  checkRanks("takeAlongAxis", x, [places]);
  checkIndices("takeAlongAxis", places, x.shape, along);
  const common = broadcastBut("takeAlongAxis", along, x, places);
  for (const extent of [x.shape[along], places.shape[along]]) checkSize("takeAlongAxis", withSize(common, along, extent));
  const from = broadcastTo(x, withSize(common, along, x.shape[along]));
  return bind(takeAlongAxisPrimitive, [from, broadcastTo(places, withSize(common, along, places.shape[along]))], { axis: along });
}

/**
 * A tensor with each update added where its index points: out[…, indices[…, j, …], …] += updates[…, j, …]. An index that comes
 * twice adds twice. The adjoint of `takeAlongAxis`. PyTorch: scatter_add.
 * @param indices int32 of x's rank; −1 is the last place. Indices and updates broadcast to one shape, whose sizes are x's but
 *   for the axis.
 * @throws ShapeError for an index out of range (of a traced one, when the compiled program runs) or shapes that do not fit; DTypeError for indices
 *   that are not int32.
 * @example scatterAdd(zeros([3]), tensor([0, 2, 0], { dtype: "int32" }), tensor([1, 2, 3]), { axis: 0 }) // [4, 0, 2]
 */
export function scatterAdd(x: Tensor, indices: Tensor, updates: Value, axis: number): Tensor {
  const along = normalizeAxis("scatterAdd", axis, x.rank);
  const places = toIndices("scatterAdd", indices);
  const [to, added] = promoteAll("scatterAdd", [x, updates], "number");
  checkRanks("scatterAdd", to, added.rank === 0 ? [places] : [places, added]);
  checkIndices("scatterAdd", places, x.shape, along);
  const many = broadcastShapes("scatterAdd", places.shape, added.shape)[along];
  const shape = withSize(x.shape, along, many);
  for (const part of [places, added]) {
    if (!sameShape(broadcastShapes("scatterAdd", part.shape, shape), shape)) throw new ShapeError(`scatterAdd: ${showShape(part.shape)} does not stretch to ${showShape(shape)} for x of ${showShape(x.shape)}`);
  }
  return bind(scatterAddPrimitive, [to, broadcastTo(places, shape), broadcastTo(added, shape)], { axis: along });
}
