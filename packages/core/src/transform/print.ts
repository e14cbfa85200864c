import { checkCallable } from "../options.ts";
import type { Program } from "../engine/program.ts";
import { showProgram } from "../engine/show.ts";
import { showSpec } from "../errors.ts";
import { showGraph } from "../graph/print.ts";
import { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import { compileFor, type Compilation } from "./compile.ts";
import { forEachLeaf } from "./tree.ts";

/** The compiler's view of a function with any arguments: it looks at their structure only. */
const compiled = <Args extends readonly unknown[]>(op: string, f: (...args: Args) => unknown, args: Args): Compilation => compileFor(f as unknown as (...args: readonly unknown[]) => unknown, args, op);

/**
 * What `compile(f)` computes for these arguments, as a listing with one line for each operation, after all simplifications:
 * `%2 = mul %0 %1 : float32[4]`. Inputs are the arguments' tensors and then the variables that are read or assigned; what
 * is returned are the results and then the new values of variables. Nothing runs, and no variable changes.
 *
 * @throws What compiling `f` throws.
 * @example
 * console.log(printGraph((x: Tensor) => x.mul(1).exp(), tensor([1, 2])));
 * // %0 = input : float32[2]
 * // %1 = exp %0 : float32[2]
 * // return %1
 */
export function printGraph<Args extends readonly unknown[]>(f: (...args: Args) => unknown, ...args: Args): string {
  checkCallable("printGraph", f, "printGraph((x) => x.exp(), x)");
  return showGraph(compiled("printGraph", f, args).graph);
}

/**
 * What `compile(f)` makes for these arguments: its arrays (`a` arguments, `v` variables, `r` results, `c` constants,
 * `t` temporaries, `s` what a kernel keeps for one row), the size of the arena that they share, and its kernels with about how many operations each takes. A
 * kernel reads as the sum or loop it is, over flat arrays: `r0[8i + j] = max(Σ(k < 4) a0[4i + k] · v0[8k + j], 0)`. Between phases
 * the threads wait for each other; within one they share out its bands, whole or in parts. Nothing runs, and no variable changes.
 *
 * @throws What compiling `f` throws.
 * @example
 * console.log(printProgram((x: Tensor) => x.exp().sum(), tensor([1, 2])));
 */
export function printProgram<Args extends readonly unknown[]>(f: (...args: Args) => unknown, ...args: Args): string {
  checkCallable("printProgram", f, "printProgram((x) => x.exp(), x)");
  const { program, variables, result } = compiled("printProgram", f, args);
  return showProgram(program, (buffer) => describe(program, buffer, args, variables, result));
}

/** Where a buffer's elements come from or go to, in words. */
function describe({ buffers }: Program, buffer: number, args: readonly unknown[], variables: readonly Variable[], result: unknown): string {
  const { role } = buffers[buffer];
  switch (role.kind) {
    case "argument": return `argument ${placeOf(args, role.index)}`;
    case "result": return `result ${placeOf(result, role.index)}`.trimEnd();
    case "variable": {
      const variable = variables[role.index];
      return `variable ${variable.name === undefined ? showSpec(variable) : `"${variable.name}" ${showSpec(variable)}`}`;
    }
    case "constant": return `constant ${showSpec(role.tensor)}`;
    case "temporary": return "";
    case "local": return "at one turn of a loop";
  }
}

/** Where the n-th tensor stands in a tree, and what it is. */
function placeOf(tree: unknown, index: number): string {
  let seen = 0;
  let place = "";
  forEachLeaf(tree, (leaf, path) => { if (leaf instanceof Tensor && seen++ === index) place = `${path} ${showSpec(leaf)}`.trimStart(); });
  return place;
}
