import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NdgradError, generator, tensor, zeros, type Tensor } from "@ndgrad/core";
import { addNoise, randomCrop, randomFlip, randomShift } from "./images.ts";
import { encodeLabels, oneHotLabels } from "./labels.ts";
import { mixup } from "./mixup.ts";
import { minMax, standardize } from "./scaling.ts";
import { eigen, whiten } from "./whiten.ts";

const expectClose = (actual: Tensor, expected: Tensor, tolerance = 1e-9): void => {
  expect(actual.shape).toEqual(expected.shape);
  actual.data.forEach((value, i) => { expect(Math.abs(value - expected.data[i])).toBeLessThanOrEqual(tolerance * (1 + Math.abs(expected.data[i]))); });
};
const matrices = fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 5 })).chain(([rows, width]) =>
  fc.float64Array({ minLength: rows * width, maxLength: rows * width, min: -1000, max: 1000, noNaN: true }).map((data) => tensor(data, { shape: [rows, width] })));
const saved = <T>(state: T): T => JSON.parse(JSON.stringify(state)) as T;

describe("scaling", () => {
  test("standardize: mean 0, deviation 1, and back, from a saved state too", () => {
    fc.assert(fc.property(matrices, (x) => {
      const fitted = standardize.fit(x);
      const made = fitted.apply(x);
      const { mean, std } = fitted.state;
      // The rounding of the mean counts for more where the deviation is small beside it.
      made.mean({ axis: 0 }).data.forEach((value, i) => { expect(Math.abs(value)).toBeLessThanOrEqual(1e-9 + (std[i] === 0 ? Math.abs(mean[i]) : 100 * Number.EPSILON * Math.abs(mean[i] / std[i]))); });
      made.std({ axis: 0 }).data.forEach((value, i) => { if (std[i] > 1e-6 * Math.abs(mean[i])) expect(value).toBeCloseTo(1, 6); });
      expectClose(fitted.inverse(made), x);
      expect(standardize.restore(saved(fitted.state)).apply(x).data).toEqual(made.data);
    }), { numRuns: 100 });
    const known = standardize.fit(tensor([[1, 5], [3, 5]]));
    expect([known.state, known.apply(tensor([[2, 6]])).toArray()]).toEqual([{ mean: [2, 5], std: [1, 0] }, [[0, 1]]]);
  });

  test("minMax: within the range, ends reached, and back", () => {
    fc.assert(fc.property(matrices, (x) => {
      const fitted = minMax.fit({ x, range: [-1, 2] });
      const made = fitted.apply(x);
      expect(made.data.every((value) => value >= -1 - 1e-12 && value <= 2 + 1e-12)).toBe(true);
      expectClose(fitted.inverse(made), x);
      expect(minMax.restore(saved(fitted.state)).apply(x).data).toEqual(made.data);
    }), { numRuns: 100 });
    expect(minMax.fit(tensor([[0], [4]])).apply(tensor([[1], [8]])).toArray()).toEqual([[0.25], [2]]);
  });

  test("whiten: the covariance is the unit matrix, and back", () => {
    const random = generator(3);
    const mix = tensor([[2, 1, 0], [0, 1, 3], [0.5, 0, 1]], { dtype: "float64" });
    const x = random.normal([500, 3], { dtype: "float64" }).matmul(mix).add(7);
    const fitted = whiten.fit(x);
    const made = fitted.apply(x);
    expectClose(made.transpose().matmul(made).div(500), tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]], { dtype: "float64" }), 1e-9);
    expectClose(fitted.inverse(made), x, 1e-9);
    expect(whiten.restore(saved(fitted.state)).apply(x).data).toEqual(made.data);
    // One direction without any variance.
    expect(whiten.fit(tensor([[1, 1], [2, 2], [4, 4]])).apply(tensor([[1, 1], [2, 2], [4, 4]])).data.every(Number.isFinite)).toBe(true);
  });

  test("eigen: A V = V Λ for symmetric matrices", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(1000), (width, seed) => {
      const half = generator(seed).normal([width, width], { dtype: "float64" });
      const matrix = half.add(half.transpose());
      const { values, vectors } = eigen(Float64Array.from(matrix.data), width);
      const v = tensor(vectors, { shape: [width, width] });
      expectClose(matrix.matmul(v), v.mul(tensor(values)), 1e-10);
    }), { numRuns: 50 });
  });

  test("says where a number is missing among those to fit to", () => {
    for (const odd of [NaN, Infinity, -Infinity]) {
      const x = tensor([[1, 2, 3], [4, 5, odd]]);
      for (const [name, fit] of Object.entries({ standardize: () => standardize.fit(x), minMax: () => minMax.fit(x), whiten: () => whiten.fit(x) })) {
        expect(fit).toThrow(`${name}: row 1, column 2 is ${odd}, and there is no fitting to that; leave out such rows, or put a number there`);
      }
    }
    // What is transformed may have some.
    expect(standardize.fit(tensor([[1], [3]])).apply(tensor([[NaN], [2]])).toArray()).toEqual([[NaN], [0]]);
  });

  test("standardize: features far from 0 have the deviation they have at 0, and equal ones none", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -60_000, max: 60_000 }), { minLength: 1, maxLength: 50 }), fc.constantFrom(0, 1.7e12, -9e14), (values, offset) => {
      const fit = (data: readonly number[]) => standardize.fit(tensor(Float64Array.from(data), { shape: [data.length, 1] })).state;
      const [near, far] = [fit(values), fit(values.map((value) => value + offset))];
      // The mean itself is rounded to what float64 has there: 0.06 at 9e14.
      expect(far.std[0]).toBeCloseTo(near.std[0], 8);
      expect(Math.abs(far.mean[0] - offset - near.mean[0])).toBeLessThanOrEqual(1e-9 + Math.abs(offset) * Number.EPSILON);
    }), { numRuns: 100 });
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1, max: 1000 }), (value, rows) => {
      expect(standardize.fit(tensor(new Float64Array(rows).fill(value), { shape: [rows, 1] })).state).toEqual({ mean: [value + 0], std: [0] });
    }), { numRuns: 100 });
  });

  test("refuses states of another kind", () => {
    const restores: readonly ((state: never) => unknown)[] = [
      (state) => standardize.restore(state), (state) => minMax.restore(state), (state) => whiten.restore(state), (state) => encodeLabels.restore(state), (state) => oneHotLabels.restore(state),
    ];
    const states: readonly unknown[] = [undefined, null, 1, "text", [], {}, { mean: 1 }, { min: [1], max: [1] }, { min: [1], max: [1], range: 2 }, { mean: [1], forward: null }];
    for (const restore of restores) for (const state of states) expect(() => restore(state as never)).toThrow(NdgradError);
    expect(() => encodeLabels.fit(["a", "b"]).inverse(tensor([0.5]) as unknown as Tensor<[number], "int32">)).toThrow("there is no class 0.5; there are 2");
  });

  test("refuses what was not fitted to", () => {
    const fitted = standardize.fit(tensor([[1, 2]]));
    expect(() => fitted.apply(tensor([[1]]))).toThrow("standardize: fitted to 2 features, got 1");
    expect(() => standardize.fit(tensor([1]))).toThrow("give examples as rows");
    expect(() => minMax.fit(zeros([0, 2]))).toThrow("there are no rows");
    expect(() => minMax.fit({ x: tensor([[1]]), range: [1, 1] })).toThrow("the range goes from 1 to 1");
    expect(() => standardize.fit(tensor([[1]], { dtype: "int32" }))).toThrow("features are floats, not int32");
    expect(() => standardize.restore({ mean: [1], std: [] })).toThrow("the state is none of this transform");
    expect(() => whiten.restore({ mean: [1, 2], forward: [1], backward: [1] })).toThrow("the state is damaged");
    expect(() => whiten.fit(tensor([[1]]))).toThrow("1 rows tell no covariance");
  });
});

