import { describe, expect, test } from "vitest";
import { contractOverrun, contractParameters, contractScratch, emitContract, type ContractOptions, type ContractParameter } from "./contract.ts";
import type { ContractDType } from "./contractType.ts";
import { ModuleBuilder } from "./encoder.ts";

type Arguments = Readonly<Record<ContractParameter, number>>;
const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;

/** A module of its own for one kernel, over a memory of 4 MiB. */
function kernel(options: ContractOptions) {
  const module = new ModuleBuilder().importMemory("env", "memory", { least: 64 });
  module.export("contract", emitContract(module, options));
  const memory = new WebAssembly.Memory({ initial: 64 });
  const { contract } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } }).exports as Record<string, (...args: number[]) => void>;
  const type = arrays[options.dtype];
  return {
    type,
    bytes: type.BYTES_PER_ELEMENT,
    all: new type(memory.buffer),
    run: (args: Arguments) => contract(...contractParameters.map((name) => args[name])),
  };
}
const kernels = { float32: kernel({ dtype: "float32" }), float64: kernel({ dtype: "float64" }), int32: kernel({ dtype: "int32" }) };

/** How an operand of `rows` by `columns` is walked, in elements. */
interface Walk { readonly batch: number; readonly row: number; readonly column: number; readonly offset: number; readonly size: number }
type Layout = (batch: number, rows: number, columns: number) => Walk;
const layouts: Record<string, Layout> = {
  rows: (batch, rows, columns) => ({ batch: rows * columns, row: columns, column: 1, offset: 0, size: batch * rows * columns }),
  columns: (batch, rows, columns) => ({ batch: rows * columns, row: 1, column: rows, offset: 0, size: batch * rows * columns }),
  flipped: (batch, rows, columns) => ({
    batch: -rows * columns, row: -columns, column: -1, offset: Math.max(0, batch * rows * columns - 1), size: batch * rows * columns,
  }),
  stretched: (batch, rows) => ({ batch: 0, row: 1, column: 0, offset: 0, size: batch * rows }),
  oneRow: (batch, _rows, columns) => ({ batch: columns, row: 0, column: 1, offset: 0, size: batch * columns }),
  sparse: (batch, rows, columns) => ({ batch: 3 * rows * columns + 1, row: 3 * columns, column: 3, offset: 2, size: 3 * batch * (rows * columns + 1) }),
};

interface Case { readonly m: number; readonly k: number; readonly n: number; readonly batch?: number; readonly a?: string; readonly b?: string; readonly gap?: number }

/** Puts operands into memory among NaN, and says where; `ranges` narrows what is computed. */
function place(dtype: ContractDType, { m, k, n, batch = 1, a = "rows", b = "rows", gap = 0 }: Case) {
  const { all, bytes } = kernels[dtype];
  const walkA = layouts[a](batch, m, k);
  const walkB = layouts[b](batch, k, n);
  // What surrounds the operands must not show in the results.
  all.fill(dtype === "int32" ? 0x7fffffff : NaN);
  const align = (value: number): number => (value + 3) & ~3;
  const startA = 5;
  const startB = startA + walkA.size + 3;
  const startC = startB + walkB.size + 3;
  const cRow = n + gap;
  const scratch = align(startC + batch * m * cRow + contractOverrun / 4);
  let seed = 1;
  for (const [start, size] of [[startA, walkA.size], [startB, walkB.size]]) {
    for (let i = 0; i < size; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      all[start + i] = dtype === "int32" ? seed | 0 : seed / 2 ** 31 - 1;
    }
  }
  expect(scratch * bytes + contractScratch(dtype, m, n, k) + bytes).toBeLessThanOrEqual(all.byteLength);
  const args: Arguments = {
    m, n, k, batchStart: 0, batchEnd: batch, rowStart: 0, rowEnd: m, columnStart: 0, columnEnd: n,
    a: (startA + walkA.offset) * bytes, aBatch: walkA.batch, aRow: walkA.row, aColumn: walkA.column,
    b: (startB + walkB.offset) * bytes, bBatch: walkB.batch, bRow: walkB.row, bColumn: walkB.column,
    c: startC * bytes, cBatch: m * cRow, cRow, scratch: scratch * bytes,
  };
  const result = (): number[] => Array.from({ length: batch * m * n }, (_, at) => {
    const row = Math.floor(at / n);
    return all[startC + row * cRow + (at - row * n)];
  });
  return { args, all, result, outside: () => [all[startC - 1], all[scratch - 1], all[scratch + contractScratch(dtype, m, n, k) / bytes], all[startC + batch * m * cRow], ...(gap > 0 ? [all[startC + n]] : [])] };
}

