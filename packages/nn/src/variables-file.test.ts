import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { generator, tensor, variable, type FloatDType, type Variable } from "@ndgrad/core";
import { tanh } from "./activations.ts";
import { dense } from "./dense.ts";
import { ParameterFileError } from "./errors.ts";
import type { Position } from "./examples.ts";
import { fit } from "./fit.ts";
import { meanSquaredError } from "./losses.ts";
import { adam, sgd } from "./optimizers.ts";
import { sequential } from "./sequential.ts";
import { readTensors } from "./safetensors.ts";
import { loadVariables, saveVariables } from "./variables-file.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-variables-`);
afterAll(() => rmSync(folder, { recursive: true }));
const path = `${folder}/training.safetensors`;

const bits = (variables: Readonly<Record<string, Variable>>) => Object.entries(variables).map(([name, { value: { data } }]) => [name, [...new Uint8Array(data.slice().buffer)]]);

describe("a training in a file", () => {
  const data = { x: generator(1).normal([20, 3]), y: generator(2).normal([20, 2]) };
  const optimizers = { sgd: () => sgd({ lr: 0.05, momentum: 0.9, nesterov: true }), adam: () => adam({ lr: 0.02, weightDecay: 0.01 }) };

  const start = (which: keyof typeof optimizers, dtype: FloatDType, seed: number) => {
    const net = sequential(dense(3, 4, { seed, dtype }), tanh, dense(4, 2, { seed: seed + 1, dtype }));
    const optimizer = optimizers[which]();
    const variables = { model: net.parameters(), optimizer: optimizer.state(net.parameters()) };
    const train = (from?: Position, batch?: (report: { readonly position: Position }) => void) =>
      fit(net, data, { loss: meanSquaredError, optimizer, epochs: 3, batchSize: 6, ...(from === undefined ? {} : { from }), ...(batch === undefined ? {} : { progress: { batch } }) });
    return { variables, train };
  };

  test("goes on with the same bits, from any batch", async () => {
    const cases = fc.tuple(fc.constantFrom("sgd", "adam"), fc.constantFrom<FloatDType>("float32", "float64"), fc.integer({ min: 1, max: 12 }));
    await fc.assert(fc.asyncProperty(cases, async ([which, dtype, after]) => {
      const whole = start(which, dtype, 1);
      await whole.train();

      const first = start(which, dtype, 1);
      let left = after;
      let at: Position | undefined;
      await expect(first.train(undefined, ({ position }) => { at = position; if (--left === 0) throw new Error("the power is gone"); })).rejects.toThrow("the power is gone");
      await saveVariables(path, first.variables);

      const second = start(which, dtype, 50);
      await loadVariables(path, second.variables);
      expect(bits(second.variables.model)).toEqual(bits(first.variables.model));
      await second.train(at);
      for (const part of ["model", "optimizer"] as const) expect(bits(second.variables[part])).toEqual(bits(whole.variables[part]));
    }), { numRuns: 8 });
  }, 30_000);

  test("is a safetensors file of the variables' paths", async () => {
    await saveVariables(path, start("adam", "float32", 1).variables);
    expect(Object.keys(await readTensors(path)).sort().slice(3, 7)).toEqual(["model.2.weight", "optimizer.0.bias.mean", "optimizer.0.bias.square", "optimizer.0.weight.mean"]);
  });

  test("is refused where it does not fit, and changes nothing", async () => {
    await saveVariables(path, start("adam", "float32", 1).variables);
    for (const other of [start("sgd", "float32", 9), start("adam", "float64", 9)]) {
      const before = bits({ ...other.variables.model, ...other.variables.optimizer });
      await expect(loadVariables(path, other.variables)).rejects.toThrow(ParameterFileError);
      expect(bits({ ...other.variables.model, ...other.variables.optimizer })).toEqual(before);
    }
  });
});

test("a file of many other names is refused in a few words", async () => {
  await saveVariables(path, Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`\u001b${i}`, variable(tensor(i))])));
  await expect(loadVariables(path, { w: variable(tensor(1)) })).rejects.toThrow(/: the file lacks w; it has "\\u001b\d+"(, "\\u001b\d+"){7} and 492 more, which the model has not\. Nothing was loaded; \{ partial: true \} loads what fits$/);
});

test("lists of variables have their positions for names", async () => {
  const make = (value: number) => ({ nets: [{ w: variable(tensor(value)) }, { w: variable(tensor(value + 1)) }], steps: [variable(tensor(value + 2))] });
  const [first, second] = [make(1), make(10)];
  await saveVariables(path, first);
  expect((await loadVariables(path, second)).loaded).toEqual(["nets.0.w", "nets.1.w", "steps.0"]);
  expect(second.nets.map(({ w }) => w.value.item())).toEqual([1, 2]);
});

test("what is no variable, or has another's path, is refused", async () => {
  const w = variable(tensor([1]));
  await expect(saveVariables(path, { a: { b: w }, "a.b": w })).rejects.toThrow(`saveVariables: two variables are called "a.b"`);
  await expect(saveVariables(path, { a: tensor(1) as never })).rejects.toThrow(`saveVariables: "a" is a tensor float32[], no variable and no record of variables`);
  await expect(loadVariables(path, dense(2, 1) as never)).rejects.toThrow("loadVariables: what is to be saved or loaded is a function, no variable and no record of variables; give those of a model, model.parameters()");
});
