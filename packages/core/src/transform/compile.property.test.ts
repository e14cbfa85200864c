import fc from "fast-check";
import { afterAll, describe, test } from "vitest";
import "../index.ts";
import { difference } from "../../testing/compare.ts";
import { argumentsFor, randomPrograms, runProgram, variablesFor, type Outcome, type RandomProgram } from "../../testing/random-programs.ts";
import { waitUntilReady } from "../../testing/threads.ts";
import { installEngine, type Engine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { createWasmEngine } from "../engine/wasm/engine.ts";
import { showGraph } from "../graph/print.ts";
import { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import { compile } from "./compile.ts";
import { trace } from "./trace.ts";

// Every program counts as large enough for all threads: the programs are small, so that many can be tried.
const shared = [1, 2, 3].map((threads) => {
  const engine = createWasmEngine({ leastSharedWork: 0 });
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
  test.each([[5, 25, 120], [25, 80, 30], [80, 200, 10]])("of %i to %i steps", (shortest, longest, count) => {
    fc.assert(fc.property(randomPrograms(longest, shortest), holdTogether), { numRuns: Math.ceil(count * runs), interruptAfterTimeLimit: 15_000 * Math.max(1, runs) });
  }, 120_000 * Math.max(1, runs));
});
