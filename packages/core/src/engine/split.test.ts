import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { abs, add, all, any, exp, flip, greater, less, matmul, max, mean, min, mod, mul, prod, slice, sqrt, sub, sum, transpose, valueAndGrad, type Tensor } from "../index.ts";
import { outcomeOf } from "../../testing/outcomes.ts";
import { filled, numbersFrom } from "../../testing/random-operations.ts";
import { shareAll, waitUntilReady } from "../../testing/threads.ts";
import type { DType } from "../dtype.ts";
import { fromData } from "../tensor.ts";
import { compileFor } from "../transform/compile.ts";
import type { Runtime } from "./engine.ts";
import { phasesOf } from "./phases.ts";
import type { Kernel, Program } from "./program.ts";
import { splitReductions } from "./split.ts";
import { createWasmEngine } from "./wasm/engine.ts";

// Every program counts as large enough for all threads.
const runtimes = [1, 2, 3].map((threads) => {
  const runtime = createWasmEngine(shareAll).runtime as Runtime;
  runtime.setThreads(threads);
  return runtime;
});
afterAll(() => { for (const runtime of runtimes) runtime.setThreads(1); });

function valueOf(runtime: Runtime, program: Program, x: Tensor): number {
  const executable = runtime.load(program, []);
  waitUntilReady(runtime);
  return executable.run([x])[0][0];
}

/** How a reduction's parts may differ from the whole: not at all, or by the rounding of sums. */
const functions: Readonly<Record<string, readonly [f: (x: Tensor) => Tensor, dtype: DType, rounding: number]>> = {
  sum: [(x) => sum(x), "float32", 1e-6],
  "sum of float64": [(x) => sum(x), "float64", 1e-13],
  "sum of int32": [(x) => sum(x), "int32", 0],
  "mean of squares and its root": [(x) => sqrt(mean(mul(x, x))), "float32", 1e-6],
  "largest, in an expression": [(x) => sub(exp(max(abs(x))), 1), "float32", 0],
  smallest: [(x) => min(x), "float64", 0],
  "any and all": [(x) => less(any(greater(x, 1.99)), all(less(x, 2))), "float32", 0],
  "product of int32": [(x) => prod(add(mul(x, 2), 1)), "int32", 0],
};
const views: Readonly<Record<string, (x: Tensor) => Tensor>> = { whole: (x) => x, transposed: transpose, upside: (x) => flip(x, { axis: 0 }), reversed: (x) => flip(x, { axis: 1 }) };

describe("a reduction in parts", () => {
  test.each(Object.keys(functions))("gives the %s of the whole, the same bits on 1, 2 and 3 threads", (name) => {
    const [f, dtype, rounding] = functions[name];
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom(...Object.keys(views)), fc.nat(9999), (m, n, view, seed) => {
      const x = filled([m, n], dtype, numbersFrom(seed));
      const { program } = compileFor(((each: Tensor) => f(views[view](each))) as (...args: readonly unknown[]) => unknown, [x]);
      const split = splitReductions(program, 0);
      if (m * n >= 64 * 40) expect(split.kernels.length).toBeGreaterThan(program.kernels.length);
      const whole = valueOf(runtimes[0], program, x);
      const parts = runtimes.map((runtime) => valueOf(runtime, split, x));
      expect(parts).toEqual(parts.map(() => parts[0]));
      const size = rounding === 0 ? 1 : Math.max(1, sum(abs(x)).item());
      expect(Math.abs(parts[0] - whole)).toBeLessThanOrEqual(rounding * size);
    }), { numRuns: 25, interruptAfterTimeLimit: 10_000 });
  }, 60_000);

  test("of float32 forgets no digit of a sum in between", () => {
    // Float32 has no 2²⁸ + 14: of parts that were rounded, nothing right would be left when the large ones cancel.
    const x = fromData(Float32Array.from({ length: 128 * 3 }, (_, i) => (Math.floor(i / 3) % 8 > 0 ? 1 : i < 64 * 3 ? 2 ** 27 : -(2 ** 27))), [128, 3], "float32");
    const one = fromData(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), [3, 3], "float32");
    const sums: Readonly<Record<string, (x: Tensor, rows: Tensor) => Tensor>> = {
      "of all": (each) => sum(each), "of rows that were made": (_, rows) => sum(rows, { axis: 0 }), "in an expression that asks the host": (_, rows) => mod(mul(sum(rows, { axis: 0 }), 1e12), 0.7),
    };
    for (const [name, f] of Object.entries(sums)) {
      const { program } = compileFor(((each: Tensor, other: Tensor) => {
        const rows = matmul(each, other);
        return [f(each, rows), rows];
      }) as (...args: readonly unknown[]) => unknown, [x, one]);
      const split = splitReductions(program, 0);
      expect(split.kernels.length, name).toBeGreaterThan(program.kernels.length);
      expect([...outcomeOf(runtimes[0], split, [x, one], [])[0]], name).toEqual([...outcomeOf(runtimes[0], program, [x, one], [])[0]]);
    }
  });

  test("can come in parts itself", () => {
    // Of 70 rows with a gap between them, 64 are parts, and 6 are left: 1,200 elements.
    const x = filled([70, 201], "float32", numbersFrom(7));
    const { program } = compileFor(((each: Tensor) => sum(slice(each, [[], [0, 200]]))) as (...args: readonly unknown[]) => unknown, [x]);
    const once = splitReductions(program, 0);
    const twice = splitReductions(once, 0);
    expect([program, once, twice].map(({ kernels }) => kernels.length)).toEqual([1, 3, 5]);
    expect(valueOf(runtimes[0], twice, x)).toBe(valueOf(runtimes[0], program, x));
  });

  test("is for large ones only, and for those of one number", () => {
    const kernelsOf = (f: (x: Tensor) => unknown, shape: readonly number[]): number => compileFor(f as (...args: readonly unknown[]) => unknown, [filled(shape, "float32", () => 0)]).program.kernels.length;
    expect(kernelsOf((x) => sum(x), [640_000])).toBe(2);
    expect(kernelsOf((x) => sum(x), [640_001])).toBe(3);
    expect(kernelsOf((x) => sum(x), [64_000])).toBe(1);
    expect(kernelsOf((x) => sum(x, { axis: 1 }), [8, 100_000])).toBe(1);
  });
});

