import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { abs, add, compile, div, exp, flip, grad, log, logSoftmax, logSumExp, max, mean, min, mul, norm, softmax, sqrt, square, std, sub, sum, transpose, valueAndGrad, zeros, argMax, type Tensor } from "../../index.ts";
import { difference } from "../../../testing/compare.ts";
import { outcomeOf } from "../../../testing/outcomes.ts";
import { numbersFrom, filled } from "../../../testing/random-operations.ts";
import { argumentsFor, randomPrograms, runProgram, variablesFor } from "../../../testing/random-programs.ts";
import { shareAll } from "../../../testing/threads.ts";
import { unnested } from "../../../testing/unnested.ts";
import type { FloatDType, TypedArray } from "../../dtype.ts";
import { compileFor } from "../../transform/compile.ts";
import { installEngine, type Engine, type Runtime } from "../engine.ts";
import type { Program } from "../program.ts";
import { referenceEngine } from "../reference/reference.ts";
import type { Variable } from "../../variable.ts";
import { createWasmEngine } from "../wasm/engine.ts";

const last = { axis: -1, keepDims: true } as const;
const layerNorm = (x: Tensor, scale: Tensor, shift: Tensor): Tensor => {
  const centred = sub(x, mean(x, last));
  return add(mul(div(centred, sqrt(add(mean(square(centred), last), 1e-5))), scale), shift);
};

/** Functions of x [rows, columns], y like it and two vectors [columns]; all of them walk the rows several times. */
const functions: Readonly<Record<string, (x: Tensor, y: Tensor, scale: Tensor, shift: Tensor) => unknown>> = {
  softmax: (x) => softmax(x),
  logSoftmax: (x) => logSoftmax(x),
  logSumExp: (x) => logSumExp(x, { axis: -1 }),
  "softmax's gradient": (x, y) => grad((each: Tensor) => sum(mul(softmax(each), y)))(x),
  "cross-entropy of each row": (x, y) => sum(mul(sub(logSumExp(x, last), x), y), { axis: -1 }),
  "layer-norm": layerNorm,
  "layer-norm's gradient": (x, y, scale, shift) => grad((each: Tensor) => sum(mul(layerNorm(each, scale, shift), y)))(x),
  standardisation: (x) => div(sub(x, mean(x, last)), add(std(x, last), 1)),
  "rows of length 1": (x) => div(x, add(norm(x, last), 1e-3)),
  "rows between 0 and 1": (x) => div(sub(x, min(x, last)), add(sub(max(x, last), min(x, last)), 1)),
  "where the largest is": (x, y) => ({ at: argMax(x, { axis: -1 }), far: sub(x, max(abs(y), last)), flags: max(mul(x, y), { axis: -1 }) }),
  "two of them": (x, y) => mul(softmax(x), softmax(y)),
};

// Every program counts as large enough for all threads.
const engines = [1, 2, 3].map((threads) => {
  const engine = createWasmEngine(shareAll);
  engine.runtime?.setThreads(threads);
  return engine;
});
const runtimes = engines.map(({ runtime }) => runtime as Runtime);
afterAll(() => { for (const runtime of runtimes) runtime.setThreads(1); });

function on<T>(other: Engine, run: () => T): T {
  const before = installEngine(other);
  try {
    return run();
  } finally {
    if (before !== null) installEngine(before);
  }
}

const bytesOf = (data: TypedArray): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");

/** The bits of what a program gives and of what it assigns. */
const bitsOf = (runtime: Runtime, program: Program, args: readonly Tensor[], variables: readonly Variable[]): readonly string[] => outcomeOf(runtime, program, args, variables).map(bytesOf);

/** Throws unless nests compute, on 1, 2 and 3 threads, to the bit what their loops compute one after the other. */
function holdToLoops(f: (...args: readonly Tensor[]) => unknown, args: readonly Tensor[]): void {
  const { program, variables } = compileFor(f as (...args: readonly unknown[]) => unknown, args);
  const right = bitsOf(runtimes[0], unnested(program), args, variables);
  for (const runtime of runtimes) expect(bitsOf(runtime, program, args, variables)).toEqual(right);
}

const views: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  whole: (x) => x, reversed: (x) => flip(x, { axis: -1 }), upside: (x) => flip(x, { axis: 0 }), doubled: (x) => add(x, x), transposed: (x) => transpose(mul(transpose(x), 1.5)),
};

/** Sizes on both sides of where rows are taken one by one, with and without a rest; and none. */
const rows = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) }, { weight: 2, arbitrary: fc.integer({ min: 100, max: 300 }) }, { weight: 1, arbitrary: fc.constant(0) });
const columns = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 70 }) }, { weight: 3, arbitrary: fc.integer({ min: 250, max: 600 }) });

