import { bytesPerElement } from "../../../dtype.ts";
import { divisibleExtent, runsOf } from "../../bands.ts";
import type { HostFunction } from "../../expr.ts";
import { expand } from "../../math/index.ts";
import { bodiesOf, loopWithOperands, type ContractKernel, type CustomKernel, type Epilogue, type Kernel, type LoopKernel, type NestKernel, type Operand, type Size } from "../../program.ts";
import { indexReaders, type IndexReader } from "../../misplaced.ts";
import { phasesOf, type Phase } from "../../phases.ts";
import { hostFunctions } from "../../reference/interpret.ts";
import { contractParameters, emitContract, type EpiloguePosition } from "../contract.ts";
import type { ContractDType } from "../contractType.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../encoder.ts";
import { emitLoop, lanesOf } from "../loop.ts";
import { hoistConstants, nodesOf, position, type KernelContext } from "../loop-expression.ts";
import { vectorsAtOnce } from "../loop-map.ts";
import { emitNest, nestScratch } from "../loop-stages.ts";
import { pushLoad, setMaskWidth } from "../loop-vector.ts";
import { emitNamed } from "../named.ts";
import { contractBlocks } from "../products.ts";
import { control, emitBarrier, importLook } from "./barrier.ts";
import { emitPhases, type WrittenPhase } from "./schedule.ts";
import { emitSmallProduct, isSmallProduct } from "./small-product.ts";
import { known } from "../../sizes.ts";

/** What emitted code finds where. */
export interface Addresses {
  /** Of each buffer, in bytes. */
  readonly buffers: readonly number[];
}

/** The kernel with all functions written out in machine operations. */
function expanded<K extends Kernel>(kernel: K): K {
  if (kernel.kind === "named" || kernel.kind === "control") return kernel;
  if (kernel.kind === "nest") return { ...kernel, stages: kernel.stages.map(expanded) };
  const epilogue = kernel.epilogue === null ? null : { ...kernel.epilogue, expr: expand(kernel.epilogue.expr) };
  return kernel.kind === "loop" ? { ...kernel, values: kernel.values.map(expand), epilogue } : { ...kernel, epilogue };
}

const hostFunctionsOf = (kernel: Kernel): readonly HostFunction[] => {
  if (kernel.kind === "named") return [];
  if (kernel.kind === "control") return bodiesOf(kernel).flat().flatMap((each) => hostFunctionsOf(expanded(each)));
  if (kernel.kind === "nest") return kernel.stages.flatMap(hostFunctionsOf);
  const roots = [...(kernel.kind === "loop" ? kernel.values : []), ...(kernel.epilogue === null ? [] : [kernel.epilogue.expr])];
  return nodesOf(roots).flatMap((node) => (node.kind === "rescue" ? [node.host] : []));
};

/** A kernel that reads indices; its number, under which it tells of one out of range, is its place in the list + 1. */
export interface IndexedKernel {
  readonly reader: IndexReader;
  /** The size of the axis that they point along. */
  readonly extent: number;
  readonly indices: Operand;
  readonly count: number;
  /** It runs once, whatever happens, not in a loop or branch. */
  readonly always: boolean;
}

export interface EmittedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly host: readonly HostFunction[];
  readonly indexed: readonly IndexedKernel[];
}

/**
 * The module of a whole program. `run(thread, threads)` does one thread's share of it: phase by phase, with a barrier after each.
 */
