import type { TypedArray } from "../dtype.ts";
import type { Primitive, Spec } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import type { Phase } from "./phases.ts";
import type { Program } from "./program.ts";

/** What runs programs: the WebAssembly engine, the reference engine, later a native and a WebGPU one. */
export interface Engine {
  readonly name: string;
  /**
   * Runs one primitive now. The inputs are concrete and strided in any way; the result is a new row-major array.
   * Primitives that lower to a view never come here, except to be copied to row-major order.
   */
  run(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, out: Spec): TypedArray;
  /** What runs whole programs; an engine without it runs compiled functions operation by operation. */
  readonly runtime?: Runtime;
}

/** Loads whole programs and runs them, on as many threads as there are. */
export interface Runtime {
  /** `variables[i]` is the program's variable i. */
  load(program: Program, variables: readonly Variable[]): Executable;
  /** How many threads programs may use. Results do not depend on it. */
  setThreads(count: number): void;
  readonly threads: number;
  /** Whether a program that is large enough would run on all of them now: helpers take a while to start and to take in a program. */
  readonly ready: boolean;
}

/** A program that is ready to run. */
export interface Executable {
  /** Runs it on these arguments and on the variables as they are; gives the results as dense arrays. Its variables then have their new values. */
  run(args: readonly Tensor[]): readonly TypedArray[];
  /** Gives back at once what it takes, which the collector would find out later; it must not be run again. */
  dispose(): void;
  /** Bytes of its arguments, results and temporaries. */
  readonly arenaBytes: number;
  readonly phases: readonly Phase[];
}

let current: Engine | null = null;

/** The engine that eager operations run on. */
export function currentEngine(): Engine {
  if (current === null) throw new Error("currentEngine: no engine was installed; import @ndgrad/core by its index");
  return current;
}

/** Makes `engine` the one that eager operations run on; gives back the one before. */
export function installEngine(engine: Engine): Engine | null {
  const previous = current;
  current = engine;
  return previous;
}
