import { bytesPerElement } from "../../dtype.ts";
import type { HostFunction, MathOp } from "../expr.ts";
import type { LoopKernel } from "../program.ts";
import { hostFunctions, mathFunctions } from "../reference/interpret.ts";
import { ModuleBuilder } from "./encoder.ts";
import { emitLoop, lanesOf } from "./loop.ts";
import { nodesOf, type KernelContext } from "./loop-expression.ts";

/** A module whose `run(block)` computes a kernel: addresses and parameters stand in a block of int32. */
export type KernelModule = WebAssembly.Module;
/** Computes a kernel with what stands in the block at that address. */
export type RunKernel = (block: number) => void;

const allHostFunctions: Readonly<Record<HostFunction | MathOp, (...args: number[]) => number>> = { ...mathFunctions, ...hostFunctions };

/** What modules import besides the memory. */
const hostImports: WebAssembly.ModuleImports = allHostFunctions;

/** A module for a loop kernel whose block holds the addresses of buffers 0 … `buffers` − 1, then the parameters. */
export function compileLoop(kernel: LoopKernel, buffers: number): KernelModule {
  const module = new ModuleBuilder().importMemory("env", "memory", { least: 1 });
  const roots = kernel.epilogue === null ? kernel.values : [...kernel.values, kernel.epilogue.expr];
  const imported = new Map<string, number>();
  for (const node of nodesOf(roots)) {
    const name = node.kind === "rescue" ? node.host : node.kind === "apply" && node.op in mathFunctions ? (node.op as MathOp) : null;
    if (name === null || imported.has(name)) continue;
    imported.set(name, module.importFunction("host", name, new Array<"f64">(allHostFunctions[name].length).fill("f64"), ["f64"]));
  }
  const f = module.define(["i32"]);
  const [block] = f.params;
  const host = (name: HostFunction | MathOp): number => {
    const index = imported.get(name);
    if (index === undefined) throw new Error(`compileLoop: ${name} was not imported`);
    return index;
  };
  const context: KernelContext = { f, lanes: lanesOf(kernel), host, constants: new Map() };
  emitLoop(context, kernel, {
    address: (buffer) => { f.get(block).memory("i32.load", 4 * buffer); },
    parameter: (number) => { f.get(block).memory("i32.load", 4 * (buffers + number)); },
  });
  module.export("run", f.index);
  return new WebAssembly.Module(module.bytes());
}

/** A kernel's code over a memory. */
export function instantiate(module: KernelModule, memory: WebAssembly.Memory): RunKernel {
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, host: hostImports });
  return exports["run"] as RunKernel;
}

/** The bytes that elements take in scratch memory, up to the next cache line. */
export const paddedBytes = (dtype: keyof typeof bytesPerElement, count: number): number => Math.ceil((count * bytesPerElement[dtype]) / 64) * 64;