/** Plain loops: the sums, and the sums of magnitudes that rounding errors are measured by. */
function expected(dtype: ContractDType, args: Arguments) {
  const { all, bytes } = kernels[dtype];
  const sums: number[] = [];
  const magnitudes: number[] = [];
  for (let at = 0; at < args.batchEnd; at++) {
    for (let i = 0; i < args.m; i++) {
      for (let j = 0; j < args.n; j++) {
        let sum = 0;
        let magnitude = 0;
        for (let l = 0; l < args.k; l++) {
          const x = all[args.a / bytes + at * args.aBatch + i * args.aRow + l * args.aColumn];
          const y = all[args.b / bytes + at * args.bBatch + l * args.bRow + j * args.bColumn];
          sum = dtype === "int32" ? (sum + Math.imul(x, y)) | 0 : sum + x * y;
          magnitude += Math.abs(x * y);
        }
        sums.push(sum);
        magnitudes.push(magnitude);
      }
    }
  }
  return { sums, magnitudes };
}

/** What is wrong with a product, or nothing. */
function faults(dtype: ContractDType, samples: readonly Case[]): string[] {
  const unit = { float32: 2 ** -24, float64: 2 ** -53, int32: 0 }[dtype];
  return samples.flatMap((sample) => {
    const { args, result, outside } = place(dtype, sample);
    const { sums, magnitudes } = expected(dtype, args);
    kernels[dtype].run(args);
    const values = result();
    const worst = values.findIndex((value, i) => !(Math.abs(value - sums[i]) <= (args.k + 1) * unit * magnitudes[i]));
    if (worst >= 0) return [`element ${worst} of ${JSON.stringify(sample)} is ${values[worst]}, not ${sums[worst]}`];
    return outside().every((value) => Object.is(value, dtype === "int32" ? 0x7fffffff : NaN)) ? [] : [`${JSON.stringify(sample)} writes past its room`];
  });
}

const sizes = [[7, 13, 5], [1, 1, 1], [4099, 3, 2], [3, 2, 4099], [33, 65, 129], [1, 784, 10], [784, 300, 1], [1, 1, 77], [4, 8, 8], [130, 530, 20], [2, 5, 1030], [3, 4, 3], [2, 37, 3], [3, 23, 50], [41, 30, 3], [20, 3, 70]];
const transpositions = [["rows", "rows"], ["rows", "columns"], ["columns", "rows"], ["columns", "columns"]];

