import { bytesPerElement, type DType } from "../../dtype.ts";
import type { Primitive, Spec } from "../../primitive.ts";
import { span } from "../../shape/layout.ts";
import { sizeOf } from "../../shape/shape.ts";
import type { Storage } from "../../storage.ts";
import { storageOf, type Tensor } from "../../tensor.ts";
import { lowerCall, parametrize, placeRowMajor, type Placed } from "../lower.ts";
import type { Expr } from "../expr.ts";
import { indexReaders, type IndexReader } from "../misplaced.ts";
import { deepProductInParts } from "../partial.ts";
import type { BufferSpec, Kernel, LoopKernel, Operand } from "../program.ts";
import { contractOverrun, contractScratch } from "./contract.ts";
import { compileLoop, lineBytes } from "./kernel.ts";
import { nodesOf } from "./loop-expression.ts";
import { compileNamed, namedOverrun, namedScratch } from "./named.ts";
import { compileContract, contractBlocks } from "./products.ts";
import type { Compiled } from "./scratch.ts";

/** How an input gets into scratch memory. */
export interface CopyIn {
  /** As an input before it, which is the same array: −1 if there is none. */
  readonly sameAs: number;
  /** Its elements lie in one stretch that begins so far from the storage's offset; else they are gathered in row-major order. */
  readonly first: number;
  readonly count: number;
  readonly gather: boolean;
  readonly address: number;
  /** In a blocked plan: the stretch moves along with the blocks. */
  readonly moves: boolean;
}

export interface Step {
  readonly kernel: Compiled;
  readonly block: Int32Array;
}

/** All that a call of a primitive on such shapes, layouts and attributes does, with every address and size worked out. */
export interface Plan {
  readonly inputs: readonly CopyIn[];
  readonly steps: readonly Step[];
  readonly outAddress: number;
  readonly outCount: number;
  /** Scratch memory that it needs. */
  readonly bytes: number;
  /** How indices are read, and the size of the axis along which they point, where there are any. */
  readonly indexed: (IndexReader & { readonly extent: number }) | null;
  /** Elements per block where one row of elements is worked off in blocks, else 0. The block's size is the last word of the only step. */
  readonly blocked: number;
}

/** Where the words that a kernel reads stand; operands begin behind them. */
export const blockAddress = 64;
const operandsAddress = 4096;

/** Elements in a block of a long row: its operands stay in the second-level cache between copy and kernel. */
const blockElements = 16384;

/** Finds a kernel by its key, or compiles it. */
export type KernelCache = (key: string, compile: () => WebAssembly.Module) => Compiled;

/** Kernels kept; beyond them all are dropped: attributes that change at every call must not fill the memory. */
const mostKernels = 2048;

/** The kernels of one engine: their code belongs to its memory. */
export function createKernelCache(): KernelCache {
  const kernels = new Map<string, Compiled>();
  return (key, compile) => {
    let compiled = kernels.get(key);
    if (compiled === undefined) {
      if (kernels.size >= mostKernels) kernels.clear();
      compiled = { module: compile(), run: null };
      kernels.set(key, compiled);
    }
    return compiled;
  };
}

/** An expression as text: equal texts compute the same. */
function textOf(roots: readonly Expr[]): string {
  const numbers = new Map<Expr, number>();
  const parts = nodesOf(roots).map((node, i) => {
    numbers.set(node, i);
    const name = (expr: Expr): number | undefined => numbers.get(expr);
    switch (node.kind) {
      case "input": return `i${node.index}${node.type}`;
      case "constant": return `c${Object.is(node.value, -0) ? "-0" : node.value}${node.type}`;
      case "apply": return `${node.op}(${node.args.map(name).join()})${node.type}`;
      case "rescue": return `?${name(node.when)},${name(node.value)},${node.host}(${node.args.map(name).join()})`;
    }
  });
  return `${parts.join(";")}>${roots.map((root) => numbers.get(root)).join()}`;
}

