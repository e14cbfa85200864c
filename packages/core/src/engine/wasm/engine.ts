import { messageOf } from "../../realm.ts";
import { allocate, type DType, type TypedArray } from "../../dtype.ts";
import type { Primitive, Spec } from "../../primitive.ts";
import { sizeOf } from "../../shape/shape.ts";
import { copyRowMajor, type Storage } from "../../storage.ts";
import { storageOf, type Tensor } from "../../tensor.ts";
import type { Engine, Runtime } from "../engine.ts";
import { referenceEngine } from "../reference/reference.ts";
import { misplaced, misplacedError } from "../misplaced.ts";
import { runDirectly } from "./direct.ts";
import { ModuleBuilder } from "./encoder.ts";
import { copyIn, elementAt, type Heap } from "./heap.ts";
import { blockAddress, createKernelCache, makePlan, type Plan } from "./plan.ts";
import { createRuntime, type RuntimeOptions } from "./program/runtime.ts";
import { createSignatures } from "./signature.ts";
import { createScratch } from "./scratch.ts";

let known: string | null | undefined;

/** What keeps this engine from running here, with the remedy where there is one; null where nothing does. */
export function wasmObstacle(): string | null {
  return known === undefined ? (known = findObstacle()) : known;
}

function findObstacle(): string | null {
  if (typeof WebAssembly !== "object") return "there is no WebAssembly here";
  const module = new ModuleBuilder();
  const f = module.define([]);
  f.v128(new Uint8Array(16)).op("v128.any_true").op("drop");
  if (!WebAssembly.validate(module.bytes())) return "WebAssembly has no SIMD here";
  try {
    // Only making one tells: what is valid may be forbidden.
    void new WebAssembly.Module(module.bytes());
    return null;
  } catch (error) {
    return `WebAssembly modules may not be made here (a page's Content-Security-Policy has to say script-src 'wasm-unsafe-eval'; ${messageOf(error)})`;
  }
}

/** Up to here `slice` is quicker than to make an array and set it. */
const shortArray = 4096;

function copyOut(dtype: DType, from: TypedArray, start: number, count: number): TypedArray {
  if (count <= shortArray) return from.slice(start, start + count);
  const out = allocate(dtype, count);
  out.set(from.subarray(start, start + count));
  return out;
}

/**
 * Runs primitives as WebAssembly SIMD128 modules that are made for them at run time: inputs are copied into one scratch
 * memory, the kernels run, the result is copied out into an array of its own.
 */
export function createWasmEngine(options: RuntimeOptions = {}): Engine {
  const scratch = createScratch();
  const kernels = createKernelCache();
  const plans = createSignatures<Plan>();

  /** Works a long row off in blocks, so that its operands never leave the cache. */
  const runBlocked = (plan: Plan, heap: Heap, tensors: readonly Tensor[], out: Spec): TypedArray => {
    const { blocked, outCount, outAddress, inputs, steps: [{ kernel, block }] } = plan;
    const result = allocate(out.dtype, outCount);
    const from = heap[out.dtype];
    const outStart = elementAt(outAddress, out.dtype);
    const run = scratch.code(kernel);
    const words = heap.int32;
    const wordsAt = blockAddress >> 2;
    words.set(block, wordsAt);
    for (let start = 0; start < outCount; start += blocked) {
      const count = Math.min(blocked, outCount - start);
      for (let i = 0; i < inputs.length; i++) {
        const { sameAs, moves, address } = inputs[i];
        if (sameAs >= 0 || (!moves && start > 0)) continue;
        const { data, offset } = storageOf(tensors[i], "wasm");
        const { dtype } = tensors[i];
        copyIn(heap[dtype], elementAt(address, dtype), data, moves ? offset + start : offset + inputs[i].first, moves ? count : inputs[i].count);
      }
      words[wordsAt + block.length - 1] = count;
      run(blockAddress);
      result.set(from.subarray(outStart, outStart + count), start);
    }
    return result;
  };

  const execute = (plan: Plan, tensors: readonly Tensor[], out: Spec): TypedArray => {
    const heap = scratch.heap(plan.bytes);
    if (plan.blocked > 0) return runBlocked(plan, heap, tensors, out);
    const { inputs, steps } = plan;
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i];
      if (input.sameAs >= 0) continue;
      const tensor = tensors[i];
      const storage = tensor.storage as Storage;
      const to = heap[tensor.dtype];
      const at = elementAt(input.address, tensor.dtype);
      if (input.gather) copyRowMajor(storage, tensor.shape, to.subarray(at, at + input.count));
      else copyIn(to, at, storage.data, storage.offset + input.first, input.count);
    }
    const words = heap.int32;
    for (let s = 0; s < steps.length; s++) {
      const { kernel, block } = steps[s];
      for (let i = 0; i < block.length; i++) words[(blockAddress >> 2) + i] = block[i];
      (kernel.run ?? scratch.code(kernel))(blockAddress);
    }
    if (plan.indexed !== null && words[misplaced.kernel >> 2] !== 0) {
      words[misplaced.kernel >> 2] = 0;
      throw misplacedError(plan.indexed, words[misplaced.index >> 2], plan.indexed.extent);
    }
    return copyOut(out.dtype, heap[out.dtype], elementAt(plan.outAddress, out.dtype), plan.outCount);
  };

  let runtime: Runtime | null = null;
  return {
    name: "wasm",
    get runtime() { return (runtime ??= createRuntime(options)); },
    run(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, out: Spec): TypedArray {
      if (sizeOf(out.shape) === 0) return allocate(out.dtype, 0);
      // A loop or branch over constants, met while tracing: its definition applies the operations in it, on this engine again.
      if (primitive.lower.kind === "control") return referenceEngine.run(primitive, inputs, attributes, out);
      const direct = runDirectly(primitive, inputs, attributes, out);
      if (direct !== null) return direct;
      const plan = plans.find(primitive, inputs, attributes) ?? plans.keep(makePlan(kernels, primitive, inputs, attributes, out));
      const result = execute(plan, inputs, out);
      scratch.settle();
      return result;
    },
  };
}