export function emitProgram(phases: readonly Phase[], addresses: Addresses, memory: { readonly shared: boolean }, dividedWork: number): EmittedProgram {
  const module = new ModuleBuilder().importMemory("env", "memory", memory.shared ? { least: 1, most: 65536, shared: true } : { least: 1 });
  const host = [...new Set(phases.flatMap(({ bands }) => bands.flatMap(({ kernels }) => kernels.flatMap((kernel) => hostFunctionsOf(expanded(kernel))))))];
  const imported = new Map(host.map((name) => [name, module.importFunction("host", name, hostFunctions[name].length === 1 ? ["f64"] : ["f64", "f64"], ["f64"])]));
  const hostIndex = (name: string): number => imported.get(name as HostFunction) ?? missing(name);
  const look = memory.shared ? importLook(module) : -1;
  const emitter: Emitter = { module, addresses, hostIndex, loops: loopsIn(phases), indexed: [], always: true };
  const written = writeFunctions(emitter, phases);

  const f = module.define(["i32", "i32"]);
  const [thread, threads] = f.params;
  const scratch = f.local("i32");
  f.get(thread).i32(0).memory("i32.load", control.scratchBytes).op("i32.mul").i32(0).memory("i32.load", control.scratch).op("i32.add").set(scratch);
  const turns = f.locals("i32", emitter.loops);
  for (const turn of turns) f.i32(0).set(turn);
  emitPhases({ f, thread, threads, scratch, turns, shared: memory.shared, barrier: () => { if (memory.shared) emitBarrier(f, thread, threads, look); }, addresses: addresses.buffers, dividedWork }, written);
  module.export("run", f.index);
  return { bytes: module.bytes(), host, indexed: emitter.indexed };
}

/** How deep loops over kernels are nested. */
const loopsIn = (phases: readonly Phase[]): number =>
  Math.max(0, ...phases.map(({ bands: [{ control: flow }] }) => (flow === null ? 0 : Math.max(flow.depth + 1, ...bodiesOf(flow).map((kernels) => loopsIn(phasesOf({ kernels })))))));

function writeFunctions(emitter: Emitter, phases: readonly Phase[]): readonly WrittenPhase[] {
  return phases.map(({ bands }) => bands.map((band) => {
    if (band.control !== null) return { band, runs: [], bodies: bodiesOf(band.control).map((kernels) => writeFunctions({ ...emitter, always: false }, phasesOf({ kernels }))) };
    const runs = runsOf(band, (kernel) => kernel.kind === "contract" && !isSmallProduct(kernel));
    return { band, bodies: [], runs: runs.map(({ kernels, block }) => ({ block, functions: kernels.map((kernel) => emitKernel(emitter, expanded(kernel), band.units)) })) };
  }));
}

const missing = (name: string): never => { throw new Error(`emit: ${name} was not imported`); };

interface Emitter {
  readonly module: ModuleBuilder;
  readonly addresses: Addresses;
  readonly hostIndex: (name: string) => number;
  /** How many turn counters every kernel is given. */
  readonly loops: number;
  /** Kernels that read indices, as they are written. */
  readonly indexed: IndexedKernel[];
  readonly always: boolean;
}

/** Starts a kernel's function: `(start, end, scratch, ...turns)`. */
const define = ({ module, loops }: Emitter): FunctionBuilder => module.define(new Array<"i32">(3 + loops).fill("i32"));

/** A function `(start, end, scratch)` that runs a kernel's units from start to end; all of it where units is 0. */
function emitKernel(emitter: Emitter, kernel: Kernel, units: number): number {
  switch (kernel.kind) {
    case "loop": case "nest": return emitLoopKernel(emitter, kernel, units);
    case "contract": return emitContractKernel(emitter, kernel, units);
    case "named": return emitNamedKernel(emitter, kernel);
    case "control": throw new Error("emit: a loop over kernels is no kernel");
  }
}

