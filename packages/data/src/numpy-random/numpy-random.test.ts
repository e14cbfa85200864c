import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor, type ReadonlyFloat64Array, type ReadonlyInt32Array } from "@ndgrad/core";
import { logarithm } from "./logarithm.ts";
import { numpyRandom, type NumpyRandom } from "./numpy-random.ts";

/** What scripts/numpy-random.py wrote. */
interface Stream { readonly first: readonly number[]; readonly sha256: string }
interface Fixture {
  readonly seeds: Readonly<Record<string, Stream>>;
  readonly draws: Readonly<Record<string, Stream>>;
  readonly randn: Stream & { readonly rounded: string; readonly where: readonly number[]; readonly units: readonly number[] };
}
const numpy = JSON.parse(readFileSync(new URL("../../scripts/numpy-random.json", import.meta.url), "utf8")) as Fixture;

type Numbers = ReadonlyFloat64Array | ReadonlyInt32Array;
const sha256 = (values: Numbers): string => createHash("sha256").update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).digest("hex");
const described = (values: Numbers): Stream => ({ first: [...values.subarray(0, 5)], sha256: sha256(values) });

const million = 1_000_000;
const size = [million] as const;
const weights = Array.from({ length: 1000 }, (_, i) => (i + 1) / 500500);

const draws: Readonly<Record<string, (random: NumpyRandom) => Numbers>> = {
  rand: (random) => random.rand(million).data,
  uniform: (random) => random.uniform({ low: -3, high: 7.5, size }).data,
  "randint 10": (random) => random.randint({ high: 10, size }).data,
  "randint 64": (random) => random.randint({ high: 64, size }).data,
  "randint -5 1000003": (random) => random.randint({ low: -5, high: 1_000_003, size }).data,
  "randint 32 bits": (random) => random.randint({ low: -(2 ** 31), high: 2 ** 31, size }).data,
  "randint 50 bits": (random) => Float64Array.from({ length: million }, () => random.randint({ low: -(2 ** 49), high: 2 ** 49 + 1 })),
  "binomial 1 0.5": (random) => random.binomial({ n: 1, p: 0.5, size }).data,
  "binomial 20 0.9": (random) => random.binomial({ n: 20, p: 0.9, size }).data,
  "binomial 3000 0.01": (random) => random.binomial({ n: 3000, p: 0.01, size }).data,
  "binomial 100 0.4": (random) => random.binomial({ n: 100, p: 0.4, size }).data,
  "binomial 10000 0.75": (random) => random.binomial({ n: 10_000, p: 0.75, size }).data,
  "binomial 2000000000 0.3": (random) => random.binomial({ n: 2_000_000_000, p: 0.3, size }).data,
  permutation: (random) => random.permutation(million).data,
  shuffle: (random) => {
    const items = Float64Array.from({ length: million }, (_, i) => i / 4);
    random.shuffle(items);
    return items;
  },
  choice: (random) => random.choice(1000, { size }).data,
  "choice without replacement": (random) => random.choice(2 * million, { size, replace: false }).data,
  "choice with p": (random) => random.choice(1000, { size, p: weights }).data,
  "choice with p without replacement": (random) =>
    Int32Array.from(Array.from({ length: 2000 }, () => [...random.choice(1000, { size: [500], replace: false, p: weights }).data]).flat()),
};

describe("numpyRandom draws what NumPy 1.24 draws", () => {
  test("there is a stream for each of NumPy's", () => {
    expect(Object.keys(draws)).toEqual(Object.keys(numpy.draws));
  });

  test.each(Object.keys(draws))("%s: a million, to the bit", (name) => {
    expect(described(draws[name](numpyRandom(42)))).toEqual(numpy.draws[name]);
  });

  test("randn: a million, to the bit but where the C library's logarithm is not correctly rounded", () => {
    const { where, units, rounded, first, sha256: digest } = numpy.randn;
    const values = numpyRandom(4).randn(million).data;
    expect(sha256(values)).toBe(rounded);
    expect(where.length).toBeLessThan(500);
    expect(units.every((unit) => Math.abs(unit) <= 2)).toBe(true);
    const theirs = values.slice();
    const bits = new BigInt64Array(theirs.buffer);
    where.forEach((index, i) => { bits[index] += BigInt(units[i]); });
    expect(described(theirs)).toEqual({ first, sha256: digest });
  });

  test.each([["0", 0], ["2**32-1", 2 ** 32 - 1], ["[0]", [0]], ["[1, 2, 3]", [1, 2, 3]], ["range(1000)", Array.from({ length: 1000 }, (_, i) => i)]])("seeded by %s", (name, seed) => {
    const random = numpyRandom(seed);
    expect(described(random.rand(10_000).data)).toEqual(numpy.seeds[name]);
    random.randn();
    random.seed(seed);
    expect(described(random.rand(100, 100).data)).toEqual(numpy.seeds[name]);
  });
});

