import { describe, expect, test } from "vitest";
import { compile, generator, getThreads, setThreads, tensor, valueAndGrad, type Tensor } from "@ndgrad/core";
import { currentEngine } from "@ndgrad/core/internal";
import { relu, sigmoid, tanh } from "./activations.ts";
import { dense } from "./dense.ts";
import { TrainingError } from "./errors.ts";
import { evaluate, predict } from "./evaluate.ts";
import { fit, type FitOptions } from "./fit.ts";
import { crossEntropy, meanSquaredError } from "./losses.ts";
import { accuracy } from "./metrics.ts";
import { model } from "./model.ts";
import { defineOptimizer } from "./optimizer.ts";
import { adam, sgd } from "./optimizers.ts";
import { sequential } from "./sequential.ts";

/** Points and the side of a line on which they lie. */
const sides = (count: number, width = 2) => {
  const x = generator(1).normal([count, width]);
  return { x, y: tensor(Int32Array.from({ length: count }, (_, i) => Number(x.data[width * i] > x.data[width * i + 1]))) };
};
const weights = (net: { parameters(): Readonly<Record<string, { readonly value: Tensor }>> }) => Object.values(net.parameters()).flatMap(({ value }) => [...value.data]);
const net = (width = 2, hidden = 8) => sequential(dense(width, hidden, { seed: 1 }), relu, dense(hidden, 2, { seed: 2 }));
const slowing = (step: Tensor<[], "float32">) => step.mul(0.1).add(1).pow(-0.5).mul(0.3);

describe("a compiled step", () => {
  test.each([
    ["sgd", () => sgd({ lr: 0.3 })],
    ["momentum", () => sgd({ lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 })],
    ["a schedule", () => sgd({ lr: slowing, momentum: 0.5 })],
    ["adam", () => adam({ lr: 0.02, weightDecay: 0.1 })],
  ])("learns what a step run operation by operation learns: %s", async (_, optimizer) => {
    const run = async (compiled: boolean) => {
      const trained = net();
      const history = await fit(trained, sides(50), {
        loss: crossEntropy, optimizer: optimizer(), epochs: 5, batchSize: 16, metrics: { accuracy }, validation: sides(30), compile: compiled,
      });
      return [...history.loss, ...history.accuracy, ...history.validation.loss, ...history.validation.accuracy, ...weights(trained)];
    };
    const [eager, compiled] = [await run(false), await run(true)];
    compiled.forEach((value, i) => expect(Math.abs(value - eager[i]), `number ${i}`).toBeLessThan(2e-5));
  });

  test("is traced once for each shape of batch, whatever the epochs and the rate", async () => {
    const traced: Record<string, number> = { loss: 0, rate: 0, metric: 0 };
    const options = {
      loss: (p, y) => { traced["loss"]++; return crossEntropy(p, y); },
      optimizer: adam({ lr: (step) => { traced["rate"]++; return slowing(step); } }),
      metrics: { accuracy: (p, y) => { traced["metric"]++; return accuracy(p, y); } },
      epochs: 6,
      batchSize: 16,
    } satisfies FitOptions<Tensor, Tensor, Tensor, Record<string, typeof accuracy>>;
    await fit(net(), sides(48), options);
    expect(traced).toEqual({ loss: 1, rate: 1, metric: 1 });
    await fit(net(), sides(50), options);
    expect(traced).toEqual({ loss: 3, rate: 3, metric: 3 });
    // six epochs of three steps, then six of four
    expect(options.optimizer.step.value.item()).toBe(42);
  });

  test("gives the same bits on one thread and on all", async () => {
    const threads = getThreads();
    const run = async (count: number) => {
      setThreads(count);
      const trained = net(300, 200);
      const history = await fit(trained, sides(400, 300), {
        loss: crossEntropy, optimizer: adam(), epochs: 3, batchSize: 128, metrics: { accuracy },
        // Threads are not there at once: from the second epoch on, they are.
        onEpoch: () => expect.poll(() => currentEngine().runtime?.ready, { timeout: 10_000 }).toBe(true),
      });
      return [...history.loss, ...history.accuracy, ...weights(trained)];
    };
    try {
      const one = await run(1);
      for (const count of [2, 3]) expect(await run(count)).toEqual(one);
    } finally {
      setThreads(threads);
    }
  });

  test("builds layers that wait for their input, and draws their weights once", async () => {
    const run = async (compiled: boolean) => {
      const lazy = sequential(dense(4, { seed: 1 }), tanh, dense(2, { seed: 2 }));
      await fit(lazy, sides(20), { loss: crossEntropy, optimizer: adam(), batchSize: 8, compile: compiled });
      return weights(lazy);
    };
    const [eager, compiled] = [await run(false), await run(true)];
    compiled.forEach((value, i) => expect(value).toBeCloseTo(eager[i], 5));
  });

  test("builds them in a compiled function of one's own, too", () => {
    const lazy = sequential(dense(4, { seed: 1 }), tanh, dense(2, { seed: 2 }));
    const optimizer = adam({ lr: 0.1 });
    const step = compile((x: Tensor, y: Tensor) => {
      lazy(x);
      const { value, grads } = valueAndGrad(() => crossEntropy(lazy(x), y), lazy.parameters());
      optimizer.update(lazy.parameters(), grads);
      return value;
    });
    const { x, y } = sides(20);
    const first = sequential(dense(4, { seed: 1 }), tanh, dense(2, { seed: 2 }))(x);
    const losses = Array.from({ length: 30 }, () => step(x, y).item());
    expect(losses[0]).toBeCloseTo(crossEntropy(first, y).item(), 5);
    expect(losses[29]).toBeLessThan(losses[0] / 2);
    expect(optimizer.step.value.item()).toBe(30);
  });

  test("leaves parameters, moments and the count of steps as they were where the loss is no number", async () => {
    const trained = dense(1, 1, { seed: 1, bias: false });
    const optimizer = adam({ lr: 0.1 });
    const good = { x: tensor([[1], [2]]), y: tensor([[1], [2]]) };
    const options = { loss: meanSquaredError, optimizer, batchSize: 2 };
    await fit(trained, good, options);
    const state = () => Object.values({ ...trained.parameters(), ...optimizer.state(trained.parameters()) }).map(({ value }) => [...value.data]);
    const before = state();
    await expect(fit(trained, { x: tensor([[1], [Infinity]]), y: good.y }, options)).rejects.toThrow("the loss became Infinity in epoch 1, batch 1");
    expect(state()).toEqual(before);
    await fit(trained, good, options);
    expect(optimizer.step.value.item()).toBe(2);
  });

  test("trains with an optimizer of one's own", async () => {
    const signs = defineOptimizer({ name: "signs", rate: 0.05, moments: [], rule: ({ parameter, gradient, rate }) => ({ parameter: parameter.sub(gradient.sign().mul(rate)), moments: {} }) });
    const history = await fit(net(), sides(64), { loss: crossEntropy, optimizer: signs, epochs: 20, batchSize: 16 });
    expect(history.loss[19]).toBeLessThan(history.loss[0] / 2);
  });
});

