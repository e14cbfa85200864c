import { bytesPerElement } from "../../../dtype.ts";
import { divisibleExtent, type Band } from "../../bands.ts";
import type { HostFunction } from "../../expr.ts";
import { expand } from "../../math/index.ts";
import type { ContractKernel, CustomKernel, Epilogue, Kernel, LoopKernel, Operand, Size } from "../../program.ts";
import { hostFunctions } from "../../reference/interpret.ts";
import { contractParameters, emitContract, type EpiloguePosition } from "../contract.ts";
import type { ContractDType } from "../contractType.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../encoder.ts";
import { emitLoop, lanesOf } from "../loop.ts";
import { hoistConstants, nodesOf, position, type KernelContext } from "../loop-expression.ts";
import { pushLoad, setMaskWidth } from "../loop-vector.ts";
import { emitNamed } from "../named.ts";
import { contractBlocks } from "../products.ts";
import { control, emitBarrier } from "./barrier.ts";
import { emitSmallProduct, isSmallProduct } from "./small-product.ts";

/** What emitted code finds where. */
export interface Addresses {
  /** Of each buffer, in bytes. */
  readonly buffers: readonly number[];
}

const known = (size: Size): number => {
  if (typeof size !== "number") throw new Error("emit: a program's sizes are numbers");
  return size;
};

/** The kernel with all functions written out in machine operations. */
function expanded<K extends Kernel>(kernel: K): K {
  if (kernel.kind === "named") return kernel;
  const epilogue = kernel.epilogue === null ? null : { ...kernel.epilogue, expr: expand(kernel.epilogue.expr) };
  return kernel.kind === "loop" ? { ...kernel, values: kernel.values.map(expand), epilogue } : { ...kernel, epilogue };
}

const hostFunctionsOf = (kernel: Kernel): readonly HostFunction[] => {
  if (kernel.kind === "named") return [];
  const roots = [...(kernel.kind === "loop" ? kernel.values : []), ...(kernel.epilogue === null ? [] : [kernel.epilogue.expr])];
  return nodesOf(roots).flatMap((node) => (node.kind === "rescue" ? [node.host] : []));
};

/**
 * The module of a whole program. `run(thread, threads)` does one thread's share: kernel by kernel on its part of the units,
 * with a barrier after each band.
 */
export function emitProgram(bands: readonly Band[], addresses: Addresses, memory: { readonly shared: boolean }): { readonly bytes: Uint8Array<ArrayBuffer>; readonly host: readonly HostFunction[] } {
  const ready = bands.map(({ units, kernels }) => ({ units, kernels: kernels.map(expanded) }));
  const module = new ModuleBuilder().importMemory("env", "memory", memory.shared ? { least: 1, most: 65536, shared: true } : { least: 1 });
  const host = [...new Set(ready.flatMap(({ kernels }) => kernels.flatMap(hostFunctionsOf)))];
  const imported = new Map(host.map((name) => [name, module.importFunction("host", name, hostFunctions[name].length === 1 ? ["f64"] : ["f64", "f64"], ["f64"])]));
  const hostIndex = (name: string): number => imported.get(name as HostFunction) ?? missing(name);
  const emitter = { module, addresses, hostIndex };
  const calls = ready.map(({ units, kernels }) => ({ units, functions: kernels.map((kernel) => emitKernel(emitter, kernel, units)) }));

  const f = module.define(["i32", "i32"]);
  const [thread, threads] = f.params;
  const [start, end, scratch] = f.locals("i32", 3);
  f.get(thread).i32(0).memory("i32.load", control.scratchBytes).op("i32.mul").i32(0).memory("i32.load", control.scratch).op("i32.add").set(scratch);
  const boundary = (units: number, at: () => void, to: Local): void => { f.i32(units); at(); f.op("i32.mul").get(threads).op("i32.div_u").set(to); };
  calls.forEach(({ units, functions }) => {
    if (units === 0) f.get(thread).op("i32.eqz").if(() => functions.forEach((index) => f.i32(0).i32(0).get(scratch).call(index)));
    else {
      boundary(units, () => f.get(thread), start);
      boundary(units, () => f.get(thread).i32(1).op("i32.add"), end);
      f.get(start, end).op("i32.lt_u").if(() => functions.forEach((index) => f.get(start, end, scratch).call(index)));
    }
    if (memory.shared) emitBarrier(f, thread, threads);
  });
  module.export("run", f.index);
  return { bytes: module.bytes(), host };
}

const missing = (name: string): never => { throw new Error(`emit: ${name} was not imported`); };

interface Emitter {
  readonly module: ModuleBuilder;
  readonly addresses: Addresses;
  readonly hostIndex: (name: string) => number;
}

/** A function `(start, end, scratch)` that runs a kernel's units from start to end; all of it where units is 0. */
function emitKernel(emitter: Emitter, kernel: Kernel, units: number): number {
  switch (kernel.kind) {
    case "loop": return emitLoopKernel(emitter, kernel, units);
    case "contract": return emitContractKernel(emitter, kernel, units);
    case "named": return emitNamedKernel(emitter, kernel);
  }
}