describe("labels", () => {
  test("are numbered in order, and named again", () => {
    const fitted = encodeLabels.fit(["b", "a", "b", 2, 10]);
    expect(fitted.state.classes).toEqual([2, 10, "a", "b"]);
    expect(fitted.apply(["a", 10]).toArray()).toEqual([2, 1]);
    expect(encodeLabels.restore(saved(fitted.state)).inverse(fitted.apply(["b", 2]))).toEqual(["b", 2]);
    expect(() => fitted.apply(["c"])).toThrow('"c" is none of the 4 classes');
    expect(() => fitted.inverse(tensor([4], { dtype: "int32" }) as Tensor<[number], "int32">)).toThrow("there is no class 4");
    expect(() => encodeLabels.restore({ classes: ["a", "a"] })).toThrow("a class is there twice");
  });

  test("become one-hot rows and come back", () => {
    const y = tensor([2, 0, 1], { dtype: "int32" });
    const fitted = oneHotLabels.fit(y);
    expect(fitted.apply(y).toArray()).toEqual([[0, 0, 1], [1, 0, 0], [0, 1, 0]]);
    expect(fitted.inverse(fitted.apply(y)).toArray()).toEqual([2, 0, 1]);
    expect(() => oneHotLabels.restore({ classes: 0 })).toThrow("0 classes");
  });
});

