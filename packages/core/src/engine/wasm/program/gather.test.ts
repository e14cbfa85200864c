import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, stack, tensor, zeros } from "../../../index.ts";
import { shareAll, waitUntilReady } from "../../../../testing/threads.ts";
import { allocate, bytesPerElement, type DType, type TypedArray } from "../../../dtype.ts";
import { copyRows, type Rows } from "../../../storage.ts";
import { Tensor } from "../../../tensor.ts";
import { installEngine, type Engine, type Runtime } from "../../engine.ts";
import { createWasmEngine } from "../engine.ts";
import { elementAt } from "../heap.ts";
import { createGathers, type Gathers } from "./gather.ts";
import { createProgramMemory } from "./memory.ts";

const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

/** Elements that tell where they stand. */
function some(dtype: DType, size: number, phase = 0): TypedArray {
  const out = allocate(dtype, size);
  for (let i = 0; i < size; i++) out[i] = dtype === "bool" ? Number((i * i + phase) % 7 < 3) : (i + phase) % 100_003;
  return out;
}
/** Places in no order, some of them counted from the end. */
const placesOf = (count: number, many: number, seed = 1): Int32Array => Int32Array.from({ length: many }, (_, i) => ((i * 7919 + seed * 104_729) % (2 * count)) - count);

/** Where two arrays differ first; −1 where nowhere. */
const firstDifference = (a: TypedArray, b: TypedArray): number => (a.length === b.length ? a.findIndex((value, i) => value !== b[i]) : Math.min(a.length, b.length));

describe("rows in a memory", () => {
  const make = (limit = 2 ** 20, grants: () => boolean = () => true) => {
    const memory = createProgramMemory(false);
    let used = 0;
    const owner = {
      ...memory,
      allocate(bytes: number) {
        if (!grants()) throw new Error("no more");
        used += bytes;
        return memory.allocate(bytes);
      },
      free(address: number, bytes: number) { used -= bytes; memory.free(address, bytes); },
    };
    const started: number[] = [];
    return { memory, started, used: () => used, gathers: createGathers({ owner, limit, load: () => 5, look: () => undefined, start: (id) => { started.push(id); } }) };
  };
  /** Whether rows are taken after their source has earned its place. */
  const putInTime = (gathers: Gathers, rows: Rows, dtype: DType, to: number): boolean => {
    for (let turn = 0; turn <= rows.from.byteLength; turn++) if (gathers.put(rows, dtype, to)) return true;
    return false;
  };

  test("are what copying by the element makes of them, and nothing around them changes: dtypes, lengths, parts of an array, several at a time", () => {
    const { memory, gathers, started } = make();
    const length = (dtype: DType, bytes: number): number => Math.ceil(bytes / bytesPerElement[dtype]);
    const cases = dtypes.flatMap((dtype) => [32, 33, 40, 100, 127, 128, 200, 1000].map((bytes, seed): { rows: Rows; dtype: DType } => {
      const rows = { first: 3 * seed, count: 11, length: length(dtype, bytes), places: placesOf(11, 1 + 5 * seed, seed) };
      return { rows: { ...rows, from: some(dtype, rows.first + rows.count * rows.length + seed, seed) }, dtype };
    }));
    const expected = cases.map(({ rows, dtype }) => {
      const out = allocate(dtype, rows.places.length * rows.length + 32).fill(1);
      copyRows(rows, out, 16);
      return out;
    });
    for (let from = 0; from < cases.length; from += 4) {
      const together = cases.slice(from, from + 4).map(({ rows, dtype }) => {
        const size = rows.places.length * rows.length + 32;
        const address = memory.allocate(size * bytesPerElement[dtype]);
        const at = elementAt(address, dtype);
        memory.heap()[dtype].fill(1, at, at + size);
        return { rows, dtype, size, address, to: address + 16 * bytesPerElement[dtype] };
      });
      // The first earn their places before any is put down that stays.
      for (const { rows, dtype, to } of together) {
        expect(putInTime(gathers, rows, dtype, to)).toBe(true);
        gathers.forget();
      }
      for (const { rows, dtype, to } of together) expect(gathers.put(rows, dtype, to)).toBe(true);
      gathers.run(1);
      together.forEach(({ dtype, size, address }, i) => {
        const at = elementAt(address, dtype);
        expect(memory.heap()[dtype].slice(at, at + size)).toEqual(expected[from + i]);
      });
    }
    expect(started).toEqual(new Array(cases.length / 4).fill(5));
    gathers.run(1);
    expect(started).toHaveLength(cases.length / 4);
  });

  const set = (count: number, dtype: DType = "float32"): Rows => ({ from: some(dtype, count * 100), first: 0, count, length: 100, places: placesOf(count, 10) });

  test("come from a source once as much was taken from it as it is large, whichever parts were taken", () => {
    const { gathers } = make();
    const all = set(40);
    const part = { ...all, first: 1000, count: 10 };
    expect([all, part, all, part, all].map((rows) => gathers.put(rows, "float32", 4096))).toEqual([false, false, false, false, true]);
    expect(gathers.put({ ...all, places: new Int32Array(0) }, "float32", 4096)).toBe(true);
    gathers.forget();
  });
  test("are left to the caller where they are short, or no memory can be had", () => {
    const { gathers } = make();
    expect(putInTime(gathers, { ...set(4), length: 7 }, "float32", 4096)).toBe(false);
    let granted = false;
    const poor = make(2 ** 20, () => granted);
    const rows = set(40);
    expect([1, 2, 3, 4, 5].map(() => poor.gathers.put(rows, "float32", 4096))).toEqual([false, false, false, false, false]);
    granted = true;
    expect([1, 2, 3, 4, 5].map(() => poor.gathers.put(rows, "float32", 4096))).toEqual([false, false, false, false, true]);
  });
  test("keep within a limit: sets make room for each other, but not while rows of theirs are wanted", () => {
    const { gathers, used } = make(20_000);
    const [first, second, large] = [set(40), set(40), set(51)];
    expect(putInTime(gathers, large, "float32", 4096)).toBe(false);
    expect(putInTime(gathers, first, "float32", 4096)).toBe(true);
    expect(putInTime(gathers, second, "float32", 4096)).toBe(false);
    expect(gathers.release()).toBe(false);
    gathers.run(1);
    expect(gathers.put(second, "float32", 4096)).toBe(true);
    gathers.run(1);
    expect(used()).toBeLessThan(20_000);
    expect([1, 2, 3, 4].map(() => gathers.put(first, "float32", 4096))).toEqual([false, false, false, false]);
    expect([gathers.release(), gathers.release()]).toEqual([true, false]);
    expect(used()).toBeLessThan(1000);
  });
});

