import { bytesPerElement } from "../dtype.ts";
import type { Phase } from "./phases.ts";
import { readsOf, writesOf, type BufferSpec, type Program } from "./program.ts";

/** Where each buffer of an arena begins, in bytes; -1 for buffers that live elsewhere. */
export interface Plan {
  readonly offsets: readonly number[];
  /** Bytes of the whole arena. */
  readonly size: number;
}

/** Buffers begin at multiples of a cache line, with room to read past their end by one vector tile. */
const alignment = 64;
export const paddedBytes = ({ dtype, size }: Pick<BufferSpec, "dtype" | "size">): number =>
  Math.ceil((size * bytesPerElement[dtype]) / alignment) * alignment + alignment;

/**
 * Places a program's arguments, results and temporaries in one arena: temporaries whose phases do not overlap share a place.
 * Variables and constants live elsewhere.
 */
export function planMemory({ buffers }: Program, phases: readonly Phase[]): Plan {
  const offsets = buffers.map(() => -1);
  let size = 0;
  buffers.forEach((buffer, i) => {
    if (buffer.role.kind !== "argument" && buffer.role.kind !== "result") return;
    offsets[i] = size;
    size += paddedBytes(buffer);
  });

  const lives = new Map<number, { first: number; last: number }>();
  phases.forEach(({ bands }, at) => {
    for (const kernel of bands.flatMap(({ kernels }) => kernels)) {
      for (const { buffer } of [...readsOf(kernel), ...writesOf(kernel)]) {
        if (buffers[buffer].role.kind !== "temporary") continue;
        const life = lives.get(buffer);
        if (life === undefined) lives.set(buffer, { first: at, last: at });
        else life.last = at;
      }
    }
  });
  // The largest first: small ones fill what is left between. Those that have a place are kept in the order of their places.
  const placed: Placed[] = [];
  const bySize = [...lives].sort(([a], [b]) => paddedBytes(buffers[b]) - paddedBytes(buffers[a]) || a - b);
  const base = size;
  for (const [buffer, { first, last }] of bySize) {
    const bytes = paddedBytes(buffers[buffer]);
    let start = base;
    for (const other of placed) {
      if (start + bytes <= other.start) break;
      if (other.first <= last && first <= other.last && other.end > start) start = other.end;
    }
    offsets[buffer] = start;
    placed.splice(placeAfter(placed, start), 0, { start, end: start + bytes, first, last });
    size = Math.max(size, start + bytes);
  }
  return { offsets, size };
}

/** Bytes that are taken from one phase to another. */
interface Placed { readonly start: number; readonly end: number; readonly first: number; readonly last: number }

/** How many of some places, in their order, begin at a byte or before it. */
function placeAfter(placed: readonly Placed[], start: number): number {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (placed[middle].start <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}
