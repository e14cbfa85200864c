import { checkCallable } from "../options.ts";
import { currentEngine } from "../engine/engine.ts";
import type { Program } from "../engine/program.ts";
import { namesOf, showKernel } from "../engine/show.ts";
import { kernelWork } from "../engine/work.ts";
import { NdgradError } from "../errors.ts";
import { Variable } from "../variable.ts";
import { compileFor } from "./compile.ts";
import { tensorsOf } from "./tree.ts";

/** How long one kernel of a program takes. */
export interface KernelTime {
  /** The kernel as `printProgram` writes it. */
  readonly kernel: string;
  /** The best of several runs, on all threads. */
  readonly microseconds: number;
  /** Of all kernels' time together, from 0 to 1. */
  readonly share: number;
  /** Operations on elements, roughly. */
  readonly operations: number;
}
/** The time of a program, kernel by kernel, in the order in which they run. */
export interface Profile {
  readonly kernels: readonly KernelTime[];
  readonly microseconds: number;
  /** A table, the slowest kernel first. */
  toString(): string;
}

/** Runs in a round: long enough to be timed, short enough not to be missed. */
const roundMilliseconds = 5;
const rounds = 5;

/**
 * Times each kernel of what `compile(f)` makes for these arguments, one by one, on copies of the variables: no variable
 * changes. What stands in intermediate arrays is not what `f` would have put there, so a loop that ends by its values may
 * take another time here.
 *
 * @throws What compiling `f` throws; NdgradError where the engine runs no programs.
 * @example
 * console.log(String(profile((x: Tensor) => x.matmul(x).relu().sum(), ones([256, 256]))));
 */
export function profile<Args extends readonly unknown[]>(f: (...args: Args) => unknown, ...args: Args): Profile {
  checkCallable("profile", f, "profile((x) => x.exp(), x)");
  const { runtime } = currentEngine();
  if (runtime === undefined) throw new NdgradError(`profile: the ${currentEngine().name} engine runs no programs; there are no kernels to time`);
  const { program, variables } = compileFor(f as unknown as (...args: readonly unknown[]) => unknown, args, "profile");
  const copies = variables.map((variable) => new Variable(variable.current));
  const tensors = tensorsOf(args);
  const nameOf = namesOf(program);
  const timed = program.kernels.map((kernel) => {
    const executable = runtime.load(alone(program, kernel), copies);
    return { kernel: showKernel(kernel, nameOf).join("; "), microseconds: timeOf(() => executable.run(tensors)), operations: kernelWork(kernel) };
  });
  const microseconds = timed.reduce((sum, each) => sum + each.microseconds, 0);
  const kernels = timed.map((each): KernelTime => ({ ...each, share: microseconds === 0 ? 0 : each.microseconds / microseconds }));
  return { kernels, microseconds, toString: () => table(kernels, microseconds) };
}

/** A program of one kernel, which gives nothing back: copying results out is no part of its time. */
const alone = ({ buffers }: Program, kernel: Program["kernels"][number]): Program => ({
  kernels: [kernel], buffers: buffers.map((buffer) => (buffer.role.kind === "result" ? { ...buffer, role: { kind: "temporary" } } : buffer)),
});

/** Microseconds of a call, the best of several rounds. */
function timeOf(call: () => void): number {
  let calls = 1;
  let best = Infinity;
  for (let round = 0; round < rounds;) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    const elapsed = performance.now() - start;
    // The first rounds find out how many calls a round has, and let the code get warm.
    if (elapsed < roundMilliseconds && calls < 1e6) { calls *= 4; continue; }
    best = Math.min(best, (elapsed * 1000) / calls);
    round++;
  }
  return best;
}

/** Fits a terminal of 80 columns. */
const textColumns = 56;

function table(kernels: readonly KernelTime[], total: number): string {
  const lines = [...kernels].sort((a, b) => b.microseconds - a.microseconds).map(({ kernel, microseconds, share }) =>
    `${microseconds.toFixed(1).padStart(10)} µs ${(100 * share).toFixed(1).padStart(5)} %  ${kernel.length > textColumns ? `${kernel.slice(0, textColumns - 1)}…` : kernel}`);
  return [...lines, `${total.toFixed(1).padStart(10)} µs in ${kernels.length} ${kernels.length === 1 ? "kernel" : "kernels"}`].join("\n");
}
