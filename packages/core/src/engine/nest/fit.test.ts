import { describe, expect, test } from "vitest";
import { input } from "../expr.ts";
import type { LoopKernel, Operand } from "../program.ts";
import { fitTogether } from "./fit.ts";
import { commonExtents } from "./shared.ts";

const operand = (buffer: number, strides: readonly number[], more: Partial<Operand> = {}): Operand => ({ buffer, dtype: "float32", strides, offset: 0, ...more });
/** A loop over [8, 4] from one buffer to another. */
const copy = (from: Operand, to: Operand): LoopKernel => ({ kind: "loop", extents: [8, 4], values: [input(0, "float32")], inputs: [from], reduce: null, epilogue: null, outputs: [to] });
/** The sums of eight rows of four. */
const sums = (from: Operand): LoopKernel => ({ kind: "loop", extents: [8, 4], values: [input(0, "float32")], inputs: [from], reduce: { axes: 1, combine: "sum" }, epilogue: null, outputs: [operand(9, [1])] });
const rows = operand(1, [4, 1]);

describe("loops fit together", () => {
  test.each<[string, Operand, boolean]>([
    ["what was written at the same row", rows, true],
    ["its own row from the end", operand(1, [4, -1], { offset: 3 }), true],
    ["part of its own row", operand(1, [4, 0], { offset: 2 }), true],
    ["one element further on", operand(1, [4, 1], { offset: 1 }), false],
    ["one row further on", operand(1, [4, 1], { offset: 4 }), false],
    ["one row for all", operand(1, [0, 1]), false],
    ["what was written, transposed", operand(1, [1, 8]), false],
    ["from the last row up", operand(1, [-4, 1], { offset: 28 }), false],
  ])("where a sum reads %s", (_, read, fits) => {
    const fit = fitTogether([copy(operand(0, [4, 1]), rows), sums(read)]);
    expect(fit?.shared ?? null).toEqual(fits ? [8] : null);
  });
  test("where what is read first is written later only at the same row", () => {
    expect(fitTogether([sums(rows), copy(operand(0, [4, 1]), rows)])?.shared).toEqual([8]);
    expect(fitTogether([sums(rows), copy(operand(0, [4, 1]), operand(1, [4, 1], { offset: 4 }))])).toBeNull();
  });
  test("where one of them is a reduction, whose sums are not better taken side by side", () => {
    expect(fitTogether([copy(operand(0, [4, 1]), rows), copy(rows, operand(2, [4, 1]))])).toBeNull();
    expect(fitTogether([sums(operand(0, [1, 8])), copy(operand(0, [1, 8]), operand(2, [1, 8]))])).toBeNull();
  });
  test("by the finest extents that all of them can be counted through by", () => {
    expect(commonExtents([12, 5], [4, 15])).toEqual([4, 3, 5]);
    expect(commonExtents([60], [3, 4])).toEqual([3, 4]);
    expect(commonExtents([1, 6], [4])).toEqual([2]);
    expect(commonExtents([5], [7])).toEqual([]);
    const flat: LoopKernel = { ...copy(operand(0, [1]), operand(1, [1])), extents: [32] };
    expect(fitTogether([flat, sums(rows)])).toMatchObject({ shared: [8], fitted: [{ stage: { extents: [8, 4], inputs: [{ strides: [4, 1] }] } }, {}] });
  });
});
