import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import "../index.ts";
import { difference } from "../../testing/compare.ts";
import { like, lossOf, runSteps, showSteps } from "../../testing/random-control.ts";
import { Machine } from "../../testing/random-operations.ts";
import { argumentsFor, givenTo, randomPrograms, runProgram, variablesFor, type Outcome, type RandomProgram } from "../../testing/random-programs.ts";
import { shareAll, waitUntilReady } from "../../testing/threads.ts";
import { installEngine, type Engine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { createWasmEngine } from "../engine/wasm/engine.ts";
import { showGraph } from "../graph/print.ts";
import { add } from "../ops/elementwise/arithmetic.ts";
import { less } from "../ops/elementwise/comparison.ts";
import { tanh } from "../ops/elementwise/hyperbolic.ts";
import { fromData, Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import { compile } from "./compile.ts";
import { whileLoop } from "./control.ts";
import { grad } from "./gradient.ts";
import { trace } from "./trace.ts";

// Every program counts as large enough for all threads: the programs are small, so that many can be tried.
// Some stand where addresses change their sign.
const shared = [1, 2, 3].map((threads) => {
  const engine = createWasmEngine({ ...shareAll, memory: { origin: threads === 2 ? 2 ** 31 - 4096 : undefined } });
  engine.runtime?.setThreads(threads);
  return { engine, threads };
});
afterAll(() => { for (const { engine } of shared) engine.runtime?.setThreads(1); });

function on<T>(engine: Engine, run: () => T): T {
  const before = installEngine(engine);
  try {
    return run();
  } finally {
    if (before !== null) installEngine(before);
  }
}

/** Throws, with the program as a graph, where two outcomes differ. */
function expectSame(program: RandomProgram, what: string, actual: Outcome, expected: Outcome, tolerance: number): void {
  const found = actual.map((each, i): string | null => {
    const right = expected[i];
    if (each instanceof Tensor && right instanceof Tensor) return difference(each, right, tolerance);
    return each === right ? null : `${String(each)} beside ${String(right)}`;
  });
  const at = found.findIndex((each) => each !== null);
  if (at >= 0) {
    const { graph } = trace((...args) => runProgram(program, args as readonly Tensor[], variablesFor(program)), argumentsFor(program, 0));
    throw new Error(`${what}, number ${at}: ${found[at]}\n${showGraph(graph)}`);
  }
}
const held = (variables: readonly Variable[]): Outcome => variables.map(({ value }) => value);

/** Where a program fails, its steps are part of the message. */
const told = (law: (program: RandomProgram) => void) => (program: RandomProgram): void => {
  try {
    law(program);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${showSteps(program.steps)}`, { cause: error });
  }
};

function holdTogether(program: RandomProgram): void {
  const onEager = variablesFor(program);
  const onReference = variablesFor(program);
  const compiled = shared.map(({ engine, threads }) => {
    const variables = variablesFor(program);
    const f = compile((...args: readonly Tensor[]) => runProgram(program, args, variables));
    return { engine, threads, variables, run: (args: readonly Tensor[]): Outcome => on(engine, () => f(...args)) };
  });
  const tolerance = program.dtype === "float64" ? 1e-4 : 1e-3;
  for (let call = 0; call < 3; call++) {
    const args = argumentsFor(program, call);
    const right = runProgram(program, args, onEager);
    const results = compiled.map(({ engine, variables, run }) => {
      const outcome = run(args);
      if (engine.runtime !== undefined) waitUntilReady(engine.runtime);
      return [...outcome, ...on(engine, () => held(variables))];
    });
    expectSame(program, `call ${call}, compiled beside eager`, results[0], [...right, ...held(onEager)], tolerance);
    results.forEach((each, i) => expectSame(program, `call ${call}, ${shared[i].threads} threads beside one`, each, results[0], 0));
    const defined = on(referenceEngine, () => [...runProgram(program, args, onReference), ...held(onReference)]);
    expectSame(program, `call ${call}, eager beside the definitions`, [...right, ...held(onEager)], defined, tolerance);
  }
}

const runs = Number(process.env["NDGRAD_RUNS"] ?? 1);

describe("a random program gives the same eagerly, compiled on 1, 2 and 3 threads, and by the definitions", () => {
  test.each([[1, 6, 2, 120], [5, 25, 12, 80], [25, 80, 20, 20], [80, 200, 30, 8]])("of %i to %i steps, one in %i a loop or a branch", (shortest, longest, rarity, count) => {
    fc.assert(fc.property(randomPrograms(longest, shortest, rarity), told(holdTogether)), { numRuns: Math.ceil(count * runs), interruptAfterTimeLimit: 9_000 * Math.max(1, runs) });
  }, 120_000 * Math.max(1, runs));
});

test("a whileLoop that a gradient goes through is refused when it is compiled, whatever stands in it", () => {
  fc.assert(fc.property(randomPrograms(6, 0), told((program) => {
    const variables = variablesFor(program);
    const loss = (x: Tensor, ...rest: readonly Tensor[]): Tensor => {
      const machine = new Machine(givenTo([x, ...rest]), variables, program.dtype, true);
      const [, last] = whileLoop(([turn]: readonly Tensor[]) => less(turn, 2), ([turn, now]) => {
        const value = { x: now, exact: false, bound: 2 };
        const inner = machine.inside([value]);
        runSteps(inner, program.steps);
        return [add(turn, 1), add(tanh(now), like(inner, program.seed, value))];
      }, [fromData(Int32Array.of(0), [], "int32"), x]);
      return lossOf([last]);
    };
    const args = argumentsFor(program, 0) as readonly [Tensor, ...Tensor[]];
    expect(grad(loss)(...args).shape).toEqual(args[0].shape);
    expect(() => compile(grad(loss))(...args)).toThrow("whileLoop: has no gradient inside compile");
  })), { numRuns: 20 });
}, 60_000);