describe("a step that cannot be compiled", () => {
  const looking = (p: Tensor) => (p.max().item() > 100 ? p.div(100) : p).sum();

  test("says why and what to do", async () => {
    const options = { loss: crossEntropy, optimizer: adam(), metrics: { looking }, batchSize: 4 };
    const failure = await fit(net(), sides(8), options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TrainingError);
    expect((failure as Error).message).toMatch(/^fit: the step cannot be compiled, because it looks at numbers that are not there yet \(.*traced.*\)\. Write it in operations \(where instead of if\), or give fit \{ compile: false \}/);
    expect((failure as Error).cause).toBeInstanceOf(Error);
    await expect(fit(net(), sides(8), { ...options, compile: false })).resolves.toHaveProperty("looking");
    await expect(evaluate(net(), sides(8), { metrics: { looking }, batchSize: 4 })).rejects.toThrow("give evaluate { compile: false }");
    await expect(evaluate(net(), sides(8), { metrics: { looking }, batchSize: 4, compile: false })).resolves.toHaveProperty("looking");
  });

  test("does so for a model, too", () => {
    const choosy = model({ line: net() }, ({ line }, x: Tensor) => (x.sum().item() > 0 ? line(x) : line(x.neg())));
    const { x } = sides(8);
    expect(() => predict(choosy, x, { batchSize: 4 })).toThrow("predict: the model cannot be compiled");
    expect(predict(choosy, x, { batchSize: 4, compile: false }).shape).toEqual([8, 2]);
    // a single batch needs no program
    expect(predict(choosy, x).shape).toEqual([8, 2]);
  });

  test("lets other errors be what they are, and changes nothing", async () => {
    const trained = sequential(dense(2, 3, { seed: 1 }), sigmoid);
    const before = weights(trained);
    await expect(fit(trained, sides(8), { loss: meanSquaredError, optimizer: adam() })).rejects.toThrow("meanSquaredError: the prediction is float32[8, 3] and the target int32[8]");
    expect(weights(trained)).toEqual(before);
  });
});
