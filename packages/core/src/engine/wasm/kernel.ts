import { bytesPerElement } from "../../dtype.ts";
import type { HostFunction } from "../expr.ts";
import { expand } from "../math/index.ts";
import type { LoopKernel } from "../program.ts";
import { hostFunctions } from "../reference/interpret.ts";
import { ModuleBuilder } from "./encoder.ts";
import { emitLoop, lanesOf } from "./loop.ts";
import { nodesOf, type KernelContext } from "./loop-expression.ts";

/** A module whose `run(block)` computes a kernel: addresses and parameters stand in a block of int32. */
export type KernelModule = WebAssembly.Module;
/** Computes a kernel with what stands in the block at that address. */
export type RunKernel = (block: number) => void;

/** A module for a loop kernel whose block holds the addresses of buffers 0 … `buffers` − 1, then the parameters. */
export function compileLoop(written: LoopKernel, buffers: number): KernelModule {
  const { epilogue } = written;
  const kernel: LoopKernel = {
    ...written, values: written.values.map(expand), epilogue: epilogue === null ? null : { ...epilogue, expr: expand(epilogue.expr) },
  };
  const module = new ModuleBuilder().importMemory("env", "memory", { least: 1 });
  const roots = kernel.epilogue === null ? kernel.values : [...kernel.values, kernel.epilogue.expr];
  const imported = new Map<string, number>();
  for (const node of nodesOf(roots)) {
    if (node.kind !== "rescue" || imported.has(node.host)) continue;
    imported.set(node.host, module.importFunction("host", node.host, new Array<"f64">(hostFunctions[node.host].length).fill("f64"), ["f64"]));
  }
  const f = module.define(["i32"]);
  const [block] = f.params;
  const host = (name: HostFunction): number => {
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
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, host: hostFunctions });
  return exports["run"] as RunKernel;
}

/** Bytes up to the next cache line. */
export const lineBytes = (dtype: keyof typeof bytesPerElement, count: number): number => Math.ceil((count * bytesPerElement[dtype]) / 64) * 64;
