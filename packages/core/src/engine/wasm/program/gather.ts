import type { DType, TypedArray } from "../../../dtype.ts";
import { placeWithin, type Rows } from "../../../storage.ts";
import { ModuleBuilder } from "../encoder.ts";
import { elementAt } from "../heap.ts";
import { control, emitBarrier, importLook } from "./barrier.ts";
import type { ProgramMemory } from "./memory.ts";

/** Copies rows of data sets into the arguments of programs, inside the programs' memory and on all threads. */
export interface Gathers {
  /**
   * Puts down that rows are wanted at an address, if what they come from is in the memory. A data set is brought there
   * once as much was taken from it as it is large: all in all that costs at most twice what is needed.
   * @returns Whether they will be there after `run`; the caller has to copy them otherwise.
   */
  put(rows: Rows, dtype: DType, address: number): boolean;
  /** Copies all that was put down, on as many threads. */
  run(threads: number): void;
  /** Takes back what was put down. */
  forget(): void;
  /** Gives all data sets' memory back; whether there was any. Those still in use come in again by and by. */
  release(): boolean;
}

export interface GatherParts {
  readonly owner: ProgramMemory;
  /** Data sets take up to so many bytes together. */
  readonly limit: number;
  /** Gives the code to all threads; tells its number. */
  readonly load: (module: WebAssembly.Module) => number;
  /** Starts as many threads on a code; thread 0 is the caller. */
  readonly start: (id: number, threads: number) => void;
  /** What thread 0 calls now and then while it waits. */
  readonly look: () => void;
}

/** A data set's array. It does not hold the array itself: that must be free to be collected. */
interface Source {
  readonly bytes: number;
  /** Where it is in the memory; −1 while it is not. */
  address: number;
  /** Bytes copied from it while it was not. */
  taken: number;
}

/** Shorter rows are copied in JavaScript: to list them takes as long. */
const leastRowBytes = 32;
/** What stands in the list before a gather's row addresses: where to, bytes of a row, how many rows. */
const headWords = 3;

export function createGathers({ owner, limit, load, start, look }: GatherParts): Gathers {
  const sources = new WeakMap<TypedArray, Source>();
  const resident = new Set<Source>();
  let held = 0;
  let list = { address: 0, bytes: 0 };
  let code: { readonly id: number; readonly run: (thread: number, threads: number) => void } | null = null;
  const pending: { readonly rows: Rows; readonly rowBytes: number; readonly from: number; readonly to: number }[] = [];
  let words = 1;

  const evict = (source: Source): void => {
    if (source.address < 0) return;
    owner.free(source.address, source.bytes);
    held -= source.bytes;
    resident.delete(source);
    source.address = -1;
    source.taken = 0;
  };
  const dropped = new FinalizationRegistry<Source>(evict);
  const release = (): boolean => {
    // What is to be copied in a moment must stay.
    if (pending.length > 0 || resident.size === 0) return false;
    for (const source of resident) evict(source);
    return true;
  };

  /** The memory for an array or a list; −1 where there is none. */
  const allocate = (bytes: number): number => {
    try {
      return owner.allocate(bytes);
    } catch {
      return -1;
    }
  };

  /** Where a data set is in the memory, brought there if it has earned it; −1 while it is not. */
  const residence = (from: TypedArray, dtype: DType, taken: number): number => {
    let source = sources.get(from);
    if (source === undefined) sources.set(from, (source = { bytes: from.byteLength, address: -1, taken: 0 }));
    if (source.address >= 0) return source.address;
    if (source.taken < source.bytes) {
      source.taken += taken;
      return -1;
    }
    // Others make room: they have to earn their place again, so that sets in turn do not push each other out every time.
    if (source.bytes > limit || (held + source.bytes > limit && !release())) return -1;
    source.taken = 0;
    const address = allocate(source.bytes);
    if (address < 0) return -1;
    owner.heap()[dtype].set(from, elementAt(address, dtype));
    source.address = address;
    held += source.bytes;
    resident.add(source);
    dropped.register(from, source);
    return address;
  };

  /** Makes room in the list for so many words; whether there is any. */
  const reserve = (wanted: number): boolean => {
    if (wanted * 4 <= list.bytes) return true;
    const bytes = Math.max(wanted * 4, list.bytes * 2);
    const address = allocate(bytes);
    if (address < 0) return false;
    if (list.bytes > 0) owner.free(list.address, list.bytes);
    list = { address, bytes };
    return true;
  };

  /** Writes the list: how many gathers; then for each its head and the addresses of its rows. */
  const write = (): void => {
    const cells = owner.heap().int32;
    cells[control.gathers >> 2] = list.address;
    let at = list.address >>> 2;
    cells[at++] = pending.length;
    for (const { rows: { count, places }, rowBytes, from, to } of pending) {
      cells[at++] = to;
      cells[at++] = rowBytes;
      cells[at++] = places.length;
      for (let j = 0; j < places.length; j++) cells[at++] = from + placeWithin(places[j], count) * rowBytes;
    }
  };

  const forget = (): void => {
    pending.length = 0;
    words = 1;
  };

  return {
    put(rows, dtype, to) {
      const { from, first, length, places } = rows;
      const rowBytes = length * from.BYTES_PER_ELEMENT;
      if (rowBytes < leastRowBytes || rows.count === 0) return false;
      const address = residence(from, dtype, places.length * rowBytes);
      const wanted = words + headWords + places.length;
      if (address < 0 || !reserve(wanted)) return false;
      if (code === null) {
        const module = new WebAssembly.Module(emitGather(owner.shared));
        const { exports } = new WebAssembly.Instance(module, { env: { memory: owner.memory, look } });
        code = { id: load(module), run: exports["run"] as (thread: number, threads: number) => void };
      }
      words = wanted;
      pending.push({ rows, rowBytes, from: address + first * from.BYTES_PER_ELEMENT, to });
      return true;
    },
    run(threads) {
      if (pending.length === 0 || code === null) return;
      write();
      forget();
      start(code.id, threads);
      code.run(0, threads);
    },
    forget, release,
  };
}