describe.each(["float32", "float64", "int32"] as const)("contract in %s", (dtype) => {
  test.each(sizes)("%i×%i×%i in all four transpositions", (m, k, n) => {
    expect(faults(dtype, transpositions.map(([a, b]) => ({ m, k, n, a, b })))).toEqual([]);
  });

  test("every size from 0 to 9, with gaps between the rows of the result", () => {
    const samples = Array.from({ length: 1000 }, (_, i) => ({ m: Math.floor(i / 100), k: Math.floor(i / 10) % 10, n: i % 10, gap: 1, b: i % 7 < 3 ? "rows" : "columns" }));
    expect(faults(dtype, samples)).toEqual([]);
  });

  test("batches, negative and zero strides, gaps", () => {
    const shapes = [[9, 6, 11], [1, 21, 6], [6, 21, 1], [1, 9, 1], [2, 17, 3], [5, 2, 66]];
    const kinds = Object.keys(layouts);
    expect(faults(dtype, kinds.flatMap((a) => kinds.flatMap((b) => shapes.map(([m, k, n]) => ({ m, k, n, a, b, batch: 3, gap: 2 })))))).toEqual([]);
  });

  test("parts put together have the bits of the whole", () => {
    for (const [m, k, n] of [[70, 531, 37], [1, 700, 90], [90, 700, 1], [6, 40, 6], [9, 3, 70], [2, 40, 3]]) {
      for (const [a, b] of transpositions) {
        const { args, all, result } = place(dtype, { m, k, n, a, b, batch: 2 });
        kernels[dtype].run(args);
        const whole = result();
        all.fill(0, args.c / kernels[dtype].bytes, args.c / kernels[dtype].bytes + 2 * m * n);
        const cut = (size: number): number[][] => [[0, Math.floor(size / 3)], [Math.floor(size / 3), size]];
        for (const [batchStart, batchEnd] of cut(2)) for (const [rowStart, rowEnd] of cut(m)) for (const [columnStart, columnEnd] of cut(n)) {
          kernels[dtype].run({ ...args, batchStart, batchEnd, rowStart, rowEnd, columnStart, columnEnd });
        }
        expect(result()).toEqual(whole);
      }
    }
  });
});

test.each(["float32", "float64"] as const)("NaN and infinities reach only their own row and column in %s", (dtype) => {
  for (const [a, b] of transpositions) {
    for (const [m, n] of [[5, 9], [1, 9], [5, 1]]) {
      const { args, all, result } = place(dtype, { m, k: 6, n, a, b });
      const { bytes } = kernels[dtype];
      all[args.a / bytes] = Infinity;
      all[args.b / bytes] = -Infinity;
      const { sums } = expected(dtype, args);
      kernels[dtype].run(args);
      expect(result().map((value) => (Number.isFinite(value) ? "finite" : value))).toEqual(sums.map((value) => (Number.isFinite(value) ? "finite" : value)));
    }
  }
});

test.each([[5, 9, 11], [1, 9, 11], [11, 9, 1], [3, 0, 5], [20, 600, 12], [2, 20, 3], [9, 3, 64]].flatMap((each) => [1, 4].map((together) => [...each, together])))("an epilogue sees every element once, finished, with its place: %i×%i×%i, %i vectors together", (m, k, n, together) => {
  const { all, run } = kernel({
    dtype: "float32", together,
    // value · 2 + batch · 1000 + row · 100 + the bias of its column, which stands at byte 16.
    epilogue: (f, { value, batch, row, column }) => {
      f.get(value).f32(2).op("f32x4.splat").op("f32x4.mul");
      f.get(batch).i32(1000).op("i32.mul").get(row).i32(100).op("i32.mul").op("i32.add").op("f32.convert_i32_s").op("f32x4.splat").op("f32x4.add");
      f.get(column).i32(2).op("i32.shl").memory("v128.load", 16).op("f32x4.add");
    },
  });
  all.fill(1);
  for (let j = 0; j < 128; j++) all[4 + j] = j;
  const [a, b, c, scratch] = [4096, 4096 + 160_000, 4096 + 320_000, 4096 + 480_000];
  run({
    m, n, k, batchStart: 0, batchEnd: 2, rowStart: 0, rowEnd: m, columnStart: 0, columnEnd: n, a, aBatch: 0, aRow: k, aColumn: 1,
    b, bBatch: 0, bRow: n, bColumn: 1, c, cBatch: m * n, cRow: n, scratch,
  });
  const wanted = Array.from({ length: 2 * m * n }, (_, at) => {
    const row = Math.floor(at / n);
    return 2 * k + Math.floor(row / m) * 1000 + (row % m) * 100 + (at % n);
  });
  expect([...all.subarray(c / 4, c / 4 + 2 * m * n)]).toEqual(wanted);
});
