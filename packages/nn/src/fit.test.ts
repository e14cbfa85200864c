import { describe, expect, test } from "vitest";
import { generator, tensor, variable, type Tensor } from "@ndgrad/core";
import { relu, sigmoid, tanh } from "./activations.ts";
import { dense } from "./dense.ts";
import { TrainingError } from "./errors.ts";
import { evaluate, predict } from "./evaluate.ts";
import type { BatchSource, Examples } from "./examples.ts";
import { fit } from "./fit.ts";
import { ones } from "./initializers.ts";
import { binaryCrossEntropyWithLogits, crossEntropy, meanSquaredError } from "./losses.ts";
import { accuracy, binaryAccuracy } from "./metrics.ts";
import { adam, sgd } from "./optimizers.ts";
import { model } from "./model.ts";
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
    await expect(fit(model, steep, { loss: meanSquaredError, optimizer: sgd({ lr: 1e20 }), epochs: 9 })).rejects.toThrow("because weight is not finite any more: a step carried it off");
    const climbing = { x: tensor([[1e3]]), y: tensor([[1]]) };
    await expect(fit(dense(1, 1, { seed: 1 }), climbing, { loss: meanSquaredError, optimizer: sgd({ lr: 1 }), epochs: 99 })).rejects.toThrow("the parameters are those before this batch. Lower the learning rate");
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

  test("tells when a gradient was no number though the loss was, which leaves nothing of the parameters", async () => {
    // The slope of √x at 0 is infinite, and 0 · ∞ is no number.
    const distance = (p: Tensor, y: Tensor): Tensor => p.sub(y).square().mean().sqrt();
    const broken = "weight is not finite any more: a step carried it off, or a gradient was not finite although its batch's loss was";
    const run = (count: number) => {
      const model = dense(1, 1, { bias: false, initializer: ones });
      const x = tensor(Float32Array.from({ length: count }, (_, i) => i + 1), { shape: [count, 1] });
      return fit(model, { x, y: x }, { loss: distance, optimizer: sgd({ lr: 0.1 }), batchSize: 1 });
    };
    await expect(run(2)).rejects.toThrow(`fit: the loss became NaN in epoch 1, batch 2, because ${broken}`);
    await expect(run(1)).rejects.toThrow(`fit: after the last batch ${broken}`);
  });

  test.each([true, false])("says which target is no class, compiled: %s, and keeps the parameters", async (compile) => {
    const model = line();
    const before = weights(model);
    const { x } = sides(4, 1);
    const options = { loss: crossEntropy, optimizer: adam(), compile };
    for (const wrong of [2, -1]) {
      await expect(fit(model, { x, y: tensor([0, 1, wrong, 0], { dtype: "int32" }) }, options)).rejects.toThrow(`crossEntropy: target ${wrong} is no class; logits are float32[4, 2], so classes are 0 … 1`);
    }
    expect(weights(model)).toEqual(before);
  });

  test("says when the data hold what is no number", async () => {
    const { x, y } = xor;
    const options = { loss: meanSquaredError, optimizer: adam() };
    const model = () => sequential(dense(2, 1, { seed: 1 }));
    await expect(fit(model(), { x: tensor([[0, 1], [NaN, 1], [0, 0], [1, 0]]), y }, options)).rejects.toThrow("fit: the loss became NaN in epoch 1, batch 1: this batch's x holds NaN or Infinity");
    await expect(fit(model(), { x, y: tensor([[0], [Infinity], [0], [1]]) }, options)).rejects.toThrow("batch 1: this batch's y holds NaN or Infinity");
  });

  test("names validation data that are wrong", async () => {
    const { x, y } = sides(4, 1);
    const options = { loss: crossEntropy, optimizer: adam() };
    await expect(fit(line(), { x, y }, { ...options, validation: { x, y: tensor([1], { dtype: "int32" }) } })).rejects.toThrow("fit: validation: there are 4 inputs and 1 targets");
    await expect(fit(line(), { x, y }, { ...options, validation: { epoch: () => [] } })).rejects.toThrow("fit: validation: the data have no batches");
  });

  const number = (): Tensor => 1 as never;
  test.each<[string, unknown, unknown, unknown, string]>([
    ["no options", line(), xor, undefined, "fit: there is no loss; fit takes (model, { x, y }, { loss: crossEntropy, optimizer: adam(), … })"],
    ["no optimizer", line(), xor, { loss: crossEntropy }, "fit: there is no optimizer"],
    ["no data", line(), undefined, {}, "fit: the data are neither tensors { x, y } nor a source of batches"],
    ["a model without parameters", relu, xor, {}, "fit: the model is a function without parameters(); make it by sequential, model or defineModule"],
    ["a loss by name", line(), xor, { loss: "mse" }, `fit: the loss is "mse"; give a function of predictions and targets`],
    ["a loss of each example", line(), xor, { loss: (p: Tensor) => p.sum({ axis: 1 }) }, "fit: the loss gave float32[4], not one number; average it: mean()"],
    ["a loss without result", line(), xor, { loss: () => undefined }, "fit: the loss gave undefined, not a tensor"],
    ["an asynchronous loss", line(), xor, { loss: async (p: Tensor) => Promise.resolve(p) }, "fit: the loss gave a promise, not a tensor"],
    ["an optimizer that was not called", line(), xor, { optimizer: adam }, "fit: the optimizer is a function; give what adam() or sgd({ lr }) returns"],
    ["metrics in a list", line(), xor, { metrics: [accuracy] }, "fit: metrics is an array; give functions by name, such as { accuracy }"],
    ["a metric by name", line(), xor, { metrics: { right: "accuracy" } }, `fit: metric "right" is "accuracy"; give a function`],
    ["a metric that is a number", line(), xor, { metrics: { number } }, `fit: metric "number" gave the number 1, not a tensor`],
    ["a metric of each example", line(), xor, { metrics: { each: (p: Tensor) => p } }, `fit: metric "each" gave float32[4, 2], not one number`],
  ])("refuses %s", async (_, model, data, changed, message) => {
    const loss = (p: Tensor): Tensor => p.square().mean();
    const options = changed === undefined ? undefined : _ === "no optimizer" ? changed : { loss, optimizer: adam(), ...changed as object };
    await expect(fit(model as never, data as never, options as never)).rejects.toThrow(message);
  });

  test("ends with what a callback throws, and tells progress that it has ended", async () => {
    const model = line();
    const { x, y } = sides(4, 1);
    const optimizer = adam();
    const failing = (where: "batch" | "epoch" | "onEpoch") => {
      const fail = () => { throw new Error(`no ${where}`); };
      let ended = 0;
      const progress = { ...(where === "onEpoch" ? {} : { [where]: fail }), end: () => { ended++; } };
      const run = fit(model, { x, y }, { loss: crossEntropy, optimizer, batchSize: 2, progress, ...(where === "onEpoch" ? { onEpoch: async () => { await Promise.resolve(); fail(); } } : {}) });
      return { run, ended: () => ended };
    };
    const steps: number[] = [];
    for (const where of ["batch", "epoch", "onEpoch"] as const) {
      const { run, ended } = failing(where);
      await expect(run).rejects.toThrow(`no ${where}`);
      expect(ended()).toBe(1);
      steps.push(optimizer.step.value.item());
    }
    // A batch is learnt from before it is reported.
    expect(steps).toEqual([1, 3, 5]);
  });

  test("follows a rate that is changed between epochs, in a compiled step", async () => {
    const rate = variable(tensor(0));
    const model = dense(2, 2, { seed: 1 });
    const seen = [weights(model)];
    await fit(model, sides(8, 1), { loss: crossEntropy, optimizer: sgd({ lr: () => rate.value }), epochs: 2, onEpoch: () => { seen.push(weights(model)); rate.assign(tensor(0.5)); } });
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).not.toEqual(seen[1]);
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

  test("leave the parameters as they were where a metric throws", async () => {
    const net = line();
    const before = weights(net);
    await expect(fit(net, sides(8, 1), { loss: crossEntropy, optimizer: adam(), metrics: { wrong: () => { throw new Error("no"); } }, compile: false })).rejects.toThrow("no");
    expect(weights(net)).toEqual(before);
  });

  test("train floats only", async () => {
    const net = model({ count: variable(tensor(0, { dtype: "int32" })), out: dense(2, 1) }, ({ out }, x: Tensor) => out(x as never));
    await expect(fit(net as never, sides(3, 1), { loss: meanSquaredError, optimizer: adam() })).rejects.toThrow("fit: the parameter count is int32[], and only floats can be trained");
  });

  test("refuse settings that mean nothing", async () => {
    await expect(evaluate(line(), sides(3, 1), {} as never)).rejects.toThrow("evaluate: there are no metrics; evaluate takes (model, { x, y }, { metrics: { accuracy } })");
    expect(() => predict(line(), [[1, 2]] as never)).toThrow("predict: the inputs are an array, not a tensor");
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
