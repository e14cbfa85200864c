import { beforeAll, describe, expect, test } from "vitest";
import { installEngine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { arange, eye, full, fullLike, linspace, ones, zeros, type ArangeBounds, type CreationOptions } from "./creation.ts";
import { literalTensor, type LiteralOptions } from "./literal-tensor.ts";
import type { Tensor } from "../tensor.ts";

beforeAll(() => { installEngine(referenceEngine); });

const tensor = (value: unknown, options?: LiteralOptions): Tensor => literalTensor("tensor", value, options);

describe("literals", () => {
  test("take their shape from the nesting and their dtype from the elements", () => {
    const x = tensor([[1, 2, 3], [4, 5, 6]]);
    expect([x.shape, x.dtype, x.toArray()]).toEqual([[2, 3], "float32", [[1, 2, 3], [4, 5, 6]]]);
    expect([tensor(2.5).shape, tensor(2.5).item()]).toEqual([[], 2.5]);
    expect([tensor([true, false]).dtype, tensor([true, false]).toArray()]).toEqual(["bool", [true, false]]);
    expect([tensor([true, 2]).dtype, tensor([true, 2]).toArray()]).toEqual(["float32", [1, 2]]);
    expect(tensor([[[1], [2]]], { dtype: "float64" }).shape).toEqual([1, 2, 1]);
    expect([tensor([]).shape, tensor([[], []]).shape, tensor([]).dtype]).toEqual([[0], [2, 0], "float32"]);
    expect(tensor([NaN, Infinity, -0]).data).toEqual(new Float32Array([NaN, Infinity, -0]));
    expect(tensor([1, 2, 3, 4], { shape: [2, -1] }).toArray()).toEqual([[1, 2], [3, 4]]);
  });

  test("copy typed arrays and keep their types", () => {
    const data = new Float64Array([1, 2]);
    const x = tensor(data);
    data[0] = 9;
    expect([x.dtype, x.toArray()]).toEqual(["float64", [1, 2]]);
    expect(tensor(new Int32Array([7])).dtype).toBe("int32");
    for (const Bytes of [Uint8Array, Uint8ClampedArray, Int8Array]) expect(tensor(new Bytes([1, 0])).dtype).toBe("int32");
    expect(tensor(new Uint8Array([1, 0]), { dtype: "bool" }).toArray()).toEqual([true, false]);
    expect(tensor(new Uint8Array([255, 0]), { dtype: "float32" }).toArray()).toEqual([255, 0]);
    expect([tensor(new Uint16Array([65535])).dtype, tensor(new Int8Array([-1])).item()]).toEqual(["int32", -1]);
    expect([tensor([new Int32Array([1, 2]), new Int32Array([3, 4])]).dtype, tensor([new Int32Array([1, 2]), [0.5, 1]]).toArray()]).toEqual(["int32", [[1, 2], [0.5, 1]]]);
  });

  test.each<[unknown, LiteralOptions, string]>([
    [[[1, 2, 3], [1]], {}, "tensor: ragged nested arrays: an array of 1 at [1] where the first elements have 3 elements"],
    [[[1, 2], 3], {}, "ragged nested arrays: 3 at [1] where the first elements have 2 elements"],
    [[1, [2]], {}, "ragged nested arrays: an array of 1 at [1] where the first elements have a number"],
    [[[[1], [2]], [[3], [4, 5]]], {}, "an array of 2 at [1, 1]"],
    [[[], [1]], {}, "an array of 1 at [1] where the first elements have 0 elements"],
    [[[1, "2"]], {}, 'tensor: the string "2" at [0, 1] is not a number; give numbers'],
    [[1, undefined], {}, "undefined at [1] is not a number"],
    [null, {}, "tensor: null is not a number"],
    [[1n], {}, "1 at [0] is not a number"],
    [{ a: 1 }, {}, "something of type object is not a number"],
    [[1, 2.5], { dtype: "int32" }, "tensor: 2.5 at [1] is not an int32"],
    [[2 ** 31], { dtype: "int32" }, "2147483648 at [0] is not an int32"],
    [[[NaN]], { dtype: "int32" }, "NaN at [0, 0] is not an int32"],
    [new Uint32Array([2 ** 31]), {}, "2147483648 at [0] is not an int32"],
    [[2], { dtype: "bool" }, "2 at [0] is not a bool"],
    [new Uint8Array([3]), { dtype: "bool" }, "3 at [0] is not a bool"],
    [[1, 2, 3], { shape: [2, 2] }, "tensor: [3] holds 3 elements and cannot become [2, 2]"],
    [1, { dtype: "float16" as "float32" }, 'tensor: "float16" is not a dtype; use bool, int32, float32, float64'],
  ])("%o with %o is refused", (value, options, message) => {
    expect(() => tensor(value, options)).toThrow(message);
  });

  test("a tensor among the elements points to stack, arrays that hold themselves end", () => {
    expect(() => tensor([tensor(1)])).toThrow("tensor: a tensor at [0] is not a number; stack joins tensors");
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => tensor(loop)).toThrow("nested more than 64 deep");
  });
});

