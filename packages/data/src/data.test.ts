import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReadonlyInt32Array } from "@ndgrad/core";
import { digits } from "./digits.ts";
import { stratifiedSplit } from "./split.ts";

const inOrder = (a: number, b: number) => a - b;

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
    const counts = (y: { readonly data: ReadonlyInt32Array }) => Array.from({ length: 10 }, (_, digit) => y.data.filter((each) => each === digit).length);
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
