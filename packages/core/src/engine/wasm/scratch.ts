import { NdgradError } from "../../errors.ts";
import { heapOver, type Heap } from "./heap.ts";
import { instantiate, type KernelModule, type RunKernel } from "./kernel.ts";

/** A kernel's module, and its code over the memory there is now. */
export interface Compiled {
  readonly module: KernelModule;
  run: RunKernel | null;
}

const pageBytes = 65536;
/** What a call may leave behind: a memory larger than this is given back. */
const keptBytes = 256 * 2 ** 20;

/** The one memory in which kernels run. Nothing stays in it between calls. */
export interface Scratch {
  /** The memory's arrays, with room for at least so many bytes. */
  heap(bytes: number): Heap;
  /** The code of a kernel over this memory. */
  code(compiled: Compiled): RunKernel;
  /** After a call: gives the memory back if it has become unusually large. */
  settle(): void;
}

export function createScratch(): Scratch {
  let memory: WebAssembly.Memory | null = null;
  let heap: Heap | null = null;
  let size = 0;
  const instances = new Set<Compiled>();
  const grow = (bytes: number): Heap => {
    const pages = Math.ceil(bytes / pageBytes);
    try {
      if (memory === null) memory = new WebAssembly.Memory({ initial: Math.max(16, pages) });
      // Twice what there is, so that growing step by step stays cheap.
      else memory.grow(Math.max(pages, Math.min((2 * size) / pageBytes, keptBytes / pageBytes)) - size / pageBytes);
    } catch (cause) {
      throw new NdgradError(`wasm: a call needs ${Math.ceil(bytes / 2 ** 20)} MB of memory at once, which cannot be had; work on it in parts`, { cause });
    }
    const { buffer } = memory;
    size = buffer.byteLength;
    heap = heapOver(buffer);
    return heap;
  };
  return {
    heap: (bytes) => (heap === null || bytes > size ? grow(bytes) : heap),
    code(compiled) {
      if (compiled.run !== null) return compiled.run;
      if (memory === null) grow(1);
      instances.add(compiled);
      return (compiled.run = instantiate(compiled.module, memory!));
    },
    settle() {
      if (size <= keptBytes) return;
      // Instances hold on to their memory: they go with it.
      for (const compiled of instances) compiled.run = null;
      instances.clear();
      memory = null;
      heap = null;
      size = 0;
    },
  };
}
