// What PyTorch computes (scripts/pytorch.py), computed here: at ordinary, extreme and empty inputs, in both float dtypes.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { grad, tensor, variable, type Tensor } from "@ndgrad/core";
import * as activations from "./activations.ts";
import { dense } from "./dense.ts";
import { fit } from "./fit.ts";
import * as losses from "./losses.ts";
import * as optimizers from "./optimizers.ts";
import type { Optimizer } from "./optimizer.ts";
import { sequential } from "./sequential.ts";

/** Numbers that JSON has not are written as their names. */
interface Saved { readonly dtype: "float32" | "float64" | "int32"; readonly shape: readonly number[]; readonly data: readonly (number | string)[] }
type Options = Readonly<Record<string, unknown>>;
interface Rule { readonly optimizer: "sgd" | "adam"; readonly options: Options }
interface Fixture {
  readonly losses: readonly { readonly loss: string; readonly options: Options; readonly prediction: Saved; readonly target: Saved; readonly value: Saved; readonly gradient: Saved }[];
  readonly activations: readonly { readonly activation: string; readonly x: Saved; readonly value: Saved; readonly gradient: Saved }[];
  readonly optimizers: readonly (Rule & { readonly start: Saved; readonly gradients: readonly Saved[]; readonly path: readonly Saved[] })[];
  readonly training: readonly (Rule & { readonly x: Saved; readonly y: Saved; readonly before: Readonly<Record<string, Saved>>; readonly after: Readonly<Record<string, Saved>>; readonly loss: readonly number[] })[];
}
const pytorch = JSON.parse(readFileSync(new URL("../scripts/pytorch.json", import.meta.url), "utf8")) as Fixture;

const restore = ({ dtype, shape, data }: Saved): Tensor => tensor(data.map(Number), { dtype, shape: [...shape] });
/** How far apart two programs may be that round differently, relative to numbers above 0.1. */
const tolerance = { float32: 3e-6, float64: 1e-13 } as const;

function expectSame(actual: Tensor, saved: Saved, scale = 1): void {
  expect([actual.dtype, actual.shape]).toEqual([saved.dtype, saved.shape]);
  const allowed = tolerance[saved.dtype as "float32" | "float64"] * scale;
  saved.data.map(Number).forEach((expected, i) => {
    const got = actual.data[i];
    if (Object.is(got, expected) || Math.abs(got - expected) <= allowed * Math.max(0.1, Math.abs(expected))) return;
    expect.fail(`element ${i} is ${got}, and PyTorch's ${expected}`);
  });
}

/** What a module exports under a name of the fixture. */
function named<F>(exports: Readonly<Record<string, unknown>>, name: string): F {
  expect(exports[name], name).toBeTypeOf("function");
  return exports[name] as F;
}

/** Cases by what they are of, so that a test has the name of what is wrong. */
const by = <T>(cases: readonly T[], name: (each: T) => string): readonly (readonly [string, readonly T[]])[] =>
  [...new Set(cases.map(name))].map((each) => [each, cases.filter((one) => name(one) === each)]);

describe("PyTorch's", () => {
  test.each(by(pytorch.losses, ({ loss }) => loss))("%s, with its gradient", (name, cases) => {
    const loss = named<(prediction: Tensor, target: Tensor, options: Options) => Tensor>(losses, name);
    for (const { options, prediction, target, value, gradient } of cases) {
      const [p, y] = [restore(prediction), restore(target)];
      const where = `${JSON.stringify(options)} of ${JSON.stringify(prediction)} and ${JSON.stringify(target)}`;
      try {
        expectSame(loss(p, y, options), value);
        expectSame(grad((x: Tensor) => loss(x, y, options).sum())(p), gradient);
      } catch (error) {
        throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
      }
    }
  });

  test.each(by(pytorch.activations, ({ activation }) => activation))("%s, with its gradient", (name, cases) => {
    const activation = named<(x: Tensor) => Tensor>(activations, name);
    for (const { x, value, gradient } of cases) {
      const at = restore(x);
      const weights = tensor(Float64Array.from({ length: at.size }, (_, i) => 1 + i / (at.size - 1))).cast(at.dtype);
      const weighed = (each: Tensor) => activation(each).mul(weights);
      expectSame(weighed(at), value);
      expectSame(grad((each: Tensor) => weighed(each).sum())(at), gradient);
    }
  });

  const make = ({ optimizer, options }: Rule): Optimizer => named<(settings: Options) => Optimizer>(optimizers, optimizer)(options);

  test.each(by(pytorch.optimizers, ({ optimizer, options, start }) => `${optimizer} ${JSON.stringify(options)} in ${start.dtype}`))("%s", (_, [{ start, gradients, path, ...rule }]) => {
    const w = variable(restore(start));
    const optimizer = make(rule);
    gradients.forEach((gradient, step) => {
      optimizer.update({ w }, { w: restore(gradient) });
      expectSame(w.value, path[step]);
    });
  });

  test.each(by(pytorch.training, ({ optimizer, options, x }) => `training by ${optimizer} ${JSON.stringify(options)} in ${x.dtype}`))("%s", async (_, [{ x, y, before, after, loss, ...rule }]) => {
    const dtype = x.dtype as "float32" | "float64";
    const net = sequential(dense(3, 5, { dtype }), activations.tanh, dense(5, 4, { dtype }));
    for (const [path, parameter] of Object.entries(net.parameters())) parameter.assign(restore(before[path]));
    const history = await fit(net, { x: restore(x), y: restore(y) }, { loss: losses.crossEntropy, optimizer: make(rule), epochs: 3, batchSize: 4, shuffle: false });
    expectSame(tensor(Float64Array.from(history.loss)).cast(dtype), { dtype, shape: [3], data: loss });
    for (const [path, parameter] of Object.entries(net.parameters())) expectSame(parameter.value, after[path], 30);
  });
});
