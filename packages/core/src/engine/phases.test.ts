import fc from "fast-check";
import { describe, expect, test } from "vitest";
import "../index.ts";
import { copy, smallPrograms } from "../../testing/small-programs.ts";
import { phasesOf } from "./phases.ts";
import { paddedBytes, planMemory } from "./plan.ts";
import { readsOf, writesOf, type Kernel, type LoopKernel, type Operand, type Program } from "./program.ts";

/** Whether one of two kernels writes what the other has to do with. */
const meet = (a: Kernel, b: Kernel): boolean => {
  const buffers = (operands: readonly Operand[]): ReadonlySet<number> => new Set(operands.map(({ buffer }) => buffer));
  const [first, second] = [a, b].map((kernel) => ({ written: buffers(writesOf(kernel)), seen: buffers([...readsOf(kernel), ...writesOf(kernel)]) }));
  return [...first.written].some((buffer) => second.seen.has(buffer)) || [...second.written].some((buffer) => first.seen.has(buffer));
};

describe("phases", () => {
  test("put bands that meet one after the other, in the order of the program", () => {
    fc.assert(fc.property(smallPrograms, (program) => {
      const places = new Map(phasesOf(program).flatMap(({ bands }, phase) => bands.flatMap((band) => band.kernels.map((kernel, at) => [kernel, { phase, band, at }] as const))));
      expect(places.size).toBe(program.kernels.length);
      program.kernels.forEach((later, j) => program.kernels.slice(0, j).forEach((earlier) => {
        if (!meet(earlier, later)) return;
        const [a, b] = [earlier, later].map((kernel) => places.get(kernel)!);
        expect(a.phase < b.phase || (a.band === b.band && a.at < b.at)).toBe(true);
      }));
    }), { numRuns: 60, interruptAfterTimeLimit: 8_000 });
  }, 60_000);
  test("put bands side by side that have nothing to do with one another, the largest first", () => {
    const transposed = copy({ buffer: 1, strides: [1, 8] }, { buffer: 2 });
    const wide = (buffer: number): LoopKernel => ({ ...copy({ buffer }, { buffer: buffer + 1 }), extents: [33, 400] });
    const phases = phasesOf({ kernels: [copy({}, {}), transposed, wide(5), wide(7)] });
    expect(phases.map(({ bands }) => bands.map(({ units }) => units))).toEqual([[33, 8], [8]]);
  });
});

describe("the memory plan", () => {
  /** For each placed buffer: its bytes, and the phases in which they are needed. */
  function livesOf(program: Program): readonly { readonly start: number; readonly end: number; readonly first: number; readonly last: number }[] {
    const phases = phasesOf(program);
    const { offsets } = planMemory(program, phases);
    return program.buffers.flatMap((buffer, i) => {
      if (offsets[i] < 0 || buffer.size === 0) return [];
      const used = phases.flatMap(({ bands }, at) => (bands.flatMap(({ kernels }) => kernels).some((kernel) => [...readsOf(kernel), ...writesOf(kernel)].some((operand) => operand.buffer === i)) ? [at] : []));
      const always = buffer.role.kind !== "temporary";
      return [{ start: offsets[i], end: offsets[i] + paddedBytes(buffer), first: always ? 0 : Math.min(...used), last: always ? phases.length : Math.max(...used) }];
    });
  }
  test("gives no two buffers one place at one time, keeps to cache lines and within its size", () => {
    fc.assert(fc.property(smallPrograms, (program) => {
      const lives = livesOf(program);
      const { size } = planMemory(program, phasesOf(program));
      lives.forEach((a, i) => {
        expect(a.start % 64).toBe(0);
        expect(a.end).toBeLessThanOrEqual(size);
        for (const b of lives.slice(i + 1)) if (a.first <= b.last && b.first <= a.last) expect(a.end <= b.start || b.end <= a.start).toBe(true);
      });
    }), { numRuns: 150, interruptAfterTimeLimit: 8_000 });
  }, 60_000);
  test("shares places: a chain needs as little as its longest link", () => {
    const sizes = 20;
    // Each step reads the row before, so that none can join another's band.
    const kernels = Array.from({ length: sizes }, (_, i) => copy({ buffer: i, offset: i === 0 ? 0 : -4 }, { buffer: i + 1 }));
    const buffers = Array.from({ length: sizes + 1 }, (_, i) => ({ dtype: "float32" as const, size: 32, role: i === 0 ? { kind: "argument" as const, index: 0 } : i === sizes ? { kind: "result" as const, index: 0 } : { kind: "temporary" as const } }));
    const program: Program = { buffers, kernels };
    expect(planMemory(program, phasesOf(program)).size).toBe(4 * paddedBytes({ dtype: "float32", size: 32 }));
  });
});
