import { currentEngine, type Executable } from "../engine/engine.ts";
import { fuse } from "../graph/fuse/fuse.ts";
import { optimize } from "../graph/passes/index.ts";
import { ownOutputs } from "../graph/passes/own-outputs.ts";
import { fromData, Tensor } from "../tensor.ts";
import type { TypedArray } from "../dtype.ts";
import { NdgradError } from "../errors.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { isRecord } from "../realm.ts";
import { insideScope } from "../graph/scope.ts";
import type { Spec } from "../primitive.ts";
import { sameShape } from "../shape/shape.ts";
import { variableCells, variableStore, type Variable } from "../variable.ts";
import type { Program } from "../engine/program.ts";
import type { Graph } from "../graph/graph.ts";
import { trace } from "./trace.ts";
import { checkFunction } from "./gradient.ts";
import { checkArguments, checkResult, mapLeaves, tensorsOf } from "./tree.ts";

/** What compiling a function may be told. */
export interface CompileOptions {
  /** Programs kept, one for each set of shapes, dtypes and static arguments; the one unused for longest goes first. 32 unless given. */
  readonly cacheSize?: number | undefined;
}

const optionNames: OptionNames<CompileOptions> = { cacheSize: true };

/** Everything made of one function for one set of shapes. */
export interface Compilation {
  readonly graph: Graph;
  readonly program: Program;
  readonly variables: readonly Variable[];
  readonly result: unknown;
  readonly resultCount: number;
}

/** Traces a function, optimises its graph and fuses it into kernels. */
export function compileFor(f: (...args: readonly unknown[]) => unknown, args: readonly unknown[], op?: string): Compilation {
  const { graph, variables, assigned, result, resultCount, scope } = trace(f, args, op);
  const argumentCount = graph.inputs.length - variables.length;
  const optimized = ownOutputs(optimize(graph), scope);
  const program = fuse(optimized, { argumentCount, resultCount, assigned });
  return { graph: optimized, program, variables, result, resultCount };
}

/** One cached program and what it was made for. */
interface Entry {
  readonly executable: Executable;
  /** Makes the function's result of the program's. */
  readonly rebuild: (results: readonly TypedArray[]) => unknown;
}

/**
 * What a program depends on of its arguments: their structure, shapes and dtypes, and all that is no tensor, by content. Functions and
 * variables go by identity. `checkArguments` has refused all else.
 */
function keyOf(arg: unknown): string {
  if (arg instanceof Tensor) return `${arg.dtype}[${arg.shape.join()}]`;
  if (Array.isArray(arg)) return `(${Array.from(arg, keyOf).join()})`;
  if (isRecord(arg)) return `{${Object.entries(arg).map(([name, value]) => `${JSON.stringify(name)}:${keyOf(value)}`).join()}}`;
  switch (typeof arg) {
    case "object": case "function": return arg === null ? "null" : `#${identityOf(arg)}`;
    case "string": return JSON.stringify(arg);
    case "bigint": return `${arg}n`;
    default: return Object.is(arg, -0) ? "-0" : String(arg);
  }
}

const identities = new WeakMap<object, number>();
let identified = 0;
function identityOf(object: object): number {
  let identity = identities.get(object);
  if (identity === undefined) identities.set(object, (identity = ++identified));
  return identity;
}

/** Puts a run's results into the structure that the function returned when it was traced. */
function resultBuilder(result: unknown): (results: readonly TypedArray[]) => unknown {
  // The traced tensors themselves would keep the whole graph alive.
  if (result instanceof Tensor) {
    const { shape, dtype } = result;
    return ([only]) => fromData(only, shape, dtype);
  }
  const frame = mapLeaves(result, (leaf) => (leaf instanceof Tensor ? new Tensor(leaf.shape, leaf.dtype, null, null) : leaf));
  return (results) => {
    let next = 0;
    return mapLeaves(frame, (leaf) => (leaf instanceof Tensor ? fromData(results[next++], leaf.shape, leaf.dtype) : leaf));
  };
}