describe("a nest", () => {
  test.each(Object.keys(functions))("of %s equals its loops to the bit, on 1, 2 and 3 threads, and the definition", (name) => {
    const f = functions[name];
    fc.assert(fc.property(rows, columns, fc.constantFrom<FloatDType>("float32", "float32", "float64"), fc.constantFrom(...Object.keys(views)), fc.nat(9999), (m, n, dtype, view, seed) => {
      const next = numbersFrom(seed);
      const args = [filled([m, n], dtype, next), filled([m, n], dtype, next), filled([n], dtype, next), filled([n], dtype, next)] as const;
      const seen = (x: Tensor, ...rest: readonly [Tensor, Tensor, Tensor]): unknown => f(views[view](x), ...rest);
      holdToLoops(seen, args);
      const [results, definitions] = [on(engines[0], () => compile(seen)(...args)), on(referenceEngine, () => seen(...args))].map((given) => (given !== null && typeof given === "object" && "at" in given ? Object.values(given) : [given]) as readonly Tensor[]);
      results.forEach((result, i) => expect(difference(result, definitions[i], dtype === "float32" ? 1e-4 : 1e-10)).toBeNull());
    }), { numRuns: 12, interruptAfterTimeLimit: 10_000 });
  }, 60_000);

  test("over more axes, along any of them, equals its loops to the bit", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 18 }), { minLength: 2, maxLength: 4 }), fc.nat(3), fc.boolean(), fc.nat(9999), (shape, which, second, seed) => {
      const x = filled(shape, "float32", numbersFrom(seed));
      const axis = second && shape.length > 2 ? [which % shape.length, (which + 1) % shape.length] : which % shape.length;
      holdToLoops((each: Tensor) => ({ a: softmax(each, { axis }), b: sub(each, mean(each, { axis, keepDims: true })) }), [x]);
    }), { numRuns: 50, interruptAfterTimeLimit: 10_000 });
  }, 60_000);

  test("in a random program equals its loops to the bit", () => {
    fc.assert(fc.property(randomPrograms(60, 20), (program) => {
      holdToLoops((...args) => runProgram(program, args, variablesFor(program)), argumentsFor(program, 0));
    }), { numRuns: 40, interruptAfterTimeLimit: 10_000 });
  }, 60_000);
});

describe("one kernel", () => {
  const x = zeros([64, 300]);
  test.each(Object.keys(functions).filter((name) => !/gradient/.test(name)))("computes %s", (name) => {
    const { program } = compileFor(functions[name] as (...args: readonly unknown[]) => unknown, [x, x, zeros([300]), zeros([300])]);
    expect(program.kernels.map(({ kind }) => kind)).toEqual(["nest"]);
  });
  test("computes the gradients, too, with the loss itself apart", () => {
    const kindsOf = (f: (...args: readonly Tensor[]) => unknown, ...args: readonly Tensor[]): readonly string[] => compileFor(f as (...args: readonly unknown[]) => unknown, args).program.kernels.map(({ kind }) => kind);
    expect(kindsOf((a, b) => grad((each: Tensor) => sum(mul(softmax(each), b)))(a), x, x)).toEqual(["nest"]);
    expect(kindsOf((a, b) => valueAndGrad((each: Tensor) => sum(mul(sub(logSumExp(each, last), each), b)))(a), x, x)).toEqual(["nest", "nest", "loop"]);
    expect(kindsOf((a, b, scale, shift) => grad((each: Tensor) => sum(mul(layerNorm(each, scale, shift), b)))(a), x, x, zeros([300]), zeros([300]))).toEqual(["nest"]);
  });
  test("leaves apart what sums columns, too few rows, and rows of another number", () => {
    const kindsOf = (f: (a: Tensor) => unknown, shape: readonly number[]): readonly string[] => compileFor(f as (...args: readonly unknown[]) => unknown, [zeros(shape)]).program.kernels.map(({ kind }) => kind);
    expect(kindsOf((a) => softmax(a, { axis: 0 }), [64, 300])).not.toContain("nest");
    expect(kindsOf((a) => softmax(a), [4, 100_000])).not.toContain("nest");
    expect(kindsOf((a) => ({ a: exp(sum(a, { axis: 1 })), b: log(sum(a, { axis: 0 })) }), [64, 63])).not.toContain("nest");
  });

  test("keeps a single value of a row in a register beside tiles, and beside axes of one element", () => {
    const next = numbersFrom(3);
    expect.assertions(6);
    holdToLoops((x) => mul(transpose(x, [0, 2, 1]), sum(x, { axis: [1, 2], keepDims: true })), [filled([16, 40, 40], "float32", next)]);
    holdToLoops((x) => {
      const total = sum(x, { axis: 1, keepDims: true });
      return add(mul(x, total), sum(exp(total), { axis: 1, keepDims: true }));
    }, [filled([64, 300], "float32", next)]);
  });
});
