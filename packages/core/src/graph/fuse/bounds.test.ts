import { describe, expect, test } from "vitest";
import "../../index.ts";
import { expressionCost, expressionDepth } from "../../engine/work.ts";
import type { LoopKernel, Program } from "../../engine/program.ts";
import { add, mul } from "../../ops/elementwise/arithmetic.ts";
import { sin } from "../../ops/elementwise/trigonometric.ts";
import { sum } from "../../ops/reduce/sum.ts";
import { fromData, type Tensor } from "../../tensor.ts";
import { compile, compileFor } from "../../transform/compile.ts";
import { mostDepth, mostOperations, mostReads } from "./bounds.ts";

const x = fromData(Float64Array.of(0.5, -0.25, 1.5), [3], "float64");
const programOf = (f: (...args: readonly Tensor[]) => unknown, ...args: readonly Tensor[]): Program => compileFor(f as (...args: readonly unknown[]) => unknown, args).program;

/** `n` turns of a function, one after the other. */
const turns = (n: number, turn: (y: Tensor, i: number) => Tensor) => (from: Tensor): Tensor => {
  let y = from;
  for (let i = 0; i < n; i++) y = turn(y, i);
  return y;
};
/** A sum of `n` terms, added in pairs of pairs. */
const pairwise = (terms: readonly Tensor[]): Tensor =>
  (terms.length === 1 ? terms[0] : pairwise(Array.from({ length: Math.ceil(terms.length / 2) }, (_, i) => (2 * i + 1 < terms.length ? add(terms[2 * i], terms[2 * i + 1]) : terms[2 * i]))));

const shapes: Readonly<Record<string, (n: number) => (from: Tensor) => Tensor>> = {
  "a chain of functions": (n) => turns(n, sin),
  "a chain of products and sums": (n) => (from) => turns(n, (y) => add(mul(y, from), 0.5))(from),
  "diamonds in a row": (n) => turns(n, (y) => add(sin(y), mul(sin(mul(y, 0.5)), 0.5))),
  "a long sum": (n) => (from) => turns(n, (y, i) => add(y, mul(from, i)))(from),
  "a sum of pairs of pairs": (n) => (from) => pairwise(Array.from({ length: n }, (_, i) => mul(from, i))),
  "a chain behind a sum": (n) => (from) => turns(n, sin)(sum(from)),
};

describe("what one kernel computes is bounded", () => {
  const loopsOf = ({ kernels }: Program): readonly LoopKernel[] => kernels.flatMap((kernel) => (kernel.kind === "loop" ? [kernel] : kernel.kind === "nest" ? kernel.stages : []));

  test.each(Object.entries(shapes))("in %s", (_, shape) => {
    for (const { values, epilogue } of loopsOf(programOf(shape(3000), x))) {
      const exprs = [...values, ...(epilogue === null ? [] : [epilogue.expr])];
      // one node more than the bound ends an expression
      expect(expressionDepth(exprs)).toBeLessThan(mostDepth + 100);
      expect(expressionCost(exprs)).toBeLessThan(mostOperations + 100);
    }
  }, 60_000);

  // where a sum is cut, each part is one more array that it reads
  test("in a sum of many arrays", () => {
    const many = Array.from({ length: 1000 }, () => x);
    const loops = loopsOf(programOf((...args) => pairwise(args), ...many));
    expect(Math.max(...loops.map(({ inputs }) => inputs.length))).toBeLessThan(2 * mostReads);
  });

  test.each(Object.entries(shapes))("and computes what the operations compute one by one: %s", (_, shape) => {
    const f = shape(1000);
    expect(compile(f)(x).toArray()).toEqual(f(x).toArray());
  }, 60_000);
});

test.each(["a chain of products and sums", "a long sum"])("100,000 operations are not too many: %s", (name) => {
  const f = shapes[name](50_000);
  expect(compile(f)(x).toArray()).toEqual(f(x).toArray());
}, 60_000);