describe("images", () => {
  const images = tensor(Float32Array.from({ length: 24 }, (_, i) => i + 1), { shape: [2, 3, 4] });

  test("are mirrored", () => {
    expect(randomFlip(images, generator(1), { probability: 1 }).toArray()[0]).toEqual([[4, 3, 2, 1], [8, 7, 6, 5], [12, 11, 10, 9]]);
    expect(randomFlip(images, generator(1), { probability: 1, direction: "vertical" }).toArray()[0]).toEqual([[9, 10, 11, 12], [5, 6, 7, 8], [1, 2, 3, 4]]);
    expect(randomFlip(images, generator(1), { probability: 0 }).data).toEqual(images.data);
    const coloured = images.reshape([2, 2, 2, 3]);
    expect(randomFlip(coloured, generator(1), { probability: 1 }).toArray()[0]).toEqual([[[4, 5, 6], [1, 2, 3]], [[10, 11, 12], [7, 8, 9]]]);
  });

  test("are moved and cut, and the same seed does the same", () => {
    fc.assert(fc.property(fc.nat(1000), (seed) => {
      const one = zeros([1, 5, 5]).add(tensor(Float32Array.from({ length: 25 }, (_, i) => Number(i === 12)), { shape: [1, 5, 5] }));
      const moved = randomShift(one, generator(seed), { pixels: 2 });
      expect(moved.sum().item()).toBe(1);
      expect(moved.data).toEqual(randomShift(one, generator(seed), { pixels: 2 }).data);
      const cut = randomCrop(images, generator(seed), { size: [2, 2], padding: 1, fill: -1 });
      expect(cut.shape).toEqual([2, 2, 2]);
      const [[a, b]] = cut.toArray() as unknown as [[number[], number[]]];
      // Neighbours stay neighbours, where both are inside.
      if (a[0] > 0 && a[1] > 0) expect(a[1] - a[0]).toBe(1);
      if (a[0] > 0 && b[0] > 0) expect(b[0] - a[0]).toBe(4);
    }), { numRuns: 50 });
    const all = Array.from({ length: 60 }, (_, seed) => randomShift(images, generator(seed), { pixels: 1 }).data.join());
    expect(new Set(all).size).toBeGreaterThan(20);
  });

  test("get noise of the deviation asked for", () => {
    const noisy = addNoise(zeros([100, 10, 10]), generator(2), { std: 0.5 });
    expect(noisy.std().item()).toBeCloseTo(0.5, 1);
  });

  test("that are none are refused", () => {
    expect(() => randomFlip(tensor([[1]]), generator(1))).toThrow("images are [n, height, width]");
    expect(() => randomCrop(images, generator(1), { size: [4, 4] })).toThrow("4 × 4 pixels cannot be cut out of 3 × 4");
    expect(() => randomShift(images, generator(1), { pixels: -1 })).toThrow("randomShift: pixels");
    expect(() => addNoise(tensor([1], { dtype: "int32" }), generator(1), { std: 1 })).toThrow("cast it");
  });
});

describe("mixup", () => {
  test("mixes examples and their targets by the same shares", () => {
    const x = tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
    const mixed = mixup({ x, y: x }, generator(5), { alpha: 1 });
    expect(mixed.x.data).toEqual(mixed.y.data);
    expectClose(mixed.x.sum({ axis: 1 }), tensor([1, 1, 1]), 1e-6);
  });

  test("draws shares from Beta(alpha, alpha): mean ½, variance 1 / (8 alpha + 4)", () => {
    const count = 4000;
    for (const alpha of [0.2, 1, 4]) {
      // Each of two kinds of example: what is left of the first kind, where it met the second, is its share.
      const x = tensor(Float64Array.from({ length: count }, (_, i) => i % 2), { shape: [count, 1] });
      const shares = [...mixup({ x, y: x }, generator(1), { alpha }).x.data].filter((value) => value !== 0 && value !== 1);
      const mean = shares.reduce((a, b) => a + b) / shares.length;
      const variance = shares.reduce((sum, value) => sum + (value - mean) ** 2, 0) / shares.length;
      expect(mean).toBeCloseTo(0.5, 1);
      expect(Math.abs(variance - 1 / (8 * alpha + 4)) * (8 * alpha + 4)).toBeLessThan(0.12);
    }
  });

  test("refuses what cannot be mixed", () => {
    const x = tensor([[1], [2]]);
    expect(() => mixup({ x, y: tensor([1, 2], { dtype: "int32" }) }, generator(1))).toThrow("classes as one-hot rows");
    expect(() => mixup({ x, y: tensor([[1]]) }, generator(1))).toThrow("2 examples and 1 targets");
    expect(() => mixup({ x, y: x }, generator(1), { alpha: 0 })).toThrow("alpha is 0");
  });
});
