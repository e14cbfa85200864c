import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NdgradError, compile, tensor, valueAndGrad, variable, type Tensor } from "@ndgrad/core";
import { dense } from "./dense.ts";
import { defineOptimizer, type Optimizer } from "./optimizer.ts";
import { adam, sgd } from "./optimizers.ts";

const start = [1, -2, 3];
const gradientAt = (step: number) => start.map((_, i) => Math.sin(step * 3 + i));

/** What an optimizer makes of a parameter when it is fed the same gradients. */
function run(optimizer: Optimizer, steps: number): number[] {
  const w = variable(tensor(start, { dtype: "float64" }));
  for (let step = 0; step < steps; step++) optimizer.update({ w }, { w: tensor(gradientAt(step), { dtype: "float64" }) });
  return [...w.value.data];
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
}

describe("sgd", () => {
  test.each([
    { lr: 0.1 },
    { lr: 0.1, weightDecay: 0.2 },
    { lr: 0.1, momentum: 0.9 },
    { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  ])("steps as its formula says with %j", (options) => {
    const { lr, momentum = 0, nesterov = false, weightDecay = 0 } = options as { lr: number; momentum?: number; nesterov?: boolean; weightDecay?: number };
    const w = [...start];
    const v = start.map(() => 0);
    for (let step = 0; step < 5; step++) {
      gradientAt(step).forEach((gradient, i) => {
        const g = gradient + weightDecay * w[i];
        v[i] = momentum * v[i] + g;
        w[i] -= lr * (nesterov ? g + momentum * v[i] : v[i]);
      });
    }
    expectClose(run(sgd(options), 5), w);
  });

  test("takes its rate from a schedule of the steps made", () => {
    const w = [...start];
    for (let step = 0; step < 4; step++) gradientAt(step).forEach((g, i) => { w[i] -= (0.5 / (1 + step)) * g; });
    expectClose(run(sgd({ lr: (step) => step.add(1).reciprocal().mul(0.5) }), 4).map(Math.fround), w.map(Math.fround));
    const seen: number[] = [];
    run(sgd({ lr: (step) => { seen.push(step.item()); return 0.1; } }), 3);
    expect(seen).toEqual([0, 1, 2]);
  });
});

describe("adam", () => {
  // The first step is lr · g / (|g| + eps), whatever the means keep.
  test("makes up for its means' beginning to the last digits of float32", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 0.9999, noNaN: true }), fc.double({ min: 0, max: 0.9999, noNaN: true }), (beta1, beta2) => {
      const w = variable(tensor([0, 0]));
      adam({ lr: 1, beta1, beta2, eps: 1e-30 }).update({ w }, { w: tensor([3, -0.01]) });
      w.value.data.forEach((value, i) => expect(Math.abs(value - [-1, 1][i])).toBeLessThan(5e-7));
    }));
  });

  test.each([{}, { lr: 0.1, beta1: 0.8, beta2: 0.9, eps: 1e-3 }, { lr: 0.05, weightDecay: 0.1 }, { beta1: 0 }])("steps as its formula says with %j", (options) => {
    const { lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0 } = options as { lr?: number; beta1?: number; beta2?: number; eps?: number; weightDecay?: number };
    const w = [...start];
    const m = start.map(() => 0);
    const v = start.map(() => 0);
    for (let t = 1; t <= 6; t++) {
      gradientAt(t - 1).forEach((g, i) => {
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        w[i] -= lr * (m[i] / (1 - beta1 ** t) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + eps) + weightDecay * w[i]);
      });
    }
    expectClose(run(adam(options), 6), w);
  });
});

