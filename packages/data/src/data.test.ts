import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "@ndgrad/core";
import { batches } from "./batches.ts";
import { digits } from "./digits.ts";
import { stratifiedSplit } from "./split.ts";

const columns = (size: number) => ({
  x: tensor(Float32Array.from({ length: size * 2 }, (_, i) => i / 2), { shape: [size, 2] }),
  y: tensor(Int32Array.from({ length: size }, (_, i) => i)),
});
const labels = (all: Iterable<{ readonly y: { readonly data: Int32Array } }>) => Array.from(all, ({ y }) => [...y.data]);
const inOrder = (a: number, b: number) => a - b;

describe("batches", () => {
  test("cover every example once, in order or shuffled, and keep columns together", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 50 }), fc.boolean(), fc.nat(2 ** 31), fc.nat(5), (size, batchSize, shuffle, seed, epoch) => {
      const loader = batches(columns(size), { batchSize, shuffle, seed });
      const all = [...loader.epoch(epoch)];
      expect(all).toHaveLength(loader.length);
      const order = labels(all).flat();
      expect([...order].sort(inOrder)).toEqual(Array.from({ length: size }, (_, i) => i));
      if (!shuffle) expect(order).toEqual([...order].sort(inOrder));
      expect(all.slice(0, -1).every(({ x }) => x.shape[0] === batchSize)).toBe(true);
      for (const { x, y } of all) expect([...x.data].filter((_, i) => i % 2 === 0)).toEqual([...y.data]);
    }), { numRuns: 50 });
  });

  test("have the same order for the same seed and epoch, and start again", () => {
    const loader = batches(columns(50), { batchSize: 8, shuffle: true, seed: 3 });
    expect(labels(loader)).toEqual(labels(loader));
    expect(labels(loader)).toEqual(labels(loader.epoch(0)));
    expect(labels(loader)).toEqual(labels(batches(columns(50), { batchSize: 8, shuffle: true, seed: 3 })));
    expect(labels(loader.epoch(1))).not.toEqual(labels(loader.epoch(0)));
    expect(labels(batches(columns(50), { batchSize: 8, shuffle: true, seed: 4 }))).not.toEqual(labels(loader));
  });

  test("leave the last one out when it is not full and nobody wants it", () => {
    const loader = batches(columns(10), { batchSize: 4, dropLast: true });
    expect([loader.length, loader.size, labels(loader)]).toEqual([2, 10, [[0, 1, 2, 3], [4, 5, 6, 7]]]);
  });

  test("refuse columns and options that do not fit", () => {
    const { x, y } = columns(3);
    expect(() => batches({}, { batchSize: 1 })).toThrow("there are no columns");
    expect(() => batches({ x, y: tensor([1, 2]) }, { batchSize: 1 })).toThrow(`batches: "x" has 3 examples and "y" 2`);
    expect(() => batches({ x: tensor(1) }, { batchSize: 1 })).toThrow(`"x" is a scalar`);
    expect(() => batches({ x: tensor([]) }, { batchSize: 1 })).toThrow(`"x" has no examples`);
    expect(() => batches({ x, y }, { batchSize: 0 })).toThrow("batches: batchSize must be a whole number of at least 1, got 0");
    expect(() => batches({ x, y }, { batchSize: 1, seed: -1 })).toThrow("batches: seed must be a whole number of at least 0, got -1");
    expect(() => [...batches({ x, y }, { batchSize: 1 }).epoch(0.5)]).toThrow("batches: epoch");
  });
});

describe("stratifiedSplit", () => {
  test("puts everybody in one part, each class with its share", () => {
    const classes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 200 });
    fc.assert(fc.property(classes, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1000), (of, testFraction, seed) => {
      const { train, test: tested } = stratifiedSplit(of, { testFraction, seed });
      expect([...train, ...tested].sort(inOrder)).toEqual(of.map((_, i) => i));
      expect(tested).toHaveLength(Math.round(of.length * testFraction));
      for (const label of new Set(of)) {
        const share = of.filter((each) => each === label).length * testFraction;
        const got = [...tested].filter((i) => of[i] === label).length;
        expect(Math.abs(got - share)).toBeLessThan(1);
      }
    }), { numRuns: 100 });
  });

  test("depends on the seed alone", () => {
    const of = Array.from({ length: 100 }, (_, i) => i % 3);
    expect(stratifiedSplit(of, { seed: 1 })).toEqual(stratifiedSplit(of, { seed: 1 }));
    expect(stratifiedSplit(of, { seed: 1 })).not.toEqual(stratifiedSplit(of, { seed: 2 }));
    expect(() => stratifiedSplit(of, { testFraction: 1.1 })).toThrow("testFraction must be between 0 and 1, got 1.1");
    expect(() => stratifiedSplit(of, { testFraction: NaN })).toThrow("got NaN");
  });
});

describe("digits", () => {
  test("are 8,000 and 2,000, stratified, and no image is in both", async () => {
    const { train, test: tested } = await digits({ seed: 1 });
    expect([train.x.shape, train.y.shape, tested.x.shape, tested.y.shape]).toEqual([[8000, 784], [8000], [2000, 784], [2000]]);
    expect([train.x.dtype, train.y.dtype]).toEqual(["float32", "int32"]);
    const counts = (y: { readonly data: Int32Array }) => Array.from({ length: 10 }, (_, digit) => y.data.filter((each) => each === digit).length);
    const all = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];
    expect(counts(train.y).map((count, digit) => count + counts(tested.y)[digit])).toEqual(all);
    counts(tested.y).forEach((count, digit) => expect(Math.abs(count - all[digit] * 0.2)).toBeLessThan(1));
    expect(train.x.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    const rows = (x: typeof train.x) => Array.from({ length: x.shape[0] }, (_, i) => Buffer.from(x.data.buffer, x.data.byteOffset + i * 784 * 4, 784 * 4).toString("base64"));
    const seen = new Set(rows(train.x));
    expect(seen.size).toBe(8000);
    expect(rows(tested.x).filter((row) => seen.has(row))).toEqual([]);
  });

  test("are split by the seed, and as asked", async () => {
    const [one, same, other, half] = await Promise.all([digits({ seed: 1 }), digits({ seed: 1 }), digits({ seed: 2 }), digits({ testFraction: 0.5 })]);
    expect(one.test.y.data).toEqual(same.test.y.data);
    expect(one.test.x.data).not.toEqual(other.test.x.data);
    expect(half.test.x.shape).toEqual([5000, 784]);
    // shuffled, not sorted by digit
    expect(new Set(one.train.y.data.slice(0, 50)).size).toBe(10);
  });
});