describe("arange and linspace", () => {
  test.each<[readonly [...ArangeBounds, CreationOptions?], number[]]>([
    [[4], [0, 1, 2, 3]],
    [[1, 4], [1, 2, 3]],
    [[1, 2, 0.25], [1, 1.25, 1.5, 1.75]],
    [[3, 0, -1], [3, 2, 1]],
    [[0], []],
    [[3, 1], []],
    [[5, { dtype: "int32" }], [0, 1, 2, 3, 4]],
    [[1, 9, 3, { dtype: "float64" }], [1, 4, 7]],
  ])("arange(%j)", (range, expected) => {
    expect(arange(...range).toArray()).toEqual(expected);
  });

  test("linspace ends where it was told to", () => {
    const x = linspace(0.1, 0.7, 7, { dtype: "float64" }).data;
    expect([x[0], x[6], x.length]).toEqual([0.1, 0.7, 7]);
    x.forEach((value, i) => expect(value).toBeCloseTo(0.1 + i * 0.1, 14));
    expect([linspace(3, 5, 1).toArray(), linspace(3, 5, 0).toArray(), linspace(0, 4, 3, { dtype: "int32" }).toArray()]).toEqual([[3], [], [0, 2, 4]]);
    expect([...linspace(-1.5e308, 1.5e308, 3, { dtype: "float64" }).data]).toEqual([-1.5e308, 0, 1.5e308]);
  });

  test("refuse what they cannot do", () => {
    expect(() => arange(0, 1, 0)).toThrow("arange: from 0 to 1 in steps of 0");
    expect(() => arange(NaN)).toThrow("arange: from 0 to NaN");
    expect(() => arange(0, 1, 0.3, { dtype: "int32" })).toThrow("arange: 0.3 is not an int32");
    expect(() => linspace(0, 1, -1)).toThrow("linspace: -1 is not a size");
  });
});

test("eye and full", () => {
  expect(eye(2).toArray()).toEqual([[1, 0], [0, 1]]);
  expect(eye(2, { columns: 3, offset: 1, dtype: "bool" }).toArray()).toEqual([[false, true, false], [false, false, true]]);
  expect(eye(3, { offset: -2 }).toArray()).toEqual([[0, 0, 0], [0, 0, 0], [1, 0, 0]]);
  expect([zeros([2]).dtype, zeros([2]).toArray(), ones([2], { dtype: "bool" }).toArray()]).toEqual(["float32", [0, 0], [true, true]]);
  expect([fullLike(zeros([1, 2], { dtype: "int32" }), 3).toArray(), fullLike(zeros([]), 3).item()]).toEqual([[[3, 3]], 3]);
  expect(full([2, 1], 7, "int32").toArray()).toEqual([[7], [7]]);
  expect(full([0, 3], 7, "int32").toArray()).toEqual([]);
  expect(() => full([NaN], 0, "float32")).toThrow("full: NaN is not a size in [NaN]");
  expect(() => full([-1], 0, "float32")).toThrow("full: -1 is not a size");
  expect(() => full([1], 2 ** 31, "int32")).toThrow("full: 2147483648 is not an int32");
  expect(() => eye(1.5)).toThrow("eye: 1.5 is not a size");
});