describe("compiled functions", () => {
  const gathering = createWasmEngine(shareAll);
  const runtime = gathering.runtime as Runtime;
  let before: Engine | null = null;
  beforeAll(() => { before = installEngine(gathering); });
  afterAll(() => {
    runtime.setThreads(1);
    if (before !== null) installEngine(before);
  });

  const rows = 60;
  const sets = dtypes.map((dtype, i) => {
    // Rows of 1,001 elements: no multiple of 16 bytes.
    const whole = new Tensor([rows, 7, 143], dtype, tensor(some(dtype, rows * 1001, i), { shape: [rows, 7, 143], dtype }).storage, null);
    return dtype === "int32" ? whole.slice([[2, rows]]) : whole;
  });
  /** The same rows, one view each: nothing of this waits to be looked at. */
  const plain = (set: Tensor, places: Int32Array): Tensor => stack([...places].map((place) => set.slice([(place + set.shape[0]) % set.shape[0]])));

  test("take rows of several data sets at a time, on one, two and three threads: the same as rows that were there", () => {
    const step = compile((a: Tensor, b: Tensor, c: Tensor, d: Tensor) => [a.mul(2), b.sub(1), c.mul(3).add(1), d.logicalNot()]);
    for (const threads of [1, 2, 3, 2, 1, 3]) {
      runtime.setThreads(threads);
      for (let epoch = 0; epoch < 6; epoch++) {
        const places = sets.map((set, i) => placesOf(set.shape[0], 70, epoch + i));
        const batches = sets.map((set, i) => set.take([...places[i]]));
        expect(batches.map(({ storage }) => (storage?.rows ?? null) !== null)).toEqual([true, true, true, true]);
        const got = step(batches[0], batches[1], batches[2], batches[3]);
        const [a, b, c, d] = sets.map((set, i) => plain(set, places[i]));
        const right = [a.mul(2), b.sub(1), c.mul(3).add(1), d.logicalNot()];
        got.forEach((out, i) => expect(firstDifference(out.toTypedArray(), right[i].toTypedArray())).toBe(-1));
        if (threads > 1) waitUntilReady(runtime);
      }
    }
  });

  test("take batches of none, and sets without rows' elements", () => {
    const twice = compile((x: Tensor) => x.mul(2));
    for (let turn = 0; turn < 3; turn++) {
      expect(twice(sets[0].take([])).shape).toEqual([0, 7, 143]);
      expect(twice(zeros([5, 0]).take([1, 2])).shape).toEqual([2, 0]);
    }
  });

  test("bring rows anew after a call whose other argument could not be had", () => {
    const add = compile((x: Tensor, y: Tensor) => x.add(y));
    const [set] = sets;
    const one = tensor(1);
    const broken = new Tensor([], "float32", { get data(): TypedArray { throw new RangeError("no more memory"); }, strides: [], offset: 0, contiguous: true }, null);
    for (let epoch = 0; epoch < 4; epoch++) {
      const places = placesOf(rows, 70, epoch);
      const batch = set.take([...places]);
      expect(() => add(batch, broken)).toThrow("no more memory");
      // What was put down for the call that failed must not come over what this one brings.
      expect(add(zeros(batch.shape), one).data.every((value) => value === 1)).toBe(true);
      expect(firstDifference(add(batch, one).toTypedArray(), plain(set, places).add(1).toTypedArray())).toBe(-1);
    }
  });
});