/**
 * The module whose `run(thread, threads)` copies a thread's share of each gather in the list, then waits for the others. Rows are
 * shared out as a program's first bands share them: who copies a row is who reads it next.
 */
function emitGather(shared: boolean): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder().importMemory("env", "memory", shared ? { least: 1, most: 65536, shared: true } : { least: 1 });
  const look = shared ? importLook(module) : -1;
  const f = module.define(["i32", "i32"]);
  const [thread, threads] = f.params;
  const [at, gathers, to, bytes, rows, part, stop] = f.locals("i32", 7);
  /** rows · number / threads */
  const pushShare = (pushNumber: () => void): void => { f.get(rows); pushNumber(); f.op("i32.mul").get(threads).op("i32.div_u"); };
  f.i32(0).memory("i32.load", control.gathers).tee(at).memory("i32.load").set(gathers);
  f.get(at).i32(4).op("i32.add").set(at);
  f.while(() => f.get(gathers), () => {
    f.get(at).memory("i32.load").get(at).memory("i32.load", 4).set(bytes).get(at).memory("i32.load", 8).set(rows);
    f.get(at).i32(4 * headWords).op("i32.add").set(at);
    pushShare(() => f.get(thread));
    f.tee(part).get(bytes).op("i32.mul").op("i32.add").set(to);
    const pushAt = (): void => { f.i32(4).op("i32.mul").get(at).op("i32.add"); };
    pushShare(() => f.get(thread).i32(1).op("i32.add"));
    pushAt();
    f.set(stop).get(part);
    pushAt();
    f.set(part);
    f.while(() => f.get(part, stop).op("i32.lt_u"), () => {
      // Quicker than a loop over vectors: 2.5 ms for 25 MB, not 2.9.
      f.get(to, part).memory("i32.load").get(bytes).memoryCopy();
      f.get(to, bytes).op("i32.add").set(to).get(part).i32(4).op("i32.add").set(part);
    });
    f.get(rows);
    pushAt();
    f.set(at).get(gathers).i32(1).op("i32.sub").set(gathers);
  });
  if (shared) emitBarrier(f, thread, threads, look);
  module.export("run", f.index);
  return module.bytes();
}
