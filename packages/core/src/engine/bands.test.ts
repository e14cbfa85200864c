import fc from "fast-check";
import { describe, expect, test } from "vitest";
import "../index.ts";
import { copy, smallPrograms } from "../../testing/small-programs.ts";
import { bandsOf, type Band } from "./bands.ts";
import { constant } from "./expr.ts";
import { readsOf, writesOf, type Kernel, type LoopKernel, type Operand } from "./program.ts";

/** The elements that one unit of a kernel touches of an operand, each counted out. */
function touched(kernel: Kernel, operand: Operand, unit: number, units: number): ReadonlySet<number> {
  if (kernel.kind === "nest") return touched(kernel.stages.find((stage) => [...readsOf(stage), ...writesOf(stage)].includes(operand)) ?? kernel.stages[0], operand, unit, units);
  const strides = operand.strides.map(Number);
  let extents: readonly number[];
  if (kernel.kind === "loop") extents = kernel.extents.slice(0, strides.length).map(Number);
  else if (kernel.kind === "contract") extents = [...kernel.batch, ...(operand === kernel.a ? [kernel.m, kernel.k] : operand === kernel.b ? [kernel.k, kernel.n] : [kernel.m, kernel.n])].map(Number);
  else throw new Error("a kernel of its own is not divided");
  const batches = kernel.kind === "contract" ? kernel.batch.map(Number).reduce((a, b) => a * b, 1) : 0;
  const divided = kernel.kind === "loop" || batches > 1 ? 0 : operand === kernel.b ? -1 : kernel.batch.length;
  let places = [Number(operand.offset)];
  extents.forEach((extent, axis) => {
    const perUnit = extent / units;
    const [from, to] = axis === divided ? [unit * perUnit, (unit + 1) * perUnit] : [0, extent];
    places = places.flatMap((place) => Array.from({ length: to - from }, (_, i) => place + (from + i) * strides[axis]));
  });
  return new Set(places);
}

/** What unit i of one kernel and another unit of another kernel have both to do with, where one of them writes. */
function hazardIn({ units, kernels }: Band): string | null {
  if (units === 0) return null;
  const uses = kernels.map((kernel) => [...readsOf(kernel).map((operand) => ({ operand, writes: false })), ...writesOf(kernel).map((operand) => ({ operand, writes: true }))]
    .map(({ operand, writes }) => ({ writes, buffer: operand.buffer, places: Array.from({ length: units }, (_, unit) => touched(kernel, operand, unit, units)) })));
  for (let i = 0; i < uses.length; i++) {
    for (let j = i; j < uses.length; j++) {
      for (const a of uses[i]) {
        for (const b of uses[j]) {
          if (a.buffer !== b.buffer || !(a.writes || b.writes)) continue;
          for (let u = 0; u < units; u++) for (let v = 0; v < units; v++) {
            if (u !== v) for (const place of a.places[u]) if (b.places[v].has(place)) return `units ${u} and ${v} of kernels ${i} and ${j} meet at ${place} of buffer ${a.buffer}`;
          }
        }
      }
    }
  }
  return null;
}

const bandCount = (...kernels: readonly Kernel[]): number => bandsOf({ kernels }).length;

describe("bands", () => {
  test("never let two units of work touch one place that one of them writes", () => {
    fc.assert(fc.property(smallPrograms, (program) => {
      for (const band of bandsOf(program)) expect(hazardIn(band)).toBeNull();
    }), { numRuns: 100, interruptAfterTimeLimit: 8_000 });
  }, 60_000);
  test("keep all kernels, and the order of those that write what others read or write", () => {
    fc.assert(fc.property(smallPrograms, (program) => {
      const order = bandsOf(program).flatMap(({ kernels }) => kernels);
      expect(new Set(order)).toEqual(new Set(program.kernels));
      expect(order.length).toBe(program.kernels.length);
      const buffers = (operands: readonly Operand[]): readonly number[] => operands.map(({ buffer }) => buffer);
      program.kernels.forEach((later, j) => program.kernels.slice(0, j).forEach((earlier) => {
        const [first, second] = [earlier, later].map((kernel) => ({ written: buffers(writesOf(kernel)), seen: [...buffers(readsOf(kernel)), ...buffers(writesOf(kernel))] }));
        const bound = first.written.some((buffer) => second.seen.includes(buffer)) || second.written.some((buffer) => first.seen.includes(buffer));
        if (bound) expect(order.indexOf(earlier)).toBeLessThan(order.indexOf(later));
      }));
    }), { numRuns: 30, interruptAfterTimeLimit: 8_000 });
  }, 60_000);

  test.each<[string, Partial<Operand>, Partial<Operand>, number]>([
    ["what was written at the same place", { buffer: 1 }, { buffer: 2 }, 1],
    ["what was written one row further on", { buffer: 1, offset: 4 }, { buffer: 2 }, 2],
    ["what was written, transposed", { buffer: 1, strides: [1, 8] }, { buffer: 2 }, 2],
    ["one row of what was written, for all", { buffer: 1, strides: [0, 1] }, { buffer: 2 }, 2],
    ["within its own row, from the end", { buffer: 1, strides: [4, -1], offset: 3 }, { buffer: 2 }, 1],
    ["from the last row up", { buffer: 1, strides: [-4, 1], offset: 28 }, { buffer: 2 }, 2],
    ["something else", { buffer: 3 }, { buffer: 2 }, 1],
  ])("with a kernel that reads %s", (_, from, to, bands) => expect(bandCount(copy({}, {}), copy(from, to))).toBe(bands));
  test("wait before writing over what others still read", () => {
    expect(bandCount(copy({}, {}), copy({ buffer: 2 }, { buffer: 0 }))).toBe(1);
    expect(bandCount(copy({ strides: [1, 8] }, {}), copy({ buffer: 2 }, { buffer: 0 }))).toBe(2);
    expect(bandCount(copy({}, {}), copy({ buffer: 2 }, { offset: 4 }))).toBe(2);
  });
  test("take kernels of different sizes by the parts they have in common", () => {
    const wide: LoopKernel = { kind: "loop", extents: [32], values: [constant(1, "float32")], reduce: null, epilogue: null, inputs: [], outputs: [{ buffer: 0, dtype: "float32", strides: [1], offset: 0 }] };
    expect(bandsOf({ kernels: [wide, copy({}, {})] }).map(({ units }) => units)).toEqual([8]);
    expect(bandsOf({ kernels: [{ ...wide, extents: [33] }, copy({}, {})] }).map(({ units }) => units)).toEqual([33, 8]);
  });
  test("are found in long programs, too: 4,000 kernels in less than 2 seconds", () => {
    const kernels = Array.from({ length: 4000 }, (_, i) => copy({ buffer: i % 7 === 0 ? 0 : i, strides: i % 5 === 0 ? [1, 8] : [4, 1] }, { buffer: i + 1 }));
    const start = process.cpuUsage().user;
    bandsOf({ kernels });
    expect((process.cpuUsage().user - start) / 1e6).toBeLessThan(2);
  });
  test("leave small kernels to one thread, several in a row without a barrier", () => {
    const small = { ...copy({}, {}), extents: [2, 4] };
    expect(bandsOf({ kernels: [small, small] }).map(({ units }) => units)).toEqual([0]);
  });
});
