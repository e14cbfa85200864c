import { describe, expect, test } from "vitest";
import { generator, tensor, type Tensor } from "@ndgrad/core";
import { relu, sigmoid, tanh } from "./activations.ts";
import { dense } from "./dense.ts";
import { TrainingError } from "./errors.ts";
import { evaluate, predict } from "./evaluate.ts";
import type { BatchSource, Examples } from "./examples.ts";
import { fit } from "./fit.ts";
import { binaryCrossEntropyWithLogits, crossEntropy, meanSquaredError } from "./losses.ts";
import { accuracy, binaryAccuracy } from "./metrics.ts";
import { adam, sgd } from "./optimizers.ts";
import type { BatchReport, EpochReport } from "./progress.ts";
import { sequential } from "./sequential.ts";

const xor = { x: tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), y: tensor([[0], [1], [1], [0]]) };
/** Points and the side of a line on which they lie. */
const sides = (count: number, seed: number) => {
  const x = generator(seed).normal([count, 2]);
  return { x, y: tensor(Int32Array.from({ length: count }, (_, i) => Number(x.data[2 * i] > x.data[2 * i + 1]))) };
};
const weights = (model: { parameters(): Readonly<Record<string, { readonly value: Tensor }>> }) => Object.values(model.parameters()).flatMap(({ value }) => [...value.data]);
const line = (seed = 1) => sequential(dense(2, 8, { seed }), relu, dense(8, 2, { seed: seed + 1 }));