/**
 * The same function as one program: traced once for each set of argument shapes and dtypes, optimised, fused into kernels
 * and run as one WebAssembly module on all threads. Tensors in the arguments (in arrays and records of any depth) are
 * inputs; numbers, strings, booleans and records of them are static: compared by content, they retrace when they change. Functions are
 * static by identity. What could change unseen is refused: typed arrays, maps, objects of classes. Variables that the function reads
 * stay in the engine's memory, those that it assigns have their new values afterwards. JavaScript control flow is
 * resolved while tracing; reading elements of a traced tensor is an error.
 *
 * An engine that has no programs (no WebAssembly SIMD) runs the function operation by operation.
 *
 * @throws TraceError when the function reads a traced tensor, or asks for `Math.random()` or `Date.now()`; ShapeError as its operations
 *   do; NdgradError for arguments that are neither tensors nor values, and for results that would hide tensors.
 * @example
 * const w = variable(tensor([1, 2, 3]));
 * const step = compile((x: Tensor) => {
 *   const { value, grads } = valueAndGrad(() => w.value.mul(x).sum(), [w]);
 *   w.assign(w.value.sub(grads[0].mul(0.1)));
 *   return value;
 * });
 */
export function compile<Args extends readonly unknown[], Out>(f: (...args: Args) => Out, options: CompileOptions = {}): (...args: Args) => Out {
  checkFunction("compile", f);
  checkOptions("compile", options, optionNames);
  const { cacheSize = 32 } = options;
  if (!Number.isInteger(cacheSize) || cacheSize < 1) throw new NdgradError(`compile: cacheSize ${cacheSize}; give a whole number from 1 up`);
  const entries = new Map<string, Entry>();
  /** The entry of the last call, and what it was for: most calls are like the one before. */
  let last: { readonly entry: Entry; readonly specs: readonly Spec[] } | null = null;

  const find = (args: Args): Entry => {
    if (last !== null && alike(last.specs, args)) return last.entry;
    if (!areTensors(args)) checkArguments("compile", args);
    const key = keyOf(args);
    let entry = entries.get(key);
    if (entry === undefined) {
      // A program that goes makes room for the one that comes.
      if (entries.size >= cacheSize) {
        const [[oldest, { executable }]] = entries;
        entries.delete(oldest);
        executable.dispose();
        last = null;
      }
      entry = build(args);
    } else entries.delete(key);
    // Put behind all others: the first is the one unused for longest.
    entries.set(key, entry);
    const tensors: readonly unknown[] = args;
    last = areTensors(tensors) ? { entry, specs: tensors.map((arg): Spec => ({ shape: arg.shape, dtype: arg.dtype })) } : null;
    return entry;
  };
  const build = (args: Args): Entry => {
    const { runtime } = currentEngine();
    if (runtime === undefined) throw new NdgradError("compile: this engine runs no programs");
    const { program, variables, result } = compileFor(f as unknown as (...args: readonly unknown[]) => unknown, args);
    return { executable: runtime.load(program, variables), rebuild: resultBuilder(result) };
  };

  return (...args) => {
    // Inside another transform the function's operations are that one's to see; and where variables are read from somewhere else than
    // their own cells, a program would not look there.
    if (insideScope() || variableStore() !== variableCells || currentEngine().runtime === undefined) {
      if (!areTensors(args)) checkArguments("compile", args);
      const result = f(...args);
      checkResult("compile", result);
      return result;
    }
    const { executable, rebuild } = find(args);
    return rebuild(executable.run(flat(args))) as Out;
  };
}

/** The tensors among flat arguments, without a walk where there is nothing else. */
const flat = (args: readonly unknown[]): readonly Tensor[] => (areTensors(args) ? args : tensorsOf(args));

const areTensors = (args: readonly unknown[]): args is readonly Tensor[] => args.every((arg) => arg instanceof Tensor);

/** Whether a call has tensors of these shapes and dtypes, and nothing else. */
function alike(specs: readonly Spec[], args: readonly unknown[]): boolean {
  if (specs.length !== args.length) return false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (!(arg instanceof Tensor) || arg.dtype !== specs[i].dtype || !sameShape(arg.shape, specs[i].shape)) return false;
  }
  return true;
}
