import fc from "fast-check";
import { describe, expect, test } from "vitest";
import "../../index.ts";
import { difference } from "../../../testing/compare.ts";
import { evaluateGraph } from "../../../testing/evaluate-graph.ts";
import { argumentsFor, randomPrograms, runProgram, variablesFor, type RandomProgram } from "../../../testing/random-programs.ts";
import { installEngine } from "../../engine/engine.ts";
import { referenceEngine } from "../../engine/reference/reference.ts";
import { add, div, mul, neg, sub } from "../../ops/elementwise/arithmetic.ts";
import { maximum } from "../../ops/elementwise/extremes.ts";
import { logicalNot } from "../../ops/elementwise/logical.ts";
import { abs, floor } from "../../ops/elementwise/rounding.ts";
import { where } from "../../ops/elementwise/where.ts";
import { cast } from "../../ops/cast.ts";
import { zeros } from "../../ops/creation.ts";
import { broadcastTo } from "../../ops/movement/broadcast-to.ts";
import { permute } from "../../ops/movement/permute.ts";
import { reshape } from "../../ops/movement/reshape.ts";
import { flip, slice } from "../../ops/movement/slice.ts";
import { max } from "../../ops/reduce/extremes.ts";
import { sum } from "../../ops/reduce/sum.ts";
import { fromData, type Tensor } from "../../tensor.ts";
import { trace, type Trace } from "../../transform/trace.ts";
import { computedNodes, type Graph } from "../graph.ts";
import { showGraph } from "../print.ts";
import { verify } from "../verify.ts";
import { foldConstants } from "./fold-constants.ts";
import { insideOut, optimize, passes, type Pass } from "./index.ts";
import { ownOutputs } from "./own-outputs.ts";
import { shareCommon } from "./share.ts";
import { simplify } from "./simplify.ts";

const traced = (program: RandomProgram): Trace => trace((...args) => runProgram(program, args as readonly Tensor[], variablesFor(program)), argumentsFor(program, 0));

/** Constants folded by another engine would differ in the last place from the definitions. */
function byDefinition<T>(run: () => T): T {
  const before = installEngine(referenceEngine);
  try {
    return run();
  } finally {
    if (before !== null) installEngine(before);
  }
}

function expectKept(before: Graph, after: Graph, given: readonly Tensor[], pass: string): void {
  verify(after, pass);
  const right = evaluateGraph(before, given);
  evaluateGraph(after, given).forEach((each, i) => {
    const found = difference(each, right[i], 0);
    if (found !== null) throw new Error(`${pass}, output ${i}: ${found}\n${showGraph(before)}\n\n${showGraph(after)}`);
  });
}

/** A pass on a graph and on the graphs inside of its loops and branches, at any depth. */
const throughout = (run: Pass["run"]): Pass["run"] => (graph) => run(insideOut(graph, throughout(run)));

const all = [...passes.map(({ name, run }) => ({ name, run: throughout(run) })), { name: "optimize", run: optimize }];

describe("random graphs keep every bit of their results", () => {
  test.each(all)("through $name", ({ name, run }) => {
    fc.assert(fc.property(randomPrograms(40), (program) => byDefinition(() => {
      const { graph } = traced(program);
      verify(graph, "trace");
      expectKept(graph, run(graph), [...argumentsFor(program, 0), ...graph.inputs.slice(7).map((input) => zeros(input.shape, { dtype: input.dtype }))], name);
    })), { numRuns: 150, interruptAfterTimeLimit: 8_000 });
  }, 60_000);

  test("through ownOutputs, after which no output is an input, a view, a constant or there twice", () => {
    fc.assert(fc.property(randomPrograms(20), (program) => byDefinition(() => {
      const { graph, scope } = traced(program);
      const after = ownOutputs(graph, scope);
      expectKept(graph, after, [...argumentsFor(program, 0), ...graph.inputs.slice(7).map((input) => zeros(input.shape, { dtype: input.dtype }))], "ownOutputs");
      expect(new Set(after.outputs).size).toBe(after.outputs.length);
      for (const output of after.outputs) {
        expect(output.storage).toBeNull();
        expect(after.inputs).not.toContain(output);
        expect(output.recipe?.primitive.lower.kind).not.toBe("view");
      }
    })), { numRuns: 100, interruptAfterTimeLimit: 8_000 });
  }, 60_000);
});

const hard = fromData(Float32Array.of(0, -0, NaN, Infinity, -Infinity, 1, -1.5, 2 ** -149, -(2 ** -149), 3.4e38), [10, 1], "float32");
const wholes = fromData(Int32Array.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 16_777_217), [6], "int32");
const bools = fromData(Uint8Array.of(0, 1), [2], "bool");

