import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Tensor } from "@ndgrad/core";
import { numpyRandom } from "../numpy-random/numpy-random.ts";
import { makeBitFlip, makeXor } from "./binary.ts";
import { makeBlobs } from "./blobs.ts";
import { makeClassification } from "./classification.ts";
import { makeCircles, makeMoons, makeSpirals } from "./curves.ts";
import { makeRegression, makeSine } from "./regression.ts";

const dtype = "float64";
const list = (tensor: Tensor): number[] => [...tensor.data];
const truncated = (tensor: Tensor, digits: number): number[] => list(tensor).map((value) => Math.trunc(value * 10 ** digits));
const close = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => { expect(value).toBeCloseTo(expected[i], 12); });
};

// What scikit-learn's reference pages print, where digits are cut off, not rounded.
describe("scikit-learn's own numbers", () => {
  test("make_circles(random_state=42)", () => {
    expect(list(makeCircles({ random: 42 }).y).slice(0, 5)).toEqual([1, 1, 1, 0, 0]);
  });

  test("make_blobs(n_samples=10, centers=3, n_features=2, random_state=0), and with n_samples=[3, 3, 4]", () => {
    expect(list(makeBlobs({ samples: 10, centers: 3, features: 2, random: 0 }).y)).toEqual([0, 0, 1, 0, 2, 2, 2, 1, 1, 0]);
    expect(list(makeBlobs({ samples: [3, 3, 4], random: 0 }).y)).toEqual([0, 1, 2, 0, 2, 2, 2, 1, 1, 0]);
  });

  test("make_classification(random_state=42)", () => {
    const { x, y } = makeClassification({ random: 42 });
    expect(x.shape).toEqual([100, 20]);
    expect(list(y).slice(0, 5)).toEqual([0, 0, 1, 1, 0]);
  });

  test("make_regression(n_samples=5, n_features=2, noise=1, random_state=42)", () => {
    const { x, y } = makeRegression({ samples: 5, features: 2, noise: 1, random: 42, dtype });
    expect(truncated(x, 3)).toEqual([496, -138, 647, 1523, -234, -234, -469, 542, 1579, 767]);
    expect(truncated(y, 2)).toEqual([673, 3779, -1027, 40, 4222]);
  });
});

describe("sets that scikit-learn has", () => {
  test("circles under NumPy's seed 4, as a NumPy program makes them", () => {
    const { x, y } = makeCircles({ samples: 1000, noise: 0.05, random: 4, dtype });
    close(list(x).slice(0, 6), [-0.6289905220259808, 0.46718273990039155, 0.4508139452119935, 0.6767050901165881, -0.8127205715575756, -0.16994686582040935]);
    expect(list(y).slice(0, 10)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    close([0, 1].map((column) => list(x).filter((_, i) => i % 2 === column).reduce((a, b) => a + b, 0)), [-0.5040520949748073, 0.7428658763717123]);
  });

  test("circles and moons lie where they should", () => {
    const circles = makeCircles({ samples: 11, factor: 0.5, shuffle: false, dtype });
    expect(list(circles.y)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    close(circles.x.toArray().map(([a, b]) => Math.hypot(a, b)), list(circles.y).map((label) => (label === 0 ? 1 : 0.5)));
    const moons = makeMoons({ samples: [3, 2], shuffle: false, dtype });
    close(list(moons.x), [1, 0, 0, 1, -1, 0, 0, 0.5, 2, 0.5]);
  });

  test("blobs scatter around their centers", () => {
    const { x, y } = makeBlobs({ samples: 3000, centers: [[0, 0, 9], [5, 5, 5]], std: [0.5, 2], random: 1, dtype });
    expect(x.shape).toEqual([3000, 3]);
    const third = (label: number) => x.toArray().filter((_, i) => y.data[i] === label).map((row) => row[2]);
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
    const spread = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    expect([mean(third(0)), mean(third(1)), spread(third(0)), spread(third(1))].map((value) => Math.round(value * 5) / 5)).toEqual([9, 5, 0.4, 2]);
  });

  test("regression's targets follow from its coefficients", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 3 }), fc.nat(1000), (samples, features, targets, random) => {
      const { x, y, coefficients } = makeRegression({ samples, features, informative: 3, targets, bias: 2, random, dtype });
      close(list(x.matmul(coefficients).add(2)), list(y));
      expect(list(coefficients).filter((value) => value !== 0)).toHaveLength(Math.min(3, features) * targets);
    }), { numRuns: 50 });
  });

  test("classification: sizes, shares, copies and noise, at every setting", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }), fc.boolean(), fc.nat(1000), (classes, redundant, repeated, hypercube, random) => {
      const { x, y } = makeClassification({
        samples: 60, features: 9, informative: 4, redundant, repeated, classes, clustersPerClass: 3, flip: 0, hypercube, random, dtype, shift: "random", scale: "random",
      });
      expect(x.shape).toEqual([60, 9]);
      expect(list(x).every(Number.isFinite)).toBe(true);
      for (let label = 0; label < classes; label++) expect(list(y).filter((each) => each === label)).toHaveLength(60 / classes);
    }), { numRuns: 50 });
    const plain = makeClassification({ samples: 10, features: 5, informative: 2, redundant: 1, repeated: 2, shuffle: false, dtype, random: 3 });
    for (const row of plain.x.toArray()) for (const copy of row.slice(3)) expect(row.slice(0, 3)).toContain(copy);
    const weighted = makeClassification({ samples: 100, weights: [0.75], flip: 0, shuffle: false });
    expect(list(weighted.y).filter((label) => label === 0)).toHaveLength(75);
    expect(makeClassification({ samples: 8, features: 40, informative: 35, redundant: 0 }).x.shape).toEqual([8, 40]);
  });
});

