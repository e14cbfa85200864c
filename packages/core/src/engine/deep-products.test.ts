import { afterAll, describe, expect, test } from "vitest";
import { compile, full, ones, tensor, type Tensor } from "../index.ts";
import { numbersFrom } from "../../testing/random-operations.ts";
import { shareAll, waitUntilReady } from "../../testing/threads.ts";
import { compileFor } from "../transform/compile.ts";
import { fromData } from "../tensor.ts";
import type { Runtime } from "./engine.ts";
import { createWasmEngine } from "./wasm/engine.ts";

// What docs/numerics.md says of long sums in products of float32: off by 2⁻¹³ of Σ|aᵢ·bᵢ| at most, whatever their length, and in fact much less.
const bound = 2 ** -16;

const runtimes = [1, 2, 3].map((threads) => {
  const runtime = createWasmEngine(shareAll).runtime as Runtime;
  runtime.setThreads(threads);
  return runtime;
});
afterAll(() => { for (const runtime of runtimes) runtime.setThreads(1); });

/** Numbers from 0 to 1: sums of one sign drift the most. */
function positive(shape: readonly [number, number], seed: number): Tensor {
  const next = numbersFrom(seed);
  return fromData(Float32Array.from({ length: shape[0] * shape[1] }, () => next()), shape, "float32");
}

/** How far a product is from the one in float64, relative to it: all terms are positive. */
function drift(product: Tensor, a: Tensor, b: Tensor): number {
  const [m, k] = a.shape;
  const n = b.shape[1];
  const [x, y] = [a.data, b.data];
  let worst = 0;
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) {
    let exact = 0;
    for (let l = 0; l < k; l++) exact += x[i * k + l] * y[l * n + j];
    worst = Math.max(worst, Math.abs(product.data[i * n + j] / exact - 1));
  }
  return worst;
}

const multiply = (a: Tensor, b: Tensor): Tensor => a.matmul(b);
const views: Readonly<Record<string, (x: Tensor) => Tensor>> = { whole: (x) => x, transposed: (x) => x.transpose().add(0).transpose() };

describe("long sums of float32 do not drift in products", () => {
  test("of ten million terms", () => {
    const terms = 10_000_000;
    const [x, y] = [full([terms], 0.1), ones([terms])];
    const exact = terms * Math.fround(0.1);
    expect(Math.abs(x.dot(y).item() / exact - 1)).toBeLessThan(bound);
    expect(Math.abs(compile((a: Tensor, b: Tensor) => a.dot(b))(x, y).item() / exact - 1)).toBeLessThan(bound);
  }, 60_000);

  // Vectors, few rows or columns, small products, blocks; around where parts begin.
  test.each([
    [1, 300_001, 5], [5, 300_001, 1], [2, 70_001, 9], [9, 70_001, 3], [1, 4096, 4], [1, 4097, 4], [3, 2048, 3], [4, 2048, 8], [30, 2048, 4], [7, 70_001, 9], [4, 65_537, 12],
  ] as const)("[%i, %i] · [%i columns], eagerly and compiled, on 1, 2 and 3 threads alike", (m, k, n) => {
    const [a, b] = [positive([m, k], 1), positive([k, n], 2)];
    for (const left of Object.values(views)) for (const right of Object.values(views)) {
      const [x, y] = [left(a), right(b)];
      expect(drift(multiply(x, y), a, b)).toBeLessThan(bound);
      const { program } = compileFor(multiply as (...args: readonly unknown[]) => unknown, [x, y]);
      const results = runtimes.map((runtime) => {
        const executable = runtime.load(program, []);
        waitUntilReady(runtime);
        return [...executable.run([x, y])[0]];
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
      expect(drift(tensor(results[0]).reshape([m, n]), a, b)).toBeLessThan(bound);
    }
  }, 60_000);

  test("in batches, with an epilogue, and where float64 and int32 are summed", () => {
    const [x, y] = [full([2, 3, 1, 90_000], 0.1), ones([90_000, 4])];
    const exact = 90_000 * Math.fround(0.1);
    for (const f of [(a: Tensor, b: Tensor) => a.matmul(b).mul(2).add(1), compile((a: Tensor, b: Tensor) => a.matmul(b).mul(2).add(1))]) {
      const z = f(x, y);
      expect(z.shape).toEqual([2, 3, 1, 4]);
      for (const value of z.data) expect(Math.abs((value - 1) / 2 / exact - 1)).toBeLessThan(bound);
    }
    const wide = full([1, 100_003], 0.1, { dtype: "float64" }).matmul(ones([100_003, 2], { dtype: "float64" }));
    for (const value of wide.data) expect(Math.abs(value / (100_003 * 0.1) - 1)).toBeLessThan(1e-12);
    expect([...ones([1, 100_003], { dtype: "int32" }).matmul(full([100_003, 2], 40_000, { dtype: "int32" })).data]).toEqual([(100_003 * 40_000) | 0, (100_003 * 40_000) | 0]);
  });
});
