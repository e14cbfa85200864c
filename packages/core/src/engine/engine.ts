import type { TypedArray } from "../dtype.ts";
import type { Primitive, Spec } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";

/** What runs programs: the WebAssembly engine, the reference engine, later a native and a WebGPU one. */
export interface Engine {
  readonly name: string;
  /**
   * Runs one primitive now. The inputs are concrete and strided in any way; the result is a new row-major array.
   * Primitives that lower to a view never come here, except to be copied to row-major order.
   */
  run(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, out: Spec): TypedArray;
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
