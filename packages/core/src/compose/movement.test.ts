import { beforeAll, describe, expect, test } from "vitest";
import { expectDerivatives, irregular } from "../../testing/derivatives.ts";
import { installEngine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { iota } from "../ops/creation.ts";
import { literalTensor } from "../ops/literal-tensor.ts";
import { reshape } from "../ops/movement/reshape.ts";
import { concat } from "../ops/movement/place.ts";
import type { Tensor } from "../tensor.ts";
import { diagonal, diagonalMatrix, trace } from "./diagonal.ts";
import { meshGrid, moveAxis, repeat, roll, split, stack, swapAxes, tile, unstack } from "./movement.ts";
import { booleanMask, nonZero, oneHot, tril, triu } from "./selection.ts";
import { sort, topK } from "./sorting.ts";

beforeAll(() => { installEngine(referenceEngine); });

const tensor = (value: unknown): Tensor => literalTensor("tensor", value);
const counted = (...shape: readonly number[]): Tensor => reshape(iota(shape.reduce((a, b) => a * b, 1), "float32"), shape);

describe("axes", () => {
  test("move and swap", () => {
    const x = counted(2, 3, 4, 5);
    expect(moveAxis(x, 0, -1).shape).toEqual([3, 4, 5, 2]);
    expect(moveAxis(x, [0, -1], [1, 0]).shape).toEqual([5, 2, 3, 4]);
    expect(swapAxes(x, 1, -1).shape).toEqual([2, 5, 4, 3]);
    expect(moveAxis(counted(2, 2), 0, 1).toArray()).toEqual([[0, 2], [1, 3]]);
    expect(() => moveAxis(x, [0, 0], [1, 2])).toThrow("moveAxis: [0, 0] names an axis twice");
    expect(() => moveAxis(x, [0], [1, 2])).toThrow("moveAxis: 1 axes to 2 places");
  });
});

describe("stack, unstack and split", () => {
  test("undo each other", () => {
    const x = counted(2, 3, 4);
    for (const axis of [0, 1, 2, -1]) {
      expect(stack(unstack(x, axis), axis).toArray()).toEqual(x.toArray());
      expect(concat(split(x, x.shape.at(axis) as number, axis), axis).toArray()).toEqual(x.toArray());
    }
    expect(stack([tensor([1, 2]), tensor([3, 4])], -1).toArray()).toEqual([[1, 3], [2, 4]]);
    expect(stack([tensor(1), tensor(2)]).toArray()).toEqual([1, 2]);
  });

  test("split cuts at indices as NumPy does", () => {
    expect(split(iota(6, "float32"), [2, -1]).map((each) => each.toArray())).toEqual([[0, 1], [2, 3, 4], [5]]);
    expect(split(iota(3, "float32"), [2, 9]).map((each) => each.toArray())).toEqual([[0, 1], [2], []]);
    expect(split(iota(3, "float32"), [2, 1]).map((each) => each.toArray())).toEqual([[0, 1], [], [1, 2]]);
  });

  test("refuse what does not fit", () => {
    expect(() => stack([])).toThrow("stack: no tensors");
    expect(() => stack([counted(2), counted(3)])).toThrow("stack: shapes [2] and [3] differ");
    expect(() => split(counted(5), 2)).toThrow("split: axis 0 of [5] does not divide into 2 equal parts");
    expect(() => stack([counted(2)], 2)).toThrow("axis 2 is out of range for rank 2");
  });
});

describe("tile, repeat and roll", () => {
  test("tile", () => {
    expect(tile(tensor([[1, 2]]), [2, 2]).toArray()).toEqual([[1, 2, 1, 2], [1, 2, 1, 2]]);
    expect(tile(tensor([1, 2]), [2, 1]).toArray()).toEqual([[1, 2], [1, 2]]);
    expect(tile(counted(2, 2), 2).toArray()).toEqual([[0, 1, 0, 1], [2, 3, 2, 3]]);
    expect(tile(tensor(7), [2]).toArray()).toEqual([7, 7]);
    expect(tile(counted(2, 2), [0, 1]).shape).toEqual([0, 2]);
    expect(() => tile(tensor([1]), [-1])).toThrow("tile: -1 is not a size");
  });

  test("repeat", () => {
    expect(repeat(counted(2, 2), 2).toArray()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(repeat(counted(2, 2), 2, 0).toArray()).toEqual([[0, 1], [0, 1], [2, 3], [2, 3]]);
    expect(repeat(counted(2, 2), [1, 2], 1).toArray()).toEqual([[0, 1, 1], [2, 3, 3]]);
    expect(repeat(counted(2, 2), 0, -1).shape).toEqual([2, 0]);
    expect(() => repeat(counted(3), [1, 2], 0)).toThrow("repeat: 2 counts for axis 0 of [3]");
  });

  test("roll", () => {
    expect(roll(iota(5, "float32"), 2).toArray()).toEqual([3, 4, 0, 1, 2]);
    expect(roll(iota(5, "float32"), -7, 0).toArray()).toEqual([2, 3, 4, 0, 1]);
    expect(roll(counted(2, 3), 1).toArray()).toEqual([[5, 0, 1], [2, 3, 4]]);
    expect(roll(counted(2, 3), [1, -1], [0, 1]).toArray()).toEqual([[4, 5, 3], [1, 2, 0]]);
    expect(roll(counted(0), 3).shape).toEqual([0]);
    expect(() => roll(counted(3), 0.5)).toThrow("roll: a shift of 0.5");
  });

  test("are differentiated", () => {
    const x = irregular([2, 3]);
    expectDerivatives((at) => tile(at, [2, 1, 2]), x);
    expectDerivatives((at) => repeat(at, [2, 0, 1], 1), x);
    expectDerivatives((at) => repeat(at, 3, 0), x);
    expectDerivatives((at) => roll(at, [1, 2], [0, 1]), x);
    expectDerivatives((at) => stack(split(at, [1], 1).map((part) => moveAxis(roll(part, 1), 0, 1)).slice(1), 0), x);
  });
});

test("meshGrid", () => {
  const [rows, columns] = meshGrid([iota(2, "float32"), iota(3, "float32")]);
  expect([rows.toArray(), columns.toArray()]).toEqual([[[0, 0, 0], [1, 1, 1]], [[0, 1, 2], [0, 1, 2]]]);
  expect(() => meshGrid([counted(2, 2)])).toThrow("meshGrid: takes vectors");
});

describe("diagonals and triangles", () => {
  const x = irregular([2, 3, 4]);

  test.each([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5])("diagonal %i", (offset) => {
    const rows = x.toArray() as number[][][];
    const expected = rows.map((matrix) => matrix.flatMap((row, i) => (i + offset >= 0 && i + offset < 4 ? [row[i + offset]] : [])));
    expect(diagonal(x, { offset }).toArray()).toEqual(expected);
    expect(trace(x, { offset }).data).toEqual(Float64Array.from(expected.map((each) => each.reduce((a, b) => a + b, 0))));
  });

  test("of other axes", () => {
    const nested = x.toArray() as number[][][];
    expect(diagonal(x, { axes: [0, 2] }).toArray()).toEqual([0, 1, 2].map((k) => [0, 1].map((i) => nested[i][k][i])));
    expect(() => diagonal(x, { axes: [0, -3] })).toThrow("names one axis of [2, 3, 4] twice");
  });

  test("diagonalMatrix puts back what diagonal takes", () => {
    const vectors = irregular([2, 3]);
    for (const offset of [-2, -1, 0, 1]) {
      const matrices = diagonalMatrix(vectors, offset);
      expect(matrices.shape).toEqual([2, 3 + Math.abs(offset), 3 + Math.abs(offset)]);
      expect(diagonal(matrices, { offset }).toArray()).toEqual(vectors.toArray());
      expect(matrices.data.filter((value) => value !== 0)).toHaveLength(6);
    }
    expect(diagonalMatrix(counted(0)).shape).toEqual([0, 0]);
  });

  test("triangles", () => {
    expect(tril(counted(3, 3)).toArray()).toEqual([[0, 0, 0], [3, 4, 0], [6, 7, 8]]);
    expect(triu(counted(2, 3), 1).toArray()).toEqual([[0, 1, 2], [0, 0, 5]]);
    expect(tril(tensor([[1, NaN], [2, 3]])).toArray()).toEqual([[1, 0], [2, 3]]);
    expect(triu(counted(0, 3)).shape).toEqual([0, 3]);
    expect(() => tril(counted(3))).toThrow("tril: takes a matrix");
  });

  test("are differentiated", () => {
    expectDerivatives((at) => diagonal(at, { offset: 1 }), x);
    expectDerivatives((at) => trace(at, { axes: [0, 1] }), x);
    expectDerivatives((at) => diagonalMatrix(at, -1), irregular([2, 3]));
    expectDerivatives((at) => tril(at, -1), x);
  });
});

describe("selection", () => {
  test("oneHot", () => {
    expect(oneHot([0, 2], 3).toArray()).toEqual([[1, 0, 0], [0, 0, 1]]);
    expect([oneHot(1, 2, { dtype: "bool" }).toArray(), oneHot([], 3).shape]).toEqual([[false, true], [0, 3]]);
    expect(() => oneHot([0, 3], 3)).toThrow("oneHot: index 3 (element 1 of [2]) is out of range for depth 3; use 0 … 2");
    expect(() => oneHot([-1], 3)).toThrow("oneHot: index -1");
    expect(() => oneHot([0], NaN)).toThrow("oneHot: a depth of NaN");
  });

  test("booleanMask and nonZero", () => {
    const x = irregular([2, 3]);
    const mask = tensor([[true, false, true], [false, false, true]]);
    expect(booleanMask(x, mask).toArray()).toEqual([x.data[0], x.data[2], x.data[5]]);
    expect(booleanMask(x, tensor([false, true])).toArray()).toEqual([(x.toArray() as number[][])[1]]);
    expect(booleanMask(x, tensor([false, false])).shape).toEqual([0, 3]);
    expect(nonZero(mask).toArray()).toEqual([[0, 0], [0, 2], [1, 2]]);
    expect([nonZero(tensor(2)).shape, nonZero(tensor([NaN, 0])).toArray()]).toEqual([[1, 0], [[0]]]);
    expectDerivatives((at) => booleanMask(at, mask), x);
    expect(() => booleanMask(x, tensor([true]))).toThrow("booleanMask: a mask of [1] for [2, 3]");
    expect(() => booleanMask(x, tensor([1, 0]))).toThrow("booleanMask: the mask is float32, not bool");
  });

  test("sort and topK", () => {
    expect(sort(tensor([3, NaN, 1, 2])).toArray()).toEqual([1, 2, 3, NaN]);
    expect(sort(tensor([[3, 1], [2, 4]]), { axis: 0, descending: true }).toArray()).toEqual([[3, 4], [2, 1]]);
    const { values, indices } = topK(tensor([[1, 3, 2], [6, 6, 5]]), 2);
    expect([values.toArray(), indices.toArray(), indices.dtype]).toEqual([[[3, 2], [6, 6]], [[1, 2], [0, 1]], "int32"]);
    expect(topK(tensor([4, 2, 3]), 1, { smallest: true }).values.toArray()).toEqual([2]);
    expect(topK(tensor([[4], [2]]), 1, { axis: 0 }).indices.toArray()).toEqual([[0]]);
    expect(() => topK(tensor([1]), 2)).toThrow("topK: 2 elements of axis 0 of [1]; ask for 0 … 1");
    const x = irregular([3, 4]);
    expectDerivatives((at) => sort(at, { axis: 0 }), x);
    expectDerivatives((at) => topK(at, 2, { smallest: true }).values, x);
  });
});
