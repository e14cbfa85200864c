import fc from "fast-check";
import { describe, expect, test } from "vitest";
import "@ndgrad/gradcheck/vitest";
import { compile, generator, oneHot, softmax, tensor, type Tensor } from "@ndgrad/core";
import { binaryCrossEntropy, binaryCrossEntropyWithLogits, crossEntropy, huber, meanAbsoluteError, meanSquaredError, type LossOptions } from "./losses.ts";

const float64 = { dtype: "float64" } as const;
const shape = [4, 3];
const prediction = generator(1).normal(shape, float64);
const target = generator(2).normal(shape, float64);
const probability = generator(3).uniform(shape, { low: 0.05, high: 0.95, ...float64 });
const yesNo = tensor([[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 0, 1]], float64);

type Loss = (prediction: Tensor, target: Tensor, options?: LossOptions) => Tensor;
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const elementwise: readonly [string, Loss, Tensor, Tensor, (p: number, y: number) => number][] = [
  ["meanSquaredError", meanSquaredError, prediction, target, (p, y) => (p - y) ** 2],
  ["meanAbsoluteError", meanAbsoluteError, prediction, target, (p, y) => Math.abs(p - y)],
  ["huber", huber, prediction, target, (p, y) => (Math.abs(p - y) <= 1 ? (p - y) ** 2 / 2 : Math.abs(p - y) - 0.5)],
  ["huber with delta", (p, y, options) => huber(p, y, { ...options, delta: 0.3 }), prediction, target, (p, y) => (Math.abs(p - y) <= 0.3 ? (p - y) ** 2 / 2 : 0.3 * (Math.abs(p - y) - 0.15))],
  ["binaryCrossEntropy", binaryCrossEntropy, probability, yesNo, (p, y) => -(y * Math.log(p) + (1 - y) * Math.log(1 - p))],
  ["binaryCrossEntropyWithLogits", binaryCrossEntropyWithLogits, prediction, yesNo, (x, y) => softplus(x) - x * y],
];

describe.each(elementwise)("%s", (_, loss, p, y, formula) => {
  const expected = [...p.data].map((value, i) => formula(value, y.data[i]));
  const sum = expected.reduce((a, b) => a + b);

  test("is its formula: mean, sum or none", () => {
    expect(loss(p, y).item()).toBeCloseTo(sum / expected.length, 12);
    expect(loss(p, y, { reduction: "mean" }).item()).toBe(loss(p, y).item());
    expect(loss(p, y, { reduction: "sum" }).item()).toBeCloseTo(sum, 11);
    const none = loss(p, y, { reduction: "none" });
    expect(none.shape).toEqual(shape);
    none.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
  });

  test("has the formula's gradients", () => {
    expect((x: Tensor) => loss(x, y)).toHaveCorrectGradients([p], { order: 2 });
  });

  test("has the formula's gradients by the target, too", () => {
    expect((x: Tensor, to: Tensor) => loss(x, to)).toHaveCorrectGradients([p, target.mul(0.1).add(0.5)], { order: 2 });
  });

  test("refuses what would broadcast", () => {
    expect(() => loss(tensor([[1], [2]]), tensor([1, 2]))).toThrow("the prediction is float32[2, 1] and the target float32[2]; reshape");
  });
});

describe("binary cross-entropy", () => {
  test("from probabilities stays finite at 0 and 1", () => {
    const losses = binaryCrossEntropy(tensor([0, 1, 0, 1]), tensor([0, 1, 1, 0]), { reduction: "none" }).data;
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[0]).toBeCloseTo(0, 5);
    expect(losses[2]).toBeGreaterThan(15);
  });

  test("from logits is exact far out", () => {
    expect([...binaryCrossEntropyWithLogits(tensor([1000, -1000, 1000]), tensor([1, 0, 0]), { reduction: "none" }).data]).toEqual([0, 0, 1000]);
  });
});

