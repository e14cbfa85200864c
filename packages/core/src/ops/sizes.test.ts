import { describe, expect, test } from "vitest";
import {
  add, arange, concat, diagonalMatrix, dot, einsum, eye, full, generator, hypot, inner, linspace, matmul, meshGrid, ones, oneHot, outer, pad, repeat, scatterAdd,
  stack, take, takeAdd, takeAlongAxis, tensor, tensordot, tile, where, zeros, type Tensor,
} from "../index.ts";
import { installEngine } from "../engine/engine.ts";
import { bind } from "../graph/bind.ts";
import { registry } from "../primitive.ts";

/** Nothing is allocated for these: one element, walked with stride 0. */
const row = zeros([70_000]);
const wide = zeros([1, 70_000]);
const tall = zeros([70_000, 1]);
const large = zeros([2 ** 30]);
const places = zeros([70_000], { dtype: "int32" });

const calls: Readonly<Record<string, () => unknown>> = {
  add: () => add(wide, tall), hypot: () => hypot(wide, tall), where: () => where(zeros([70_000], { dtype: "bool" }), tall, 0),
  matmul: () => matmul(tall, wide), "matmul ": () => matmul(zeros([50_000, 2, 2]), zeros([50_000, 1, 2, 2])), dot: () => dot(zeros([70_000, 2]), zeros([2, 70_000])),
  inner: () => inner(zeros([70_000, 2]), zeros([70_000, 2])), outer: () => outer(row, row), tensordot: () => tensordot(row, row, 0), einsum: () => einsum("i,j->ij", row, row),
  take: () => take(zeros([2, 70_000]), places), takeAlongAxis: () => takeAlongAxis(zeros([70_000, 2]), zeros([1, 70_000], { dtype: "int32" }), { axis: 1 }),
  takeAdd: () => takeAdd(zeros([2, 70_000]), places, 1), scatterAdd: () => scatterAdd(zeros([70_000, 2]), zeros([1, 70_000], { dtype: "int32" }), 1, { axis: 1 }),
  concat: () => concat([large, large]), stack: () => stack([large, large]), pad: () => pad(large, [[0, 2 ** 30]]), tile: () => tile(row, 70_000), repeat: () => repeat(row, 70_000),
  meshGrid: () => meshGrid([row, row]), diagonalMatrix: () => diagonalMatrix(row), oneHot: () => oneHot(places, 70_000),
  "oneHot ": () => oneHot([0], 2 ** 31), eye: () => eye(70_000), full: () => full([70_000, 70_000], 1), ones: () => ones([70_000, 70_000]), arange: () => arange(3e9), linspace: () => linspace(0, 1, 3e9),
  broadcastTo: () => row.broadcastTo([70_000, 70_000]), normal: () => generator(1).normal([70_000, 70_000]), uniform: () => generator(1).uniform([70_000, 70_000]),
};

describe("more elements than can be addressed are refused before anything is allocated", () => {
  test.each(Object.keys(calls))("by %s", (name) => {
    expect(calls[name]).toThrow(new RegExp(`^${name.trim()}: .*2³¹ − 1 elements`));
  });

  test("by every primitive, before an engine runs", () => {
    const previous = installEngine({ name: "none", run: () => { throw new Error("it ran"); } });
    try {
      for (const primitive of registry.values()) {
        const inputs: readonly Tensor[] = [tensor([1])];
        const huge = { ...primitive, infer: () => ({ shape: [2 ** 16, 2 ** 16], dtype: "float32" as const }) };
        expect(() => bind(huge, inputs, undefined)).toThrow(`${primitive.name}: [65536, 65536] has more than 2³¹ − 1 elements; work on it in parts`);
      }
    } finally {
      if (previous !== null) installEngine(previous);
    }
  });
});
