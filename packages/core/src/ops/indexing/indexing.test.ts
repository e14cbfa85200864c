import { beforeAll, describe, expect, test } from "vitest";
import { expectDerivatives, irregular } from "../../../testing/derivatives.ts";
import { installEngine } from "../../engine/engine.ts";
import { referenceEngine } from "../../engine/reference/reference.ts";
import { fromData, Tensor } from "../../tensor.ts";
import { withScope } from "../../graph/scope.ts";
import { anyPrimitive, registry } from "../../primitive.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { sum } from "../reduce/sum.ts";
import { iota, zerosLike } from "../creation.ts";
import { permute } from "../movement/permute.ts";
import { reshape } from "../movement/reshape.ts";
import { scatterAdd, takeAlongAxis } from "./along-axis.ts";
import { argSort } from "./arg-sort.ts";
import { take, takeAdd } from "./take.ts";

beforeAll(() => { installEngine(referenceEngine); });

const ints = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => fromData(Int32Array.from(values), shape, "int32");
const floats = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => fromData(Float32Array.from(values), shape, "float32");
const at = <T extends Tensor>(x: T, ...index: readonly number[]): number => {
  const strides = index.map((_, axis) => x.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return x.data[index.reduce((sum, i, axis) => sum + i * strides[axis], 0)];
};
/** A tensor without elements, as inside a compiled function. */
function traced<T>(shape: number[], use: (x: Tensor) => T): T {
  return withScope("trace", (scope) => {
    const identity = registry.get("identity") ?? expect.fail("there is no identity");
    return use(new Tensor(shape, "int32", null, { primitive: anyPrimitive(identity), inputs: [], attributes: undefined, scope }));
  });
}

describe("take", () => {
  test("picks along any axis; the indices' axes stand where the axis stood", () => {
    const x = irregular([2, 3, 4]);
    const indices = ints([2, 0, -1, 1, 1, -3], [3, 2]);
    const middle = take(x, indices, { axis: 1 });
    expect(middle.shape).toEqual([2, 3, 2, 4]);
    for (let o = 0; o < 2; o++) {
      for (let j = 0; j < 6; j++) {
        for (let i = 0; i < 4; i++) expect(at(middle, o, Math.floor(j / 2), j % 2, i)).toBe(at(x, o, (indices.data[j] + 3) % 3, i));
      }
    }
    expect(take(x, 1).toArray()).toEqual((x.toArray() as number[][][])[1]);
    expect(take(x, [], { axis: -1 }).shape).toEqual([2, 3, 0]);
    expect(take(floats([1, 2, 3]), [2, 0]).toArray()).toEqual([3, 1]);
    expect(take(fromData(new Uint8Array([0, 1]), [2], "bool"), [1]).toArray()).toEqual([true]);
  });

  test("takes from views", () => {
    expect(take(permute(reshape(iota(6, "float32"), [2, 3])), [2, 0]).toArray()).toEqual([[2, 5], [0, 3]]);
  });

  test("has takeAdd as its adjoint", () => {
    const x = irregular([3, 4, 2]);
    const indices = ints([1, -1, 1], [3]);
    for (const axis of [0, 1]) {
      const taken = take(x, indices, { axis });
      const weights = irregular(taken.shape, 5);
      const back = takeAdd(zerosLike(x), indices, weights, { axis });
      expect(sum(mul(taken, weights)).item()).toBeCloseTo(sum(mul(x, back)).item(), 10);
      expectDerivatives((at) => take(at, indices, { axis }), x);
    }
  });

  test("refuses indices out of range, fractions, other dtypes and empty axes", () => {
    const x = irregular([2, 3]);
    expect(() => take(x, ints([0, 1, 3, -1], [2, 2]), { axis: 1 })).toThrow("take: index 3 at position [1, 0] is out of range for axis 1 of [2, 3] (size 3); use -3 … 2");
    expect(() => take(x, [0, -3])).toThrow("take: index -3 at position [1] is out of range for axis 0 of [2, 3]");
    expect(() => take(x, [0.5])).toThrow("take: 0.5 at position 0 is not an index");
    expect(() => take(x, floats([1]))).toThrow("take: indices are int32, not float32; cast them first");
    expect(() => take(x, fromData(new Uint8Array(2), [2], "bool"))).toThrow("use booleanMask");
    expect(() => take(irregular([0, 3]), [0])).toThrow("take: axis 0 of [0, 3] is empty");
    expect(() => take(x, [0], { axis: 2 })).toThrow("axis 2 is out of range for rank 2");
  });

  test("looks at traced indices when they are there", () => {
    traced([2], (indices) => {
      expect(take(irregular([3]), indices).shape).toEqual([2]);
      expect(() => take(irregular([0]), indices)).toThrow("is empty");
    });
    const out = new Float64Array(3);
    const indices = { shape: [3], dtype: "int32", data: Float64Array.from([7, -9, -1]) } as const;
    const define = (): void => registry.get("take")?.define([{ shape: [3], dtype: "float64", data: Float64Array.from([1, 2, 3]) }, indices], { axis: 0 }, { shape: [3], dtype: "float64", data: out });
    expect(define).toThrow("take: index 7 is out of range for an axis of size 3; use -3 … 2");
  });
});

describe("takeAdd", () => {
  test("adds once for each time an index comes", () => {
    expect(takeAdd(floats([10, 20, 30]), [0, 2, 0], floats([1, 2, 3])).toArray()).toEqual([14, 20, 32]);
    expect(takeAdd(ints([1, 1]), [0, 0], 2 ** 30).toArray()).toEqual([1 + 2 ** 31 - 2 ** 32, 1]);
    expect(takeAdd(zerosLike({ shape: [2, 2], dtype: "float32" }), [1], floats([1, 2], [2, 1]), { axis: 1 }).toArray()).toEqual([[0, 1], [0, 2]]);
  });

  test("is differentiated in both tensors", () => {
    const indices = ints([0, 2, 0]);
    const updates = irregular([3, 2], 4);
    const x = irregular([4, 2]);
    expectDerivatives((at) => takeAdd(at, indices, updates), x);
    expectDerivatives((at) => takeAdd(x, indices, at), updates);
  });

  test("refuses updates that do not stretch and bools", () => {
    expect(() => takeAdd(floats([1, 2]), [0], floats([1, 2, 3]))).toThrow("takeAdd: updates of [3] do not stretch to [1]");
    expect(() => takeAdd(floats([1, 2]), [4], 1)).toThrow("takeAdd: index 4 at position [0]");
  });
});

describe("takeAlongAxis and scatterAdd", () => {
  const x = irregular([2, 3, 2]);
  const indices = ints([2, 0, -1, 1, 0, 0, 1, 2], [2, 2, 2]);

  test("pick an element for each index", () => {
    const taken = takeAlongAxis(x, indices, 1);
    expect(taken.shape).toEqual([2, 2, 2]);
    for (const o of [0, 1]) for (const j of [0, 1]) for (const i of [0, 1]) expect(at(taken, o, j, i)).toBe(at(x, o, (at(indices, o, j, i) + 3) % 3, i));
  });

  test("stretch axes of size 1", () => {
    expect(takeAlongAxis(x, ints([1], [1, 1, 1]), 1).toArray()).toEqual(take(x, [1], { axis: 1 }).toArray());
    expect(takeAlongAxis(floats([5, 6], [1, 2]), ints([1, 0, 1], [3, 1]), 1).toArray()).toEqual([[6], [5], [6]]);
  });

  test("are each other's adjoints and differentiated in every tensor", () => {
    const taken = takeAlongAxis(x, indices, 1);
    const weights = irregular(taken.shape, 5);
    expect(sum(mul(taken, weights)).item()).toBeCloseTo(sum(mul(x, scatterAdd(zerosLike(x), indices, weights, 1))).item(), 10);
    expectDerivatives((at) => takeAlongAxis(at, indices, 1), x);
    expectDerivatives((at) => scatterAdd(at, indices, weights, 1), x);
    expectDerivatives((at) => scatterAdd(x, indices, at, 1), weights);
  });

  test("count how often an index comes", () => {
    expect(scatterAdd(zerosLike({ shape: [4], dtype: "int32" }), ints([3, 1, 3, -1]), 1, 0).toArray()).toEqual([0, 1, 0, 3]);
  });

  test("refuse what does not fit", () => {
    expect(() => takeAlongAxis(x, ints([0]), 1)).toThrow("takeAlongAxis: [1] beside [2, 3, 2]; both need one rank");
    expect(() => takeAlongAxis(x, ints([0, 0, 0], [3, 1, 1]), 1)).toThrow("takeAlongAxis: cannot broadcast");
    expect(() => takeAlongAxis(x, ints([3], [1, 1, 1]), 1)).toThrow("takeAlongAxis: index 3 at position [0, 0, 0] is out of range for axis 1 of [2, 3, 2]");
    expect(() => scatterAdd(floats([1, 2]), ints([2]), 1, 0)).toThrow("scatterAdd: index 2");
  });
});

describe("argSort", () => {
  test("keeps the order of equals and puts NaN last in both directions", () => {
    const x = floats([2, NaN, 1, 2, -Infinity, 1, NaN, Infinity]);
    expect(argSort(x).toArray()).toEqual([4, 2, 5, 0, 3, 7, 1, 6]);
    expect(argSort(x, { descending: true }).toArray()).toEqual([7, 0, 3, 2, 5, 4, 1, 6]);
    expect(argSort(floats([0, -0, 0])).toArray()).toEqual([0, 1, 2]);
  });

  test("sorts along any axis", () => {
    const x = irregular([3, 4, 2]);
    for (const axis of [0, 1, 2]) {
      const sorted = takeAlongAxis(x, argSort(x, { axis }), axis);
      const lines = permute(sorted, [...[0, 1, 2].filter((other) => other !== axis), axis]);
      const length = x.shape[axis];
      lines.data.forEach((value, i) => { if (i % length > 0) expect(value).toBeGreaterThanOrEqual(lines.data[i - 1]); });
      expect([...sorted.data].sort((a, b) => a - b)).toEqual([...x.data].sort((a, b) => a - b));
    }
    expect(argSort(irregular([0, 3]), { axis: 0 }).shape).toEqual([0, 3]);
    expect(() => argSort(irregular([]))).toThrow("argSort: axis -1 is out of range for rank 0");
  });
});