describe("fit", () => {
  test.each([1, 2, 3])("learns XOR, seed %d", async (seed) => {
    const model = sequential(dense(2, 8, { seed, activation: tanh }), dense(8, 1, { seed: seed + 10 }));
    const history = await fit(model, xor, { loss: binaryCrossEntropyWithLogits, optimizer: adam({ lr: 0.05 }), epochs: 200, batchSize: 4, seed });
    expect(history.loss.at(-1)).toBeLessThan(0.05);
    expect(history.loss).toHaveLength(200);
    expect((await evaluate(model, xor, { metrics: { right: (p, y) => binaryAccuracy(p, y, { threshold: 0 }) } })).right).toBe(1);
  });

  test("tells the history of loss, metrics and validation", async () => {
    const model = line();
    const history = await fit(model, sides(500, 1), { loss: crossEntropy, optimizer: sgd({ lr: 0.5, momentum: 0.9 }), epochs: 4, metrics: { accuracy }, validation: sides(100, 2) });
    expect(history.loss).toHaveLength(4);
    expect(history.loss[3]).toBeLessThan(history.loss[0]);
    expect(history.accuracy.at(-1)).toBeGreaterThan(0.95);
    expect(history.validation.accuracy.at(-1)).toBeGreaterThan(0.95);
    expect(history.validation.loss).toHaveLength(4);
    expect(history.seconds.every((seconds) => seconds > 0)).toBe(true);
    const scores = await evaluate(model, sides(100, 2), { metrics: { accuracy, loss: crossEntropy }, batchSize: 7 });
    expect(scores.accuracy).toBeCloseTo(history.validation.accuracy[3], 6);
    expect(scores.loss).toBeCloseTo(history.validation.loss[3], 5);
  });

  test("makes the steps that one would make by hand, the last batch being smaller", async () => {
    const { x, y } = { x: tensor([[1], [2], [3], [4], [5]]), y: tensor([[2], [4], [6], [8], [10]]) };
    const model = dense(1, 1, { bias: false, seed: 1 });
    const batches: number[] = [];
    let w = weights(model)[0];
    const losses: number[] = [];
    for (const examples of [[1, 2], [3, 4], [5]]) {
      losses.push(...examples.map((value) => (w * value - 2 * value) ** 2));
      w -= (0.01 * examples.reduce((sum, value) => sum + 2 * (w * value - 2 * value) * value, 0)) / examples.length;
    }
    const history = await fit(model, { x, y }, {
      loss: meanSquaredError, optimizer: sgd({ lr: 0.01 }), batchSize: 2, shuffle: false, progress: { batch: ({ batch }) => batches.push(batch) },
    });
    expect(batches).toEqual([1, 2, 3]);
    expect(weights(model)[0]).toBeCloseTo(w, 5);
    expect(history.loss[0]).toBeCloseTo(losses.reduce((a, b) => a + b) / 5, 4);
  });

  test("gives the same numbers for the same seed, others for another", async () => {
    const run = async (seed: number) => {
      const model = line();
      await fit(model, sides(50, 1), { loss: crossEntropy, optimizer: adam(), epochs: 2, batchSize: 8, seed });
      return weights(model);
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  test("shows a lazy model its first input", async () => {
    const model = sequential(dense(4, { seed: 1 }), relu, dense(2, { seed: 2 }));
    await fit(model, sides(20, 1), { loss: crossEntropy, optimizer: adam() });
    expect(model.parameters()["0.weight"].shape).toEqual([2, 4]);
  });

  test("takes batches from a source, synchronous or not, again in every epoch", async () => {
    const { x, y } = sides(8, 1);
    const epochs: number[] = [];
    const source: BatchSource = {
      async *epoch(epoch): AsyncGenerator<Examples> { epochs.push(epoch); yield { x, y }; yield { x, y }; },
    };
    const model = line();
    const history = await fit(model, source, { loss: crossEntropy, optimizer: adam(), epochs: 3 });
    expect(epochs).toEqual([0, 1, 2]);
    expect(history.loss).toHaveLength(3);
  });

  test("reports batches and epochs, and ends when it is told to", async () => {
    const batches: BatchReport[] = [];
    const epochs: EpochReport[] = [];
    let ended = 0;
    await fit(line(), sides(10, 1), {
      loss: crossEntropy, optimizer: adam(), epochs: 9, batchSize: 4, metrics: { accuracy }, validation: sides(4, 2),
      progress: { batch: (report) => batches.push(report), epoch: (report) => epochs.push(report), end: () => ended++ },
      onEpoch: ({ epoch }) => epoch < 2,
    });
    expect(batches.map(({ epoch, batch, batches: all }) => [epoch, batch, all])).toEqual([[1, 1, 3], [1, 2, 3], [1, 3, 3], [2, 1, 3], [2, 2, 3], [2, 3, 3]]);
    expect(Object.keys(epochs[1].scores).sort()).toEqual(["accuracy", "loss", "validation accuracy", "validation loss"]);
    expect([epochs.length, ended]).toEqual([2, 1]);
  });

  test("says what to do about a loss that is no number, and keeps the parameters from it", async () => {
    const model = dense(1, 1, { seed: 1, bias: false });
    const before = weights(model);
    const data = { x: tensor([[NaN]]), y: tensor([[1]]) };
    await expect(fit(model, data, { loss: meanSquaredError, optimizer: sgd({ lr: 1 }) })).rejects.toThrow("fit: the loss became NaN in epoch 1, batch 1");
    expect(weights(model)).toEqual(before);
    const steep = { x: tensor([[1e10]]), y: tensor([[1]]) };
    await expect(fit(model, steep, { loss: meanSquaredError, optimizer: sgd({ lr: 1e20 }), epochs: 9 })).rejects.toThrow("Lower the learning rate");
  });

  test("refuses what it cannot train", async () => {
    const options = { loss: crossEntropy, optimizer: adam() };
    const { x, y } = sides(4, 1);
    const empty = { x: tensor([], { shape: [0, 2] }), y: tensor(new Int32Array(0)) };
    await expect(fit(line(), empty, options)).rejects.toThrow("fit: there are no examples; the input's shape is [0, 2]");
    await expect(fit(line(), { x, y: tensor([1, 0], { dtype: "int32" }) }, options)).rejects.toThrow("fit: there are 4 inputs and 2 targets");
    await expect(fit(line(), { x: tensor(1) as Tensor, y }, options)).rejects.toThrow("a scalar has none");
    await expect(fit(sequential(sigmoid), { x, y }, options)).rejects.toThrow("the model has no parameters");
    await expect(fit(line(), { x, y }, { ...options, epochs: 1.5 })).rejects.toThrow("fit: epochs must be a whole number of at least 0, got 1.5");
    await expect(fit(line(), { x, y }, { ...options, batchSize: 0 })).rejects.toThrow("fit: batchSize must be a whole number of at least 1, got 0");
    await expect(fit(line(), { x, y }, { ...options, metrics: { loss: accuracy } })).rejects.toThrow(`a metric cannot be called "loss"`);
    await expect(fit(line(), { epoch: () => [] }, options)).rejects.toThrow(TrainingError);
    await expect(fit(line(), { x: tensor([[1, 2, 3]]) as Tensor, y: tensor([1], { dtype: "int32" }) }, options)).rejects.toThrow("0: dense(2, 8): the input's last axis must be 2, got float32[1, 3]");
  });

  test("lets timers run while it trains", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const began = performance.now();
    await fit(line(), sides(8, 1), { loss: crossEntropy, optimizer: adam(), epochs: 10_000, onEpoch: () => performance.now() - began < 350 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });
});

describe("predict and evaluate", () => {
  test("do batch by batch what the model does at once", async () => {
    const model = line();
    const { x, y } = sides(23, 1);
    const whole = model(x);
    for (const batchSize of [1, 5, 23, 100]) {
      const parts = predict(model, x, { batchSize });
      expect(parts.shape).toEqual([23, 2]);
      parts.data.forEach((value, i) => expect(value).toBeCloseTo(whole.data[i], 5));
      expect((await evaluate(model, { x, y }, { metrics: { accuracy }, batchSize })).accuracy).toBeCloseTo(accuracy(whole, y).item(), 6);
    }
  });

  test("refuse settings that mean nothing", async () => {
    expect(() => predict(line(), sides(3, 1).x, { batchSize: 0 })).toThrow("predict: batchSize");
    expect(() => predict(line(), tensor(1) as Tensor)).toThrow("a scalar has none");
    await expect(evaluate(line(), { epoch: () => [] }, { metrics: { accuracy } })).rejects.toThrow("evaluate: the data have no batches");
  });
});

describe("metrics", () => {
  const int32 = { dtype: "int32" } as const;
  test("accuracy takes class indices and one-hot rows", () => {
    const prediction = tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]]);
    expect(accuracy(prediction, tensor([1, 1, 1], int32)).item()).toBeCloseTo(2 / 3, 6);
    expect(accuracy(prediction, tensor([[0, 1], [1, 0], [1, 0]])).item()).toBeCloseTo(2 / 3, 6);
  });

  test("binaryAccuracy compares with a threshold", () => {
    expect(binaryAccuracy(tensor([0.4, 0.6, 0.5]), tensor([0, 1, 0])).item()).toBeCloseTo(2 / 3, 6);
    expect(binaryAccuracy(tensor([-0.4, 0.6]), tensor([false, true]), { threshold: 0 }).item()).toBe(1);
  });

  test("refuse shapes that do not fit", () => {
    expect(() => accuracy(tensor([[0.5], [0.2]]), tensor([1, 0], int32))).toThrow("binaryAccuracy");
    expect(() => accuracy(tensor([[1, 2], [3, 4]]), tensor([1, 0, 1], int32))).toThrow("need class indices [2] or one-hot rows, got targets of shape [3]");
    expect(() => binaryAccuracy(tensor([[1], [0]]), tensor([1, 0]))).toThrow("predictions are [2, 1] and targets [2]");
  });
});