describe("sets of our own", () => {
  test("spirals: arms of one class each, from the middle outwards", () => {
    const { x, y } = makeSpirals({ samples: 31, arms: 3, shuffle: false, dtype });
    expect([0, 1, 2].map((label) => list(y).filter((each) => each === label).length)).toEqual([11, 10, 10]);
    close(x.toArray().slice(0, 11).map(([a, b]) => Math.hypot(a, b)), Array.from({ length: 11 }, (_, k) => k / 10));
    expect(list(makeSpirals({ samples: 31, arms: 3 }).y)).not.toEqual(list(y));
  });

  test("xor: corners and their classes", () => {
    const { x, y } = makeXor({ samples: 50, noise: 0 });
    x.toArray().forEach(([a, b], i) => { expect(y.data[i]).toBe(Number(a !== b)); });
  });

  test("sine", () => {
    const { x, y } = makeSine({ samples: 20, waves: 2, dtype });
    close(list(y), list(x).map((value) => Math.sin(4 * Math.PI * value)));
    expect(x.shape).toEqual([20, 1]);
  });

  test("bit flips are NumPy's bits and their opposites", () => {
    const { x, y } = makeBitFlip({ random: 42 });
    expect(list(x)).toEqual(list(numpyRandom(42).binomial({ n: 1, p: 0.5, size: [500, 5] })));
    expect(list(x.add(y)).every((sum) => sum === 1)).toBe(true);
  });

  test("a generator given is drawn from, and float32 is the rounded float64", () => {
    const random = numpyRandom(4);
    const [first, second] = [makeCircles({ random, noise: 0.1 }), makeCircles({ random, noise: 0.1 })];
    expect(list(first.x)).toEqual(list(makeCircles({ random: 4, noise: 0.1, dtype }).x).map(Math.fround));
    expect(list(second.x)).not.toEqual(list(first.x));
  });

  test("settings out of their range are refused", () => {
    expect(() => makeCircles({ samples: 0 })).toThrow("makeCircles: samples must be a whole number of at least 1, got 0");
    expect(() => makeCircles({ factor: 1 })).toThrow("makeCircles: factor");
    expect(() => makeMoons({ noise: -1 })).toThrow("makeMoons: noise must be a number from 0 up, got -1");
    expect(() => makeSpirals({ arms: 0 })).toThrow("makeSpirals: arms");
    expect(() => makeBlobs({ samples: [1, 2], centers: [[1]] })).toThrow("1 centers, 2 numbers of samples");
    expect(() => makeBlobs({ centers: [] })).toThrow("there are no centers");
    expect(() => makeBlobs({ centers: [[1], [2, 3]] })).toThrow("every center needs as many coordinates");
    expect(() => makeRegression({ noise: NaN })).toThrow("makeRegression: noise");
    expect(() => makeClassification({ informative: 30 })).toThrow("are more than 20");
    expect(() => makeClassification({ informative: 1 })).toThrow("4 clusters need 2 informative features");
    expect(() => makeClassification({ weights: [0.5, 0.9] })).toThrow("are no shares of 2 classes");
    expect(() => makeClassification({ shift: [1] })).toThrow("shift must be a number, 20 numbers");
    expect(() => makeBitFlip({ bits: 0 })).toThrow("makeBitFlip: bits");
  });
});
