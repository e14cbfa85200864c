import { NdgradError } from "../../../errors.ts";
import { heapOver, type Heap } from "../heap.ts";

const pageBytes = 65536;
const alignment = 64;
/** The first bytes are for the threads' agreements. */
const reservedBytes = 1024;
/** Room past the last place that kernels may read, though never use. */
const overrunBytes = 1024;

/** The memory that compiled programs share: arenas, constants and the variables that stay between runs. */
export interface ProgramMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  /** The arrays over the memory as it is now. */
  heap(): Heap;
  /** A place for so many bytes, at a multiple of 64. */
  allocate(bytes: number): number;
  free(address: number, bytes: number): void;
}

/** A stretch of the memory that belongs to somebody. */
export interface Place { readonly address: number; readonly bytes: number }

interface Gap { start: number; end: number }

/** What tests turn. */
export interface MemoryOptions {
  /** The first byte that is given away: beyond 2 GiB addresses have another sign. */
  readonly origin?: number | undefined;
  /** Bytes that there are at the most. */
  readonly most?: number | undefined;
}

/** Memories in pages, the largest that the host grants first: a shared one must name its maximum. */
function createMemory(shared: boolean, most: number): WebAssembly.Memory {
  for (let maximum = most; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 16, maximum, shared });
    } catch (cause) {
      if (maximum <= 1024) throw new NdgradError("wasm: no memory for compiled programs can be had", { cause });
    }
  }
}

export function createProgramMemory(shared: boolean, { origin = reservedBytes, most = 65536 * pageBytes }: MemoryOptions = {}): ProgramMemory {
  const memory = createMemory(shared, Math.ceil(most / pageBytes));
  // Pages that nobody touches take no memory.
  memory.grow(Math.ceil(origin / pageBytes));
  let heap: Heap | null = null;
  let seen: ArrayBufferLike | null = null;
  let end = memory.buffer.byteLength;
  const gaps: Gap[] = [{ start: origin, end }];
  const roundUp = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

  const grow = (bytes: number): void => {
    const wanted = Math.ceil((bytes + overrunBytes) / pageBytes);
    // An eighth more than there is, so that growing step by step stays cheap.
    const pages = Math.max(wanted, Math.floor(end / pageBytes / 8));
    try {
      memory.grow(pages);
    } catch {
      try {
        memory.grow(wanted);
      } catch (cause) {
        throw new NdgradError(`wasm: a compiled program needs ${Math.ceil(bytes / 2 ** 20)} MB more memory, which cannot be had; use smaller batches, or checkpoint`, { cause });
      }
    }
    const before = end;
    end = memory.buffer.byteLength;
    release(before, end);
  };
  const release = (start: number, stop: number): void => {
    const at = gaps.findIndex((gap) => gap.start > start);
    gaps.splice(at < 0 ? gaps.length : at, 0, { start, end: stop });
    for (let i = gaps.length - 1; i > 0; i--) {
      if (gaps[i - 1].end !== gaps[i].start) continue;
      gaps[i - 1].end = gaps[i].end;
      gaps.splice(i, 1);
    }
  };
  const take = (bytes: number): number | null => {
    for (let i = 0; i < gaps.length; i++) {
      const gap = gaps[i];
      // What reads past its end must stay within the memory.
      if (gap.end - gap.start - (gap.end === end ? overrunBytes : 0) < bytes) continue;
      const { start } = gap;
      gap.start += bytes;
      if (gap.start === gap.end) gaps.splice(i, 1);
      return start;
    }
    return null;
  };

  return {
    memory, shared,
    heap() {
      if (heap === null || seen !== memory.buffer) {
        seen = memory.buffer;
        heap = heapOver(seen);
      }
      return heap;
    },
    allocate(bytes) {
      const rounded = roundUp(bytes);
      const place = take(rounded);
      if (place !== null) return place;
      grow(rounded);
      const grown = take(rounded);
      // Address 0 holds the threads' agreements: nothing may be put there for want of a place.
      if (grown === null) throw new Error(`memory: no place for ${rounded} bytes after growing by as many`);
      return grown;
    },
    free: (address, bytes) => release(address, address + roundUp(bytes)),
  };
}