describe("crossEntropy", () => {
  const classes = tensor([2, 0, 1, 2], { dtype: "int32" });
  const expected = [...classes.data].map((chosen, i) => {
    const row = [...prediction.data].slice(3 * i, 3 * i + 3);
    return Math.log(row.reduce((total, x) => total + Math.exp(x), 0)) - row[chosen];
  });

  test("takes class indices and one-hot rows alike", () => {
    for (const y of [classes, oneHot(classes, 3, float64), oneHot(classes, 3, { dtype: "int32" }), oneHot(classes, 3, { dtype: "bool" })]) {
      expect(crossEntropy(prediction, y).item()).toBeCloseTo(expected.reduce((a, b) => a + b) / 4, 12);
      const none = crossEntropy(prediction, y, { reduction: "none" });
      expect(none.shape).toEqual([4]);
      none.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
      expect((x: Tensor) => crossEntropy(x, y)).toHaveCorrectGradients([prediction], { order: 2 });
    }
  });

  test("has gradients by both logits and distributions, of rows with ties as well", () => {
    const distribution = softmax(generator(4).normal(shape, float64));
    expect((x: Tensor, y: Tensor) => crossEntropy(x, y)).toHaveCorrectGradients([prediction, distribution], { order: 2 });
    const tied = tensor([[1, 1, 0], [0, 2, 2], [3, 3, 3], [-1, 5, 5]], float64);
    for (const y of [classes, distribution, yesNo]) expect((x: Tensor) => crossEntropy(x, y)).toHaveCorrectGradients([tied], { order: 2 });
  });

  test("takes one example, and batches of higher rank", () => {
    expect(crossEntropy(tensor([2, 0, 0]), tensor(0, { dtype: "int32" })).item()).toBeCloseTo(Math.log(1 + 2 * Math.exp(-2)), 6);
    expect(crossEntropy(generator(1).normal([2, 5, 3]), tensor(new Int32Array(10), { shape: [2, 5] }), { reduction: "none" }).shape).toEqual([2, 5]);
  });

  test("stays finite for large logits", () => {
    expect(crossEntropy(tensor([[1000, 0], [0, 1000]]), tensor([0, 0], { dtype: "int32" }), { reduction: "none" }).data).toEqual(new Float32Array([0, 1000]));
  });

  test("refuses targets that fit neither way", () => {
    expect(() => crossEntropy(prediction, tensor([0, 1, 2, 0]))).toThrow("logits are float64[4, 3] and targets float32[4]; give class indices as int32[4], or one-hot rows as float64[4, 3]");
    expect(() => crossEntropy(prediction, tensor([0, 1], { dtype: "int32" }))).toThrow("targets int32[2]");
    expect(() => crossEntropy(prediction, tensor([0, 1, 2, 0]))).toThrow(`: target.cast("int32")`);
    expect(() => crossEntropy(prediction, classes.reshape([4, 1]))).toThrow(": target.reshape([4])");
    expect(() => crossEntropy(prediction, [0, 1, 2, 0] as never)).toThrow("crossEntropy: target is an array, not a tensor; make one of it by tensor(…)");
    expect(() => crossEntropy(tensor(1), tensor(0, { dtype: "int32" }))).toThrow("the logits are a scalar");
  });
});

describe("targets that are no classes", () => {
  const noClasses = fc.array(fc.integer({ min: -4, max: 5 }), { minLength: 4, maxLength: 4 }).filter((targets) => targets.some((target) => target < 0 || target > 2));
  const of = (targets: readonly number[]) => tensor(Int32Array.from(targets));

  test("are refused", () => {
    fc.assert(fc.property(noClasses, (targets) => {
      const wrong = targets.find((target) => target < 0 || target > 2);
      expect(() => crossEntropy(prediction, of(targets))).toThrow(`crossEntropy: target ${wrong} is no class; logits are float64[4, 3], so classes are 0 … 2. Number the classes from 0`);
    }));
  });

  test("have the loss NaN in a compiled function, and all others theirs", () => {
    const losses = compile((x: Tensor, y: Tensor) => crossEntropy(x, y, { reduction: "none" }));
    fc.assert(fc.property(noClasses, (targets) => {
      const known = crossEntropy(prediction, of(targets.map((target) => (target < 0 || target > 2 ? 0 : target))), { reduction: "none" }).data;
      losses(prediction, of(targets)).data.forEach((loss, i) => {
        if (targets[i] < 0 || targets[i] > 2) expect(loss).toBeNaN();
        else expect(loss).toBeCloseTo(known[i], 12);
      });
    }), { numRuns: 20 });
  });
});

test("an unknown reduction is refused", () => {
  expect(() => meanSquaredError(prediction, target, { reduction: "average" as never })).toThrow(`reduction must be "mean", "sum" or "none", got "average"`);
});