function emitLoopKernel({ module, addresses, hostIndex }: Emitter, kernel: LoopKernel, units: number): number {
  const f = module.define(["i32", "i32", "i32"]);
  const [start, end] = f.params;
  const context: KernelContext = { f, lanes: lanesOf(kernel), host: hostIndex, constants: new Map() };
  const address = (buffer: number): void => { f.i32(addresses.buffers[buffer]); };
  if (units === 0) {
    emitLoop(context, kernel, { address, parameter: () => {} });
    return f.index;
  }
  // The divided axis becomes a parameter, and so does where each operand that moves along it begins.
  const perUnit = divisibleExtent(kernel) / units;
  const values: (() => void)[] = [() => f.get(end, start).op("i32.sub").i32(perUnit).op("i32.mul")];
  const part = (operand: Operand): Operand => {
    const step = known(operand.strides[0]) * perUnit;
    if (step === 0) return operand;
    values.push(() => f.get(start).i32(step).op("i32.mul").i32(known(operand.offset)).op("i32.add"));
    return { ...operand, offset: { parameter: values.length - 1 } };
  };
  const divided: LoopKernel = {
    ...kernel, extents: [{ parameter: 0 }, ...kernel.extents.slice(1)], inputs: kernel.inputs.map(part), outputs: kernel.outputs.map(part),
    epilogue: kernel.epilogue === null ? null : { ...kernel.epilogue, inputs: kernel.epilogue.inputs.map(part) },
  };
  emitLoop(context, divided, { address, parameter: (number) => values[number]() });
  return f.index;
}

function emitContractKernel({ module, addresses, hostIndex }: Emitter, kernel: ContractKernel, units: number): number {
  const { dtype } = kernel.out;
  if (isSmallProduct(kernel)) {
    const f = module.define(["i32", "i32", "i32"]);
    // Without units the whole product is the one unit.
    if (units === 0) f.i32(1).set(f.params[1]);
    emitSmallProduct(f, kernel, known(kernel.m) / Math.max(units, 1), {
      addressOf: ({ buffer, offset }) => addresses.buffers[buffer] + known(offset) * bytesPerElement[dtype],
      epilogue: kernel.epilogue === null ? null : epilogueOf(kernel.epilogue, kernel, addresses, hostIndex),
    });
    return f.index;
  }
  const product = emitContract(module, {
    dtype: dtype as ContractDType,
    ...(kernel.epilogue === null ? {} : { epilogue: epilogueOf(kernel.epilogue, kernel, addresses, hostIndex) }),
    ...(kernel.product === undefined ? {} : { target: (f: FunctionBuilder, at: EpiloguePosition) => pushAddress(f, kernel.out, at, addresses) }),
  });
  const f = module.define(["i32", "i32", "i32"]);
  const [start, end, scratch] = f.params;
  const summed: ContractKernel = { ...kernel, out: kernel.product ?? kernel.out };
  const batches = kernel.batch.reduce<number>((total, size) => total * known(size), 1);
  for (const block of contractBlocks(summed, (buffer) => addresses.buffers[buffer], bytesPerElement[dtype], 0)) {
    const perUnit = units === 0 ? 0 : (batches > 1 ? batches : known(kernel.m)) / units;
    const [first, last] = batches > 1 ? ["batchStart", "batchEnd"] : ["rowStart", "rowEnd"];
    contractParameters.forEach((name, i) => {
      if (name === "scratch") f.get(scratch);
      else if (units > 0 && name === first) f.get(start).i32(perUnit).op("i32.mul");
      else if (units > 0 && name === last) f.get(end).i32(perUnit).op("i32.mul");
      else f.i32(block[i]);
    });
    f.call(product);
  }
  return f.index;
}

/** Pushes the address of an operand's element at a position of a product. */
function pushAddress(f: FunctionBuilder, { buffer, dtype, strides, offset }: Operand, { batch, row, column }: EpiloguePosition, addresses: Addresses): void {
  const bytes = bytesPerElement[dtype];
  const rank = strides.length;
  f.i32(addresses.buffers[buffer] + known(offset) * bytes);
  const move = (local: Local, stride: Size | undefined): void => {
    if (stride !== undefined && stride !== 0) f.get(local).i32(known(stride) * bytes).op("i32.mul").op("i32.add");
  };
  move(batch, strides[rank - 3]);
  move(row, strides[rank - 2]);
  move(column, strides[rank - 1]);
}

/** Writes an epilogue's expression over a finished vector of a product. */
function epilogueOf({ expr, inputs }: Epilogue, kernel: ContractKernel, addresses: Addresses, host: (name: string) => number) {
  return (f: FunctionBuilder, at: EpiloguePosition): void => {
    const lanes = kernel.out.dtype === "float64" ? 2 : 4;
    const context: KernelContext = { f, lanes, host, constants: new Map() };
    hoistConstants(context, []);
    const pointer = f.local("i32");
    const here = position(context, [expr], (index) => {
      if (index === 0) f.get(at.value);
      else {
        const operand = inputs[index - 1];
        pushAddress(f, operand, at, addresses);
        f.set(pointer);
        pushLoad(f, { dtype: operand.dtype, stride: known(operand.strides[operand.strides.length - 1]) * bytesPerElement[operand.dtype] }, lanes, lanes, pointer);
      }
      return 4;
    }, lanes);
    const width = here.push(expr);
    if (expr.type === "bool") setMaskWidth(f, width, 4);
    here.done();
    f.release(pointer);
  };
}

function emitNamedKernel({ module, addresses }: Emitter, kernel: CustomKernel): number {
  const f = module.define(["i32", "i32", "i32"]);
  const constant = (value: number): Local => {
    const local = f.local("i32");
    f.i32(value).set(local);
    return local;
  };
  const addressOf = ({ buffer, dtype, offset }: Operand): Local => constant(addresses.buffers[buffer] + known(offset) * bytesPerElement[dtype]);
  emitNamed(f, kernel.kernel, {
    inputs: kernel.inputs.map(addressOf), out: addressOf(kernel.out), sizes: kernel.sizes.map((size) => constant(known(size))),
    scratch: f.params[2], dtype: kernel.inputs[0].dtype,
  });
  return f.index;
}
