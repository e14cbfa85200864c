import type { TypedArray } from "../src/dtype.ts";
import type { Runtime } from "../src/engine/engine.ts";
import type { Program } from "../src/engine/program.ts";
import type { Tensor } from "../src/tensor.ts";
import { Variable } from "../src/variable.ts";
import { waitUntilReady } from "./threads.ts";

/** What a program gives and then what it assigns, on all of a runtime's threads; the variables themselves stay as they are. */
export function outcomeOf(runtime: Runtime, program: Program, args: readonly Tensor[], variables: readonly Variable[]): readonly TypedArray[] {
  const copies = variables.map(({ current }) => new Variable(current));
  const executable = runtime.load(program, copies);
  waitUntilReady(runtime);
  return [...executable.run(args), ...copies.map(({ value }) => value.toTypedArray())];
}
