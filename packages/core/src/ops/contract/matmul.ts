import { DTypeError, ShapeError, showShape } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { definePrimitive, type Primitive } from "../../primitive.ts";
import { broadcastShapes, checkSize, sameShape, sizeOf, sizesBetween } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { promoteAll } from "../declare.ts";
import { broadcastTo } from "../movement/broadcast-to.ts";
import { matrixTranspose } from "../movement/permute.ts";
import { reshape } from "../movement/reshape.ts";

const contract: Primitive<undefined> = definePrimitive<undefined>({
  name: "matmul",
  doc: "Products of matrices, out[…, i, j] = Σₖ a[…, i, k] · b[…, k, j]; int32 wraps. NumPy: matmul.",
  infer([a, b]) {
    const batch = sizesBetween(a.shape, 0, a.shape.length - 2);
    if (a.shape.length < 2 || !sameShape(batch, sizesBetween(b.shape, 0, b.shape.length - 2))) throw new ShapeError(`matmul: batches of ${showShape(a.shape)} and ${showShape(b.shape)} differ; broadcast first`);
    if (a.dtype !== b.dtype || a.dtype === "bool") throw new DTypeError(`matmul: takes two operands of one number dtype, not ${a.dtype} and ${b.dtype}`);
    return { shape: [...batch, a.shape[a.shape.length - 2], b.shape[b.shape.length - 1]], dtype: a.dtype };
  },
  define([a, b], _, out) {
    const [m, k] = a.shape.slice(-2);
    const n = b.shape[b.shape.length - 1];
    const batches = sizeOf(a.shape.slice(0, -2));
    const integer = out.dtype === "int32";
    for (let batch = 0; batch < batches; batch++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let total = 0;
          for (let l = 0; l < k; l++) {
            const x = a.data[(batch * m + i) * k + l];
            const y = b.data[(batch * k + l) * n + j];
            total = integer ? (total + Math.imul(x, y)) | 0 : total + x * y;
          }
          out.data[(batch * m + i) * n + j] = total;
        }
      }
    }
  },
  lower: { kind: "contract" },
  vjp: [
    ({ g, inputs: [, b] }) => bind(contract, [g, matrixTranspose(b)], undefined),
    ({ g, inputs: [a] }) => bind(contract, [matrixTranspose(a), g], undefined),
  ],
  sample(pick) {
    const [m, k, n] = [pick.integer(0, 5), pick.integer(0, 5), pick.integer(0, 5)];
    const batch = pick.shape({ mostRank: 2, mostSize: 3 });
    const dtype = pick.oneOf(["float32", "float64", "int32"] as const);
    return { inputs: [{ shape: [...batch, m, k], dtype, range: [-3, 3] }, { shape: [...batch, k, n], dtype, range: [-3, 3] }], attributes: undefined };
  },
});

/**
 * The product of matrices over the last two axes; leading axes broadcast. A vector counts as a row on the left and as a
 * column on the right, and its axis is dropped from the result.
 */
export function matmul(left: Tensor, right: Tensor): Tensor {
  const [a, b] = promoteAll("matmul", [left, right], "number");
  if (a.rank === 0 || b.rank === 0) throw new ShapeError(`matmul: ${showShape(a.shape)} @ ${showShape(b.shape)} needs rank 1 or more on both sides; use mul for scalars`);
  const inner = b.shape[b.rank === 1 ? 0 : b.rank - 2];
  if (a.shape[a.rank - 1] !== inner) {
    const remedy = b.rank > 1 && b.shape[b.rank - 1] === a.shape[a.rank - 1] ? "; transpose the right side?" : "";
    throw new ShapeError(`matmul: inner sizes ${a.shape[a.rank - 1]} and ${inner} differ in ${showShape(a.shape)} @ ${showShape(b.shape)}${remedy}`);
  }
  if (a.rank === 1) {
    const row = matmul(reshape(a, [1, inner]), b);
    return reshape(row, b.rank === 1 ? [] : [...row.shape.slice(0, -2), row.shape[row.rank - 1]]);
  }
  if (b.rank === 1) {
    const column = matmul(a, reshape(b, [inner, 1]));
    return reshape(column, column.shape.slice(0, -1));
  }
  // One matrix for all batches: the batches are more rows of one product.
  if (b.rank === 2 && a.rank > 2) {
    return reshape(bind(contract, [reshape(a, [sizeOf(a.shape.slice(0, -1)), inner]), b], undefined), [...a.shape.slice(0, -1), b.shape[1]]);
  }
  if (a.rank === 2 && b.rank === 2) return bind(contract, [a, b], undefined);
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  for (const [rows, columns] of [a.shape.slice(-2), b.shape.slice(-2), [a.shape[a.rank - 2], b.shape[b.rank - 1]]]) checkSize("matmul", [...batch, rows, columns]);
  return bind(contract, [broadcastTo(a, [...batch, ...a.shape.slice(-2)]), broadcastTo(b, [...batch, ...b.shape.slice(-2)])], undefined);
}