describe("an optimizer", () => {
  test("finds the bottom of a bowl", () => {
    for (const optimizer of [sgd({ lr: 0.1 }), sgd({ lr: 0.02, momentum: 0.9, nesterov: true }), adam({ lr: 0.3 })]) {
      const parameters = { x: variable(tensor([5, -3])), y: variable(tensor(2)) };
      for (let i = 0; i < 200; i++) {
        const { grads } = valueAndGrad(() => parameters.x.value.sub(1).square().sum().add(parameters.y.value.square()) as Tensor<[]>, parameters);
        optimizer.update(parameters, grads);
      }
      [...parameters.x.value.data].forEach((value) => expect(value).toBeCloseTo(1, 2));
      expect(parameters.y.value.item()).toBeCloseTo(0, 2);
    }
  });

  test("counts its steps, and shows what it keeps", () => {
    const w = variable(tensor([1, 2]));
    const optimizer = adam();
    expect(Object.keys(optimizer.state({ "a.w": w }))).toEqual(["step", "a.w.mean", "a.w.square"]);
    optimizer.update({ w }, { w: tensor([1, 1]) });
    optimizer.update({ w }, { w: tensor([1, 1]) });
    expect(optimizer.step.value.item()).toBe(2);
    const state = optimizer.state({ w });
    expect(state["w.mean"].value.data[0]).toBeCloseTo(0.19, 6);
    expect(Object.keys(sgd({ lr: 1 }).state({ w }))).toEqual(["step"]);
  });

  test("changes nothing when the gradients do not fit", () => {
    const w = variable(tensor([1, 2]));
    const b = variable(tensor([0]));
    const optimizer = sgd({ lr: 1 });
    const good = tensor([1, 1]);
    expect(() => optimizer.update({ w, b }, { w: good })).toThrow("sgd: there is no gradient for b");
    expect(() => optimizer.update({ w }, { w: good, b: good })).toThrow("sgd: there is no parameter for the gradient of b");
    expect(() => optimizer.update({ w, b }, { w: good, b: good })).toThrow("sgd: b is float32[1] and its gradient float32[2]");
    expect(() => optimizer.update({ w }, { w: tensor([1, 1], { dtype: "float64" }) })).toThrow("float64[2]");
    expect([[...w.value.data], optimizer.step.value.item()]).toEqual([[1, 2], 0]);
  });

  test("changes nothing when its rule throws", () => {
    let calls = 0;
    const optimizer = defineOptimizer({
      name: "fragile", rate: 1, moments: [],
      rule: ({ parameter, gradient }) => {
        if (++calls === 2) throw new Error("no");
        return { parameter: parameter.sub(gradient), moments: {} };
      },
    });
    const [a, b] = [variable(tensor([1])), variable(tensor([1]))];
    expect(() => optimizer.update({ a, b }, { a: tensor([1]), b: tensor([1]) })).toThrow("no");
    expect([a.value.item(), b.value.item(), optimizer.step.value.item()]).toEqual([1, 1, 0]);
  });

  test.each<[string, () => unknown, string]>([
    ["a negative rate", () => sgd({ lr: -1 }), "sgd: lr must be a number of at least 0, got -1"],
    ["a rate that is no number", () => adam({ lr: NaN }), "adam: lr must be a number of at least 0, got NaN"],
    ["a rate that is text", () => sgd({ lr: "0.1" as never }), `sgd: lr must be a number of at least 0, got "0.1"`],
    ["no rate", () => sgd({} as never), "sgd: there is no lr, and no rate suits every problem; give one, such as sgd({ lr: 0.01 })"],
    ["no options", () => sgd(undefined as never), "sgd: there is no lr"],
    ["a rate alone", () => adam(0.1 as never), "adam: options are given by name, as in { lr: … }, got the number 0.1"],
    ["another framework's name", () => adam({ learningRate: 0.1 } as never), `adam: unknown option "learningRate"; did you mean "lr"? (it takes lr, beta1, beta2, eps, weightDecay)`],
    ["a schedule of negative rates", () => run(sgd({ lr: () => -1 }), 1), "sgd: lr must be a number of at least 0, got -1"],
    ["momentum 1", () => sgd({ lr: 1, momentum: 1 }), "sgd: momentum must be a number from 0 up to, but not, 1, got 1"],
    ["nesterov without momentum", () => sgd({ lr: 1, nesterov: true }), "sgd: nesterov looks ahead along the momentum, which is 0"],
    ["negative weight decay", () => adam({ weightDecay: -1 }), "adam: weightDecay must be a number of at least 0, got -1"],
    ["beta 1", () => adam({ beta2: 1 }), "adam: beta2 must be a number from 0 up to, but not, 1, got 1"],
    ["eps 0", () => adam({ eps: 0 }), "adam: eps must be a number above 0, got 0"],
    ["nothing to update", () => adam().update({}, {}), "adam: there are no parameters to update; give those of a model"],
    ["tensors as parameters", () => adam().update({ w: tensor(1) as never }, { w: tensor(1) }), "adam: w is a tensor float32[], and only variables can change"],
    ["numbers as gradients", () => adam().update({ w: variable(tensor(1)) }, { w: 1 as never }), "adam: the gradient of w is the number 1, not a tensor"],
    ["no gradients", () => adam().update({ w: variable(tensor(1)) }, undefined as never), "adam: the gradients are undefined; update takes (parameters, gradients), both by the same names"],
    ["a model as parameters", () => adam().update((() => 1) as never, {}), "adam: the parameters are a function; update takes variables by name, such as those of a model, model.parameters()"],
    ["a model's state", () => adam().state(undefined as never), "adam: the parameters are undefined; state takes variables by name"],
    ["a list as rate", () => run(sgd({ lr: () => tensor([0.1, 0.2]) }), 1), "sgd: the function lr gave float32[2], and a rate is one number"],
    ["a rule without its name", () => defineOptimizer({ rate: 1, moments: [], rule: () => ({}) } as never), "defineOptimizer: name is undefined; give what errors are to call the optimizer"],
    ["an optimizer without a rule", () => defineOptimizer({ name: "lion", rate: 1, moments: [] } as never), "defineOptimizer: lion has no rule"],
    ["an optimizer without moments", () => defineOptimizer({ name: "lion", rate: 1, rule: () => ({}) } as never), "defineOptimizer: moments of lion are undefined; give a list of names"],
    ["a rule that gives nothing", () => run(defineOptimizer({ name: "lion", rate: 1, moments: [], rule: (() => undefined) as never }), 1), "lion: the rule, for w, gave undefined as parameter, and float64[3] is needed"],
    ["a rule that forgets a moment", () => run(defineOptimizer({ name: "lion", rate: 1, moments: ["mean"], rule: (({ parameter }: { parameter: Tensor }) => ({ parameter, moments: {} })) as never }), 1), "lion: the rule, for w, gave undefined as moments.mean, and float64[3] is needed; return { parameter, moments: { mean } }"],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(NdgradError);
    expect(make).toThrow(message);
  });

  test("refuses a schedule's number in a compiled step, where it would stay what it was", () => {
    const w = variable(tensor([1, 2]));
    const stepping = (optimizer: Optimizer) => compile((g: Tensor) => { optimizer.update({ w }, { w: g }); return g; });
    expect(() => stepping(sgd({ lr: () => 0.1 }))(tensor([1, 1]))).toThrow("sgd: the function lr returned the number 0.1 while a step is compiled, and would not be called again");
    expect([...w.value.data]).toEqual([1, 2]);
    const rate = variable(tensor(1));
    const step = stepping(sgd({ lr: () => rate.value }));
    step(tensor([1, 1]));
    rate.assign(tensor(0.25));
    step(tensor([1, 1]));
    expect([...w.value.data]).toEqual([-0.25, 0.75]);
  });
});

test("parameters in the place of settings are told where they belong", () => {
  for (const [name, optimizer] of Object.entries({ sgd, adam })) {
    const loose = optimizer as (...args: readonly unknown[]) => unknown;
    expect(() => loose(dense(2, 3).parameters(), { lr: 0.1 })).toThrow(`${name}: takes settings, as in ${name}({ lr: 0.01 }); parameters are given to update(parameters, gradients)`);
  }
});