/** Works a call out. The result has at least one element. */
export function makePlan(kernelOf: KernelCache, primitive: Primitive, tensors: readonly Tensor[], attributes: unknown, out: Spec): Plan {
  const storages = tensors.map((tensor) => storageOf(tensor, primitive.name));
  const rowMajorOnly = primitive.lower.kind === "named";
  const extents = tensors.map((tensor, i) => stretchOf(tensor, storages[i], rowMajorOnly));
  const placed = tensors.map((tensor, i): Placed =>
    extents[i].gather ? placeRowMajor(tensor, i) : { shape: tensor.shape, dtype: tensor.dtype, buffer: i, strides: storages[i].strides, offset: 0 });
  const buffers = [...tensors, out].map(({ dtype, shape }): BufferSpec => ({ dtype, size: sizeOf(shape), role: { kind: "temporary" } }));
  const lowered = lowerCall(primitive, placed, attributes, placeRowMajor(out, tensors.length))
    .flatMap((kernel) => (kernel.kind === "contract" ? deepProductInParts(kernel, buffers) : null) ?? [kernel]);
  const blocked = isBlocked(lowered) && extents.every(({ gather }) => !gather) ? blockElements : 0;
  let end = operandsAddress;
  const reserve = (dtype: DType, count: number): number => {
    const address = end;
    end += lineBytes(dtype, count) + Math.max(contractOverrun, namedOverrun);
    return address;
  };
  const inputs: CopyIn[] = [];
  tensors.forEach((tensor, i) => {
    const { first, count, gather } = extents[i];
    const sameAs = storages.findIndex((storage, j) => j < i && storage === storages[i] && extents[j].gather === gather && extents[j].count === count);
    const moves = blocked > 0 && count > 1;
    const address = sameAs >= 0 ? inputs[sameAs].address : reserve(tensor.dtype, moves ? blocked : count);
    inputs.push({ sameAs, first, count, gather, address, moves });
  });
  const outCount = sizeOf(out.shape);
  const outAddress = reserve(out.dtype, blocked > 0 ? blocked : outCount);
  const between = buffers.slice(tensors.length + 1).map(({ dtype, size }) => reserve(dtype, size));
  const addressOf = (buffer: number): number => {
    if (buffer === tensors.length) return outAddress;
    if (buffer > tensors.length) return between[buffer - tensors.length - 1];
    // An operand's offset counts from where its tensor begins.
    return inputs[buffer].address - inputs[buffer].first * bytesPerElement[tensors[buffer].dtype];
  };
  const steps = lowered.flatMap((kernel) => stepsOf(kernelOf, kernel, addressOf, (bytes) => { const at = end; end += bytes; return at; }));
  const [first] = lowered;
  const reader = first?.kind === "named" ? indexReaders[first.kernel] : undefined;
  const indexed = first?.kind === "named" && reader !== undefined ? { ...reader, extent: Number(first.sizes[1]) } : null;
  return { inputs, steps, outAddress, outCount, bytes: end, indexed, blocked };
}

/** A stretch that holds an input's elements, unless it is much longer than they are. */
function stretchOf(tensor: Tensor, storage: Storage, rowMajorOnly: boolean): { readonly first: number; readonly count: number; readonly gather: boolean } {
  const count = tensor.size;
  if (storage.contiguous || count === 0) return { first: 0, count, gather: false };
  const reach = span({ shape: tensor.shape, strides: storage.strides, offset: 0 });
  if (reach === null || rowMajorOnly) return { first: 0, count, gather: true };
  const stretch = reach[1] - reach[0] + 1;
  return stretch <= 2 * count + 64 ? { first: reach[0], count: stretch, gather: false } : { first: 0, count, gather: true };
}

/** A long row of neighbours, without anything that must see all of it. */
function isBlocked(lowered: readonly Kernel[]): boolean {
  if (lowered.length !== 1) return false;
  const [kernel] = lowered;
  if (kernel.kind !== "loop" || kernel.reduce !== null || kernel.extents.length !== 1) return false;
  const [extent] = kernel.extents;
  const [out] = kernel.outputs;
  return out.strides[0] === 1 && out.offset === 0 && typeof extent === "number" && extent > 2 * blockElements && kernel.inputs.every(({ strides: [stride] }) => stride === 0 || stride === 1);
}

function stepsOf(kernelOf: KernelCache, kernel: Kernel, addressOf: (buffer: number) => number, scratch: (bytes: number) => number): readonly Step[] {
  switch (kernel.kind) {
    case "loop": return [loopStep(kernelOf, kernel, addressOf)];
    case "contract": {
      const { dtype } = kernel.out;
      if (dtype === "bool") throw new Error("wasm: there is no matrix product of bool");
      const bytes = contractScratch(dtype, Number(kernel.m), Number(kernel.n), Number(kernel.k));
      const compiled = kernelOf(`contract ${dtype}`, () => compileContract(dtype));
      return contractBlocks(kernel, addressOf, bytesPerElement[dtype], scratch(bytes)).map((block) => ({ kernel: compiled, block }));
    }
    case "control": case "nest": throw new Error("wasm: kernels of kernels are part of whole programs only");
    case "named": {
      const sizes = kernel.sizes.map(Number);
      const { dtype } = kernel.inputs[0];
      const compiled = kernelOf(`${kernel.kernel} ${dtype}`, () => compileNamed(kernel.kernel, dtype));
      const addresses = [...kernel.inputs, kernel.out].map(({ buffer }) => addressOf(buffer));
      return [{ kernel: compiled, block: Int32Array.from([...addresses, ...sizes, scratch(namedScratch(kernel.kernel, sizes))]) }];
    }
  }
}

function loopStep(kernelOf: KernelCache, kernel: LoopKernel, addressOf: (buffer: number) => number): Step {
  const operands = [...kernel.inputs, ...kernel.outputs];
  // A kernel knows its own operands only, whatever else the program holds.
  const own = (from: readonly Operand[], first: number): Operand[] => from.map((operand, i) => ({ ...operand, buffer: first + i }));
  const { kernel: shared, key, values } = parametrize({
    ...kernel, inputs: own(kernel.inputs, 0), outputs: own(kernel.outputs, kernel.inputs.length),
  });
  const compiled = kernelOf(`${textOf(shared.values)}|${key}`, () => compileLoop(shared, operands.length));
  return { kernel: compiled, block: Int32Array.from([...operands.map(({ buffer }) => addressOf(buffer)), ...values]) };
}