function emitLoopKernel(emitter: Emitter, kernel: LoopKernel | NestKernel, units: number): number {
  const { addresses, hostIndex } = emitter;
  const f = define(emitter);
  const [start, end, scratch, ...turns] = f.params;
  const offsets = kernel.kind === "nest" ? nestScratch(kernel).offsets : new Map<number, number>();
  const address = (buffer: number): void => {
    const place = offsets.get(buffer);
    if (place === undefined) f.i32(addresses.buffers[buffer]);
    else f.get(scratch).i32(place).op("i32.add");
  };
  // What the part and the turn decide becomes a parameter: the divided axis, and where operands that move along begin.
  const values: (() => void)[] = [];
  const parameter = (push: () => void): { readonly parameter: number } => ({ parameter: values.push(push) - 1 });
  const perUnit = units === 0 ? 0 : divisibleExtent(kernel) / units;
  const part = (operand: Operand): Operand => {
    const { offset } = operand;
    const step = units === 0 ? 0 : known(operand.strides[0]) * perUnit;
    if (typeof offset === "number" && step === 0) return operand;
    return {
      ...operand,
      offset: parameter(() => {
        f.get(start).i32(step).op("i32.mul");
        if (typeof offset === "number") f.i32(offset).op("i32.add");
        else if ("loop" in offset) f.i32(offset.start).op("i32.add").get(turns[offset.loop]).i32(offset.step).op("i32.mul").op("i32.add");
      }),
    };
  };
  const count = units === 0 ? null : parameter(() => f.get(end, start).op("i32.sub").i32(perUnit).op("i32.mul"));
  const placed = (loop: LoopKernel): LoopKernel => ({ ...loopWithOperands(loop, part), extents: count === null ? loop.extents : [count, ...loop.extents.slice(1)] });
  const context: KernelContext = { f, lanes: kernel.kind === "loop" ? lanesOf(kernel) : 4, host: hostIndex, constants: new Map() };
  const bindings = { address, parameter: (number: number) => values[number]() };
  if (kernel.kind === "loop") emitLoop(context, placed(kernel), bindings);
  else emitNest(context, { ...kernel, stages: kernel.stages.map(placed) }, bindings);
  return f.index;
}

function emitContractKernel(emitter: Emitter, kernel: ContractKernel, units: number): number {
  const { module, addresses, hostIndex } = emitter;
  const { dtype } = kernel.out;
  if (isSmallProduct(kernel)) {
    const f = define(emitter);
    // Without units the whole product is the one unit, whatever the caller's locals hold.
    if (units === 0) f.i32(0).set(f.params[0]).i32(1).set(f.params[1]);
    emitSmallProduct(f, kernel, Math.max(units, 1), {
      addressOf: ({ buffer, offset }) => addresses.buffers[buffer] + known(offset) * bytesPerElement[dtype],
      epilogue: kernel.epilogue === null ? null : epilogueOf(kernel.epilogue, kernel, addresses, hostIndex),
    });
    return f.index;
  }
  const product = emitContract(module, {
    dtype: dtype as ContractDType,
    ...(kernel.epilogue === null ? {} : { epilogue: epilogueOf(kernel.epilogue, kernel, addresses, hostIndex), together: vectorsAtOnce([kernel.epilogue.expr]) }),
    ...(kernel.product === undefined ? {} : { target: (f: FunctionBuilder, at: EpiloguePosition) => pushAddress(f, kernel.out, at, addresses) }),
  });
  const f = define(emitter);
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
        pushLoad(f, { dtype: operand.dtype, stride: known(operand.strides[operand.strides.length - 1]) * bytesPerElement[operand.dtype] }, lanes, pointer);
      }
      return 4;
    }, lanes);
    const width = here.push(expr);
    if (expr.type === "bool") setMaskWidth(f, width, 4);
    here.done();
    f.release(pointer);
  };
}

function emitNamedKernel(emitter: Emitter, kernel: CustomKernel): number {
  const { addresses } = emitter;
  const f = define(emitter);
  const constant = (value: number): Local => {
    const local = f.local("i32");
    f.i32(value).set(local);
    return local;
  };
  const addressOf = ({ buffer, dtype, offset }: Operand): Local => constant(addresses.buffers[buffer] + known(offset) * bytesPerElement[dtype]);
  const reader = indexReaders[kernel.kernel];
  if (reader !== undefined) {
    const [outer, extent, inner = 1, many = 1] = kernel.sizes.map(known);
    const count = kernel.kernel === "take" || kernel.kernel === "takeAdd" ? many : outer * inner * many;
    emitter.indexed.push({ reader, extent, indices: kernel.inputs[reader.input], count, always: emitter.always });
  }
  emitNamed(f, kernel.kernel, {
    inputs: kernel.inputs.map(addressOf), out: addressOf(kernel.out), sizes: kernel.sizes.map((size) => constant(known(size))),
    scratch: f.params[2], dtype: kernel.inputs[0].dtype, number: emitter.indexed.length,
  });
  return f.index;
}