/** The names of the primitives that are left of a function. */
function leftOf(f: (x: Tensor) => Tensor, x: Tensor, pass: (graph: Graph) => Graph = simplify): readonly string[] {
  const { graph } = trace((given) => f(given as Tensor), [x]);
  // Literals are stretched by a step of their own until they are folded.
  const folded = foldConstants(graph);
  const after = pass(folded);
  expectKept(folded, after, [x], "pass");
  return computedNodes(after).map(({ recipe }) => recipe.primitive.name);
}

describe("simplify", () => {
  test.each<[string, Tensor, (x: Tensor) => Tensor, readonly string[]]>([
    ["x · 1", hard, (x) => mul(x, 1), []], ["1 · x", hard, (x) => mul(1, x), []], ["x / 1", hard, (x) => div(x, 1), []], ["x − 0", hard, (x) => sub(x, 0), []], ["x + (−0)", hard, (x) => add(x, -0), []],
    ["whole x + 0", wholes, (x) => add(x, 0), []], ["−(−x)", hard, (x) => neg(neg(x)), []], ["whole −(−x)", wholes, (x) => neg(neg(x)), []], ["¬¬x", bools, (x) => logicalNot(logicalNot(x)), []],
    ["||x||", hard, (x) => abs(abs(x)), ["abs"]], ["|−x|", hard, (x) => abs(neg(x)), ["abs"]], ["⌊⌊x⌋⌋", hard, (x) => floor(floor(x)), ["floor"]],
    ["max(x, x)", hard, (x) => maximum(x, x), []], ["x where true", hard, (x) => where(true, x, mul(x, 2)), []], ["the same both ways", hard, (x) => where(cast(x, "bool"), x, x), ["cast"].slice(1)],
    ["to wider and back", hard, (x) => cast(cast(x, "float64"), "float32"), []], ["whole to float64 and back", wholes, (x) => cast(cast(x, "float64"), "int32"), []],
    ["wider on the way to whole", hard, (x) => cast(cast(x, "float64"), "int32"), ["cast"]],
    ["the max of one", hard, (x) => max(x, { axis: 1 }), ["reshape"]], ["the sum of one whole number", wholes, (x) => sum(reshape(x, [6, 1]), { axis: 1 }), []],
    ["reshape there and back", hard, (x) => reshape(reshape(x, [2, 5]), [10, 1]), []], ["permute there and back", hard, (x) => permute(permute(x)), []],
    ["flip there and back", hard, (x) => flip(flip(x, 0), 0), []], ["a part of a part", hard, (x) => slice(slice(x, [[8, null, -2]]), [[1, 4, 2]]), ["slice"]],
    ["stretched twice", hard, (x) => broadcastTo(broadcastTo(x, [10, 3]), [2, 10, 3]), ["broadcastTo"]],
  ])("leaves out what changes nothing: %s", (_, x, f, left) => expect(leftOf(f, x)).toEqual(left));

  test.each<[string, Tensor, (x: Tensor) => Tensor, readonly string[]]>([
    ["x + 0, which makes +0 of −0", hard, (x) => add(x, 0), ["add"]], ["x − (−0)", hard, (x) => sub(x, -0), ["sub"]], ["x · 0", hard, (x) => mul(x, 0), ["mul"]], ["x − x", hard, (x) => sub(x, x), ["sub"]],
    ["the sum of one", hard, (x) => sum(x, { axis: 1 }), ["sum"]], ["whole to float32 and back", wholes, (x) => cast(cast(x, "float32"), "int32"), ["cast", "cast"]],
    ["to whole and back", hard, (x) => cast(cast(x, "int32"), "float32"), ["cast", "cast"]],
  ])("keeps what changes a zero, an infinity, NaN or the last place: %s", (_, x, f, left) => expect(leftOf(f, x)).toEqual(left));
});

describe("shareCommon", () => {
  test("computes once what is written twice, literals too", () => {
    expect(leftOf((x) => sub(mul(abs(x), 3), mul(abs(x), 3)), hard, shareCommon)).toEqual(["abs", "mul", "sub"]);
  });
  test("tells −0 from +0, dtypes and axes apart", () => {
    expect(leftOf((x) => sub(add(x, 0), add(x, -0)), hard, shareCommon)).toEqual(["add", "add", "sub"]);
    expect(leftOf((x) => add(max(x, { axis: 0 }), max(reshape(x, [1, 10]), { axis: 1 })), hard, shareCommon)).toEqual(["max", "reshape", "max", "add"]);
  });
});

describe("foldConstants", () => {
  test("computes what needs no input", () => {
    const { graph } = trace((x) => add(x as Tensor, mul(add(zeros([10, 1]), 2), 3)), [hard]);
    expect(showGraph(foldConstants(graph))).toBe(["%0 = input : float32[10, 1]", "%1 = add %0 constant float32[10, 1] : float32[10, 1]", "return %1"].join("\n"));
  });
});