describe("numpyRandom", () => {
  test("gives one number where no size is given, and the same stream either way", () => {
    const one = numpyRandom(7);
    const all = numpyRandom(7);
    const pairs = [
      [() => one.rand(), all.rand(2, 3)], [() => one.randomSample(), all.randomSample([5])], [() => one.randn(), all.randn(3)],
      [() => one.standardNormal(), all.standardNormal([3])], [() => one.normal({ loc: 1, scale: 2 }), all.normal({ loc: 1, scale: 2, size: [2] })],
      [() => one.uniform({ low: -1 }), all.uniform({ low: -1, size: [2, 2] })], [() => one.randint({ high: 9 }), all.randint({ high: 9, size: [4] })],
      [() => one.binomial({ n: 5, p: 0.3 }), all.binomial({ n: 5, p: 0.3, size: [4] })], [() => one.choice(8), all.choice(8, { size: [4] })],
    ] as const;
    for (const [draw, drawn] of pairs) expect(Array.from({ length: drawn.size }, draw)).toEqual([...drawn.data]);
  });

  test("normal and standardNormal are randn, scaled", () => {
    const expected = numpyRandom(3).randn(6).data;
    expect(numpyRandom(3).standardNormal([2, 3]).data).toEqual(expected);
    expect(numpyRandom(3).normal({ loc: 5, scale: 0.1, size: [6] }).data).toEqual(expected.map((value) => 5 + 0.1 * value));
  });

  test("permutes the rows of a tensor as it permutes their indices", () => {
    const x = tensor([[0, 1], [2, 3], [4, 5], [6, 7]]);
    const order = numpyRandom(1).permutation(4);
    expect(numpyRandom(1).permutation(x).toArray()).toEqual([...order.data].map((i) => [2 * i, 2 * i + 1]));
  });

  test("refuses what NumPy refuses", () => {
    const random = numpyRandom(0);
    for (const seed of [-1, 2 ** 32, 0.5, NaN, [], [1, -1]]) expect(() => numpyRandom(seed)).toThrow("numpyRandom: the seed is");
    expect(() => random.normal({ scale: -1 })).toThrow("normal: scale is -1");
    expect(() => random.uniform({ low: -Infinity })).toThrow("uniform: from -Infinity to 1");
    expect(() => random.randint({ low: 3, high: 3 })).toThrow("randint: from 3 up to, not including, 3");
    expect(() => random.randint({ high: 2 ** 40, size: [1] })).toThrow("is int32 and cannot hold");
    expect(() => random.binomial({ n: -1, p: 0.5 })).toThrow("binomial: n is -1");
    expect(() => random.binomial({ n: 1, p: 1.5 })).toThrow("binomial: p is 1.5");
    expect(() => random.choice(3, { size: [4], replace: false })).toThrow("choice: 4 of 3 without replacement");
    expect(() => random.choice(3, { p: [0.5, 0.5] })).toThrow("2 probabilities for 3 items");
    expect(() => random.choice(2, { p: [0.5, 0.4] })).toThrow("sum up to 0.9");
    expect(() => random.choice(2, { p: [1.5, -0.5] })).toThrow("the probability of item 1 is -0.5");
    expect(() => random.choice(2, { p: [1, 0], size: [2], replace: false })).toThrow("only 1 have a probability above 0");
    expect(() => random.choice(0)).toThrow("nothing to choose from");
    expect(() => random.rand(2, -1)).toThrow("rand: [2, -1] is no shape");
    expect(() => random.permutation(tensor(1))).toThrow("a scalar has no parts");
  });
});

describe("logarithm", () => {
  test("is within a unit in the last place of Math.log, and exact where it is known", () => {
    expect([1, 2, 0.5, 10, 100].map(logarithm)).toEqual([0, Math.LN2, -Math.LN2, Math.LN10, 4.605170185988092]);
    fc.assert(fc.property(fc.double({ min: 2 ** -1022, max: 2 ** 1000, noNaN: true }), (x) => {
      expect(Math.abs(logarithm(x) - Math.log(x))).toBeLessThanOrEqual(Math.abs(Math.log(x)) * 2 ** -52);
    }), { numRuns: 2000 });
  });
});
