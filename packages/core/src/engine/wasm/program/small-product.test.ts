import { describe, expect, test } from "vitest";
import "../../../index.ts";
import { broadcastTo } from "../../../ops/movement/broadcast-to.ts";
import { matmul } from "../../../ops/contract/matmul.ts";
import { relu } from "../../../ops/elementwise/activation.ts";
import { add } from "../../../ops/elementwise/arithmetic.ts";
import { permute } from "../../../ops/movement/permute.ts";
import { fromData, storageOf, type Tensor } from "../../../tensor.ts";
import { compile } from "../../../transform/compile.ts";

/** Whole numbers, whose sums are exact in any order. */
const whole = (shape: number[], dtype: "float32" | "float64", phase: number): Tensor => {
  const numbers = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7 + phase) % 11) - 5);
  return fromData(dtype === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers), shape, dtype);
};

/** How a side of the product lies in memory. */
const layouts = {
  rows: (rows: number, columns: number, dtype: "float32" | "float64", phase: number): Tensor => whole([rows, columns], dtype, phase),
  columns: (rows: number, columns: number, dtype: "float32" | "float64", phase: number): Tensor => whole([columns, rows], dtype, phase),
  stretched: (rows: number, _columns: number, dtype: "float32" | "float64", phase: number): Tensor => whole([rows, 1], dtype, phase),
};
type Layout = keyof typeof layouts;
const laid = (x: Tensor, layout: Layout, rows: number, columns: number): Tensor =>
  layout === "rows" ? x : layout === "columns" ? permute(x, [1, 0]) : broadcastTo(x, [rows, columns]);

const elements = (x: Tensor): readonly number[] => Array.from(storageOf(x, "test").data);

describe.each(["float32", "float64"] as const)("products with few columns in %s", (dtype) => {
  test.each(["rows", "columns", "stretched"] as const)("left side by %s: relu(a · b + c) for all numbers of rows and columns around the tile's", (left) => {
    for (const right of ["rows", "columns", "stretched"] as const) {
      for (const m of [1, 2, 3, 5, 7, 13]) for (const n of [1, 2, 3, 4, 5, 7, 9, 11, 12, 20, 24]) for (const k of [1, 2, 9, 10, 17]) {
        if ((m + n + k) % 3 !== 0) continue;
        const [a, b, c] = [layouts[left](m, k, dtype, 1), layouts[right](k, n, dtype, 4), whole([n], dtype, 2)];
        const layer = (a: Tensor, b: Tensor, c: Tensor): Tensor => relu(add(matmul(laid(a, left, m, k), laid(b, right, k, n)), c));
        const [x, y, z] = [laid(a, left, m, k), laid(b, right, k, n), c].map((side) => side.toArray());
        const wanted = Array.from({ length: m * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          const [row, bias] = [(x as number[][])[i], (z as number[])[j]];
          return Math.max(0, row.reduce((sum, value, l) => sum + value * (y as number[][])[l][j], bias));
        });
        expect(elements(compile(layer)(a, b, c)), `${m}×${k}×${n}, ${left} by ${right}`).toEqual(wanted);
      }
    }
  });

  test("several at a time, of which one side may be the same for all: relu(a · b + c)", () => {
    for (const left of ["rows", "columns"] as const) for (const right of ["rows", "columns"] as const) for (const shared of ["neither", "left", "right"] as const) {
      for (const [batch, m, k, n] of [[2, 3, 5, 1], [3, 7, 9, 5], [8, 5, 20, 11], [5, 1, 17, 12], [16, 13, 1, 3]]) {
        const side = (own: boolean, layout: "rows" | "columns", rows: number, columns: number, phase: number): Tensor =>
          whole([...(own ? [batch] : []), ...(layout === "rows" ? [rows, columns] : [columns, rows])], dtype, phase);
        const [a, b, c] = [side(shared !== "left", left, m, k, 1), side(shared !== "right", right, k, n, 4), whole([n], dtype, 2)];
        const laidOut = (x: Tensor, layout: "rows" | "columns"): Tensor => (layout === "rows" ? x : permute(x, x.shape.length === 3 ? [0, 2, 1] : [1, 0]));
        const layer = (a: Tensor, b: Tensor, c: Tensor): Tensor => relu(add(matmul(laidOut(a, left), laidOut(b, right)), c));
        const matrix = (x: Tensor, at: number): number[][] => (x.shape.length === 3 ? (x.toArray() as number[][][])[at] : x.toArray() as number[][]);
        const wanted = Array.from({ length: batch }, (_, at) => {
          const [x, y, z] = [matrix(laidOut(a, left), at), matrix(laidOut(b, right), at), c.toArray() as number[]];
          return x.map((row) => z.map((bias, j) => Math.max(0, row.reduce((sum, value, l) => sum + value * y[l][j], bias))));
        }).flat(2);
        expect(elements(compile(layer)(a, b, c)), `${batch} of ${m}×${k}×${n}, ${left} by ${right}, shared: ${shared}`).toEqual(wanted);
      }
    }
  });
});