describe("reductions over rows that kernels before them made", () => {
  /** Layers, and what their gradients reduce over rows: products, sums of float32 and float64, extremes. */
  const programOf = (rows: number, widths: readonly [number, number, number], dtype: DType, seed: number): { readonly program: Program; readonly args: readonly Tensor[] } => {
    const random = numbersFrom(seed);
    const [inputs, hidden, outputs] = widths;
    const args = [[rows, inputs], [inputs, hidden], [hidden], [hidden, outputs], [rows, outputs]].map((shape) => filled(shape, dtype, random));
    const step = (...[x, w, b, v, y]: readonly Tensor[]): readonly unknown[] => {
      const { value, grads } = valueAndGrad((parameters: { readonly w: Tensor; readonly b: Tensor; readonly v: Tensor }): Tensor => {
        const h = add(matmul(x, parameters.w), parameters.b);
        const z = sub(matmul(mul(h, h), parameters.v), y);
        return add(mean(mul(z, z)), mean(mul(max(z, { axis: 0 }), 0.5)));
      })({ w, b, v });
      return [value, grads.w, grads.b, grads.v, sum(mul(x, x), { axis: 0 })];
    };
    return { program: compileFor(step as (...args: readonly unknown[]) => unknown, args).program, args };
  };

  test("come in parts, the same bits on 1, 2 and 3 threads", () => {
    fc.assert(fc.property(fc.integer({ min: 16, max: 40 }), fc.constantFrom(1, 4, 5, 8), fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })), fc.constantFrom<DType>("float32", "float64"), fc.nat(9999),
      (sixteenth, some, widths, dtype, seed) => {
        const { program, args } = programOf(sixteenth * some, widths, dtype, seed);
        const split = splitReductions(program, 0);
        const resultsOf = (runtime: Runtime, each: Program): readonly (readonly number[])[] => {
          const executable = runtime.load(each, []);
          waitUntilReady(runtime);
          return executable.run(args).map((result) => Array.from(result as ArrayLike<number>));
        };
        const whole = resultsOf(runtimes[0], program);
        const parts = runtimes.map((runtime) => resultsOf(runtime, split));
        expect(parts).toEqual(parts.map(() => parts[0]));
        const rounding = dtype === "float32" ? 1e-4 : 1e-12;
        whole.forEach((result, i) => {
          const size = Math.max(1, ...result.map(Math.abs));
          result.forEach((value, j) => expect(Math.abs(parts[0][i][j] - value)).toBeLessThanOrEqual(rounding * size));
        });
      }), { numRuns: 60, interruptAfterTimeLimit: 10_000 });
  }, 60_000);

  test("are done in the same band as the rows", () => {
    const { program } = programOf(2000, [2, 10, 5], "float64", 1);
    const bands = phasesOf(program).flatMap((phase) => phase.bands);
    const parts = (kernel: Kernel): boolean => kernel.kind === "contract" && kernel.batch[0] === 16;
    expect(bands.flatMap(({ kernels }) => kernels.filter(parts))).toHaveLength(2);
    expect(bands.filter(({ kernels }) => kernels.some(parts)).every(({ units, kernels }) => units === 16 && kernels.length > 2)).toBe(true);
  });
});
