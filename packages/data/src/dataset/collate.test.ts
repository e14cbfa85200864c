// What numbers, lists and records become in a batch: what tensor(…) would make of them, from any realm.
import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NdgradError, Tensor, tensor } from "@ndgrad/core";
import { collate } from "./collate.ts";
import { dataset } from "./dataset.ts";

const context = createContext({});
const foreign = (expression: string): unknown => runInContext(`(${expression})`, context);
const read = (batch: unknown): unknown => (batch instanceof Tensor ? [batch.dtype, batch.shape, batch.toArray()] : batch);

describe("nested lists", () => {
  const nested = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }).chain((shape) => {
    const build = (axis: number): fc.Arbitrary<unknown> => (axis === shape.length ? fc.double({ noNaN: true, min: -9, max: 9 }) : fc.array(build(axis + 1), { minLength: shape[axis], maxLength: shape[axis] }));
    return fc.array(build(0), { minLength: 1, maxLength: 4 });
  });

  test("become the tensor that tensor(…) makes of them", () => {
    fc.assert(fc.property(nested, (items) => {
      expect(read(collate(items))).toEqual(read(tensor(items as number[])));
    }), { numRuns: 200 });
  });

  test.each<readonly [string, readonly unknown[]]>([
    ["booleans", [[true, false], [false, false]]], ["nested booleans", [[[true], [false]]]], ["typed arrays in lists", [[Float64Array.of(1, 2), Float64Array.of(3, 4)]]],
    ["bytes in lists", [[Uint8Array.of(1, 255)], [Uint8Array.of(3, 4)]]], ["empty lists", [[], []]], ["lists of empty lists", [[[], []]]],
  ])("%s, too", (_, items) => {
    expect(read(collate(items))).toEqual(read(tensor(items as number[])));
  });

  test.each(["Uint8Array", "Int8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Uint32Array", "Int32Array", "Float32Array", "Float64Array"])("%s has the dtype that tensor gives it, here and from elsewhere", (name) => {
    for (const list of [foreign(`${name}.of(1, 2, 3)`), (globalThis as unknown as Record<string, { of: (...all: number[]) => unknown }>)[name].of(1, 2, 3)]) {
      const { dtype } = tensor(list as Float32Array);
      expect(read(collate([list, list]))).toEqual([dtype, [2, 3], [[1, 2, 3], [1, 2, 3]]]);
    }
  });

  test("of other lengths within an item stay columns side by side, of other lengths from item to item are an error", async () => {
    expect((collate([[[1, 2], [3]], [[4, 5], [6]]]) as unknown as readonly unknown[]).map(read)).toEqual([["float32", [2, 2], [[1, 2], [4, 5]]], ["float32", [2, 1], [[3], [6]]]]);
    expect(() => collate([[[1, 2]], [[1, 2, 3]]])).toThrow("batch: examples differ: [1, 2] and [1, 3] numbers; pad or cut them to one length");
    expect(() => collate([Float32Array.of(1), Float64Array.of(1)])).toThrow("batch: examples differ: lists of float32 and of float64; give lists of one type");
    // Pairs that zip made are columns, however alike.
    const [[one, other]] = await dataset([[1, 2], [3, 4]]).zip(dataset([[5, 6], [7, 8]])).batch(2).toArray();
    expect([read(one), read(other)]).toEqual([["float32", [2, 2], [[1, 2], [3, 4]]], ["float32", [2, 2], [[5, 6], [7, 8]]]]);
  });
});

describe("whole numbers", () => {
  test("keep their digits, or are an error that says what to do", async () => {
    expect(read(collate([2 ** 24, 2 ** 25, 1e10]))).toEqual(["float32", [3], [2 ** 24, 2 ** 25, 1e10]]);
    for (const item of [16777217, [1, 16777217], [[16777217]], -16777217, 1700000001, Number.MAX_SAFE_INTEGER]) expect(() => collate<unknown>([item])).toThrow("more digits than float32 holds; give whole numbers in an Int32Array");
    await expect(dataset([{ id: 16777217 }]).batch(1).toArray()).rejects.toThrow("batch: 16777217 in .id has more digits than float32 holds");
    expect(read(collate([Int32Array.of(16777217)]))).toEqual(["int32", [1, 1], [[16777217]]]);
    expect(read(collate([Float64Array.of(16777217)]))).toEqual(["float64", [1, 1], [[16777217]]]);
    // Fractions, and numbers that are rounded already, are rounded as ever.
    expect(read(collate([0.1, 1e300, 2 ** 60 + 2 ** 10, NaN]))).toEqual(["float32", [4], [Math.fround(0.1), Infinity, 2 ** 60, NaN]]);
  });
});

test("records of another realm are records, instances are not", () => {
  expect(read(collate([foreign("{ n: 1 }") as { readonly n: number }, { n: 2 }]).n)).toEqual(["float32", [2], [1, 2]]);
  expect(read((collate(foreign("[{ at: { p: [1, 2] } }]") as readonly { readonly at: { readonly p: number[] } }[])).at.p)).toEqual(["float32", [1, 2], [[1, 2]]]);
  const dates = [new Date(0), new Date(1)];
  expect(collate(dates)).toEqual(dates);
});

test("typed arrays are sets of numbers whose places are known", async () => {
  const set = dataset(foreign("Float64Array.of(1, 2, 3)") as Float64Array);
  expect([set.size, await set.skip(1).toArray(), (await set.shuffle().batch(3).toArray()).length]).toEqual([3, [2, 3], 1]);
});

test("what is none of these is an error or a list, never a crash", () => {
  fc.assert(fc.property(fc.array(fc.anything({ withTypedArray: true, withBigInt: true, withMap: true, withDate: true, withNullPrototype: true, withSparseArray: true }), { minLength: 1, maxLength: 3 }), (items) => {
    try {
      collate(items);
    } catch (error) {
      expect(error).toBeInstanceOf(NdgradError);
    }
  }), { numRuns: 500 });
});
