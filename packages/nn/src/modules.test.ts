import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import "@ndgrad/gradcheck/vitest";
import { generator, grad, tensor, valueAndGrad, variable, zeros, type Tensor } from "@ndgrad/core";
import { relu, sigmoid, tanh } from "./activations.ts";
import { defineModule } from "./define-module.ts";
import { dense } from "./dense.ts";
import { ModuleError } from "./errors.ts";
import * as initializers from "./initializers.ts";
import { model } from "./model.ts";
import type { Layer } from "./module.ts";
import { sequential } from "./sequential.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-modules-`);
afterAll(() => rmSync(folder, { recursive: true }));

const numbers = (x: Tensor) => [...x.data];
const shapes = (of: { parameters(): Readonly<Record<string, { readonly shape: readonly number[] }>> }) =>
  Object.fromEntries(Object.entries(of.parameters()).map(([path, { shape }]) => [path, [...shape]]));

describe("dense", () => {
  test("is x · W + b, then the activation", () => {
    const layer = dense(2, 3, { seed: 1, activation: relu, biasInitializer: initializers.constant(0.25) });
    const { weight, bias } = layer.parameters();
    const x = [[1, -2], [0.5, 3]];
    const expected = x.flatMap((row) => [0, 1, 2].map((j) => Math.max(0, row.reduce((sum, value, i) => sum + value * weight.value.data[i * 3 + j], bias.value.data[j]))));
    numbers(layer(tensor(x))).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  });

  test("takes one example, and batches of any rank", () => {
    const layer = dense(4, 3, { seed: 1 });
    const x = generator(1).normal([2, 5, 4]);
    const whole = layer(x);
    expect(whole.shape).toEqual([2, 5, 3]);
    expect(layer(zeros([0, 4])).shape).toEqual([0, 3]);
    const one = layer(tensor(numbers(x).slice(0, 4)));
    expect(one.shape).toEqual([3]);
    numbers(one).forEach((value, j) => expect(value).toBeCloseTo(whole.data[j], 5));
  });

  test("has the gradients of its formula", () => {
    const layer = dense(3, 2, { seed: 1, dtype: "float64", activation: tanh });
    const { weight, bias } = layer.parameters();
    expect((x: Tensor) => layer(x)).toHaveCorrectGradients([generator(2).normal([4, 3], { dtype: "float64" })], { order: 2 });
    expect(() => layer(generator(2).normal([4, 3], { dtype: "float64" }))).toHaveCorrectGradients([weight, bias] as never);
  });

  test("learns its input size from its first input", () => {
    const layer = dense(3, { seed: 1 });
    expect(() => layer.parameters()).toThrow("dense(3): its input size is not known yet; call the model once, or write dense(inputSize, 3)");
    expect(layer(zeros([5, 7])).shape).toEqual([5, 3]);
    expect(shapes(layer)).toEqual({ weight: [7, 3], bias: [3] });
    expect(numbers(layer.parameters().weight.value)).toEqual(numbers(dense(7, 3, { seed: 1 }).parameters().weight.value));
    expect(() => layer(zeros([5, 8]) as Tensor)).toThrow("dense(7, 3): the input's last axis must be 7, got float32[5, 8]");
  });

  test("keeps no size from a call that failed, and draws as if it had not been", () => {
    const make = () => model({ hidden: dense(3, { seed: 1 }), out: dense(4, 2, { seed: 2 }), wide: dense(3, 2, { seed: 3 }) }, ({ hidden, out, wide }, x: Tensor) => (x.shape[1] === 5 ? out(hidden(x) as never) : wide(hidden(x))));
    const net = make();
    expect(() => net(zeros([2, 5]))).toThrow("out: dense(4, 2): the input's last axis must be 4, got float32[2, 3]");
    expect(() => net.parts.hidden.parameters()).toThrow("not known yet");
    expect(numbers(net(generator(1).normal([2, 7])))).toEqual(numbers(make()(generator(1).normal([2, 7]))));
  });

  test("names itself, what it expected and what it got", () => {
    const mlp = model({ encoder: sequential(dense(4, 3), relu) }, ({ encoder }, x: Tensor) => encoder(x));
    expect(() => mlp(zeros([2, 5]))).toThrow(ModuleError);
    expect(() => mlp(zeros([2, 5]))).toThrow("encoder.0: dense(4, 3): the input's last axis must be 4, got float32[2, 5]");
    expect(() => mlp(zeros([]))).toThrow("the input is a scalar; give [4] for one example or [n, 4] for n");
    expect(() => mlp(zeros([7, 2, 2]))).toThrow("reshape it to [7, 4]");
  });

  test("can do without a bias", () => {
    expect(shapes(dense(2, 3, { bias: false }))).toEqual({ weight: [2, 3] });
  });

  test.each([[0], [-1], [1.5], [NaN]])("refuses %d as a size", (size) => {
    expect(() => dense(size, 3)).toThrow("dense: inputSize must be a positive whole number");
    expect(() => dense(3, size)).toThrow("dense: outputSize must be a positive whole number");
    expect(() => dense(size)).toThrow("dense: outputSize must be a positive whole number");
  });

  test.each<[string, () => unknown, string]>([
    ["an activation in the options' place", () => dense(2, 3, relu as never), "dense: options are given by name, as in { activation: … }, got a function"],
    ["sizes by name", () => dense({ units: 8 } as never), "dense: outputSize must be a positive whole number, got an object; dense takes (outputSize) or (inputSize, outputSize), and options by name after them"],
    ["another framework's option", () => dense(2, 3, { useBias: false } as never), `dense: unknown option "useBias"; did you mean "bias"?`],
    ["a flag that is none", () => dense(2, 3, { bias: "no" as never }), `dense: option "bias" takes true or false, got the string "no"`],
    ["a seed that is none", () => dense(2, 3, { seed: "1" as never }), `dense: seed must be a whole number or a generator, got "1"`],
    ["bounds by name", () => initializers.uniform({ min: -1, max: 1 } as never, undefined as never), "uniform: low must be a number, got an object; it takes (low, high)"],
    ["a deviation by name", () => initializers.normal({ std: 1 } as never), "normal: mean must be a number, got an object; it takes (mean, std)"],
    ["an activation by name", () => dense(2, 3, { activation: "relu" as never }), `dense: activation is "relu"; give a function, such as relu`],
    ["an initializer by name", () => dense(2, 3, { initializer: "he" as never }), `dense: initializer is "he"; give a function, such as initializers.heNormal`],
    ["an initializer that was not made", () => dense(2, 3, { initializer: initializers.constant as never }), "constant: the value must be a number, got an array"],
    ["an initializer that was called", () => dense(2, 3, { initializer: (initializers.heNormal as () => never)() }), "heNormal: a layer calls its initializer with (shape, stream, dtype), got undefined; give it as it is, as in dense(2, 3, { initializer: initializers.heNormal })"],
    ["an initializer that gives none", () => dense(2, 3, { initializer: (() => undefined) as never }), "dense(2, 3): weight: the initializer gave undefined, and float32[2, 3] was asked for"],
    ["weights of another shape", () => dense(2, 3, { initializer: () => zeros([3, 2]) }), "dense(2, 3): weight: the initializer gave float32[3, 2], and float32[2, 3] was asked for"],
    ["a bias of another dtype", () => dense(2, 3, { dtype: "float64", biasInitializer: () => zeros([3]) }), "dense(2, 3): bias: the initializer gave float32[3], and float64[3] was asked for"],
    ["parameters that are no floats", () => dense(2, 3, { dtype: "int32" as never }), `dense: dtype is int32, and parameters are floats; give "float32" or "float64"`],
    ["an array as input", () => dense(2, 3)([[1, 2]] as never), "dense(2, 3): the input is an array, not a tensor; make one of it by tensor(…)"],
    ["a constant that is no number", () => initializers.constant("1" as never), 'constant: the value must be a number, got "1"'],
    ["a model without a flow", () => model({ a: dense(2, 3) }, undefined as never), "model: forward is undefined; give a function of the parts and the inputs"],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(ModuleError);
    expect(make).toThrow(message);
  });

  test("begins the same way for the same seed, and two layers do not begin alike", () => {
    const weights = (seed?: number) => numbers(dense(5, 5, seed === undefined ? {} : { seed }).parameters().weight.value);
    expect(weights(3)).toEqual(weights(3));
    expect(weights(3)).not.toEqual(weights(4));
    expect(weights()).not.toEqual(weights());
    const stream = generator(3);
    expect(numbers(dense(5, 5, { seed: stream }).parameters().weight.value)).not.toEqual(numbers(dense(5, 5, { seed: stream }).parameters().weight.value));
  });
});

// The three laws of a model of layers, for any layers.
describe("a model of layers", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });
  const count = fc.integer({ min: 1, max: 6 });
  const activation = fc.constantFrom(relu, sigmoid, tanh);
  const input = (examples: number, size: number, seed: number) => generator(seed).normal([examples, size]);

  test("gives its input back when it has no layers", () => {
    fc.assert(fc.property(count, fc.integer({ min: 1, max: 8 }), fc.nat(1000), (examples, size, seed) => {
      const x = input(examples, size, seed);
      const y = sequential()(x);
      expect(y.shape).toEqual(x.shape);
      expect(numbers(y)).toEqual(numbers(x));
    }));
  });

  const network = (widths: readonly number[], act: Layer) =>
    sequential(widths.slice(1).flatMap((width, i) => [dense(widths[i], width, { seed: i }), act]));

  test("keeps the number of examples, and puts out the last layer's size", () => {
    fc.assert(fc.property(sizes, count, activation, fc.nat(1000), (widths, examples, act, seed) => {
      const y = network(widths, act)(input(examples, widths[0], seed));
      expect(y.shape).toEqual([examples, widths.at(-1)]);
    }));
  });

  test("stays within the bounds of sigmoid and tanh", () => {
    fc.assert(fc.property(sizes.filter((widths) => widths.length > 1), count, fc.nat(1000), (widths, examples, seed) => {
      const x = input(examples, widths[0], seed).mul(100);
      expect(numbers(network(widths, sigmoid)(x)).every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(numbers(network(widths, tanh)(x)).every((value) => value >= -1 && value <= 1)).toBe(true);
    }));
  });
});

describe("model", () => {
  const hidden = () => dense(4, 3, { seed: 1 });

  test("is called like its forward function, and names parameters by its parts", () => {
    const mlp = model({ hidden: hidden(), out: dense(3, 2, { seed: 2 }) }, ({ hidden, out }, x: Tensor<[number, 4]>, scale: number) => out(relu(hidden(x))).mul(scale));
    expect(mlp(zeros([5, 4]), 2).shape).toEqual([5, 2]);
    expect(shapes(mlp)).toEqual({ "hidden.weight": [4, 3], "hidden.bias": [3], "out.weight": [3, 2], "out.bias": [2] });
  });

  test("is a part like any other", () => {
    const block = model({ inner: sequential(dense(4, 4, { seed: 1 }), relu) }, ({ inner }, x: Tensor) => inner(x).add(x));
    const both = sequential(block, dense(4, 1));
    expect(Object.keys(both.parameters())).toEqual(["0.inner.0.weight", "0.inner.0.bias", "1.weight", "1.bias"]);
    expect(both(zeros([2, 4])).shape).toEqual([2, 1]);
  });

  test("counts a shared part once", () => {
    const shared = hidden();
    const twins = model({ left: shared, right: shared }, ({ left, right }, x: Tensor) => left(x).add(right(x)));
    expect(Object.keys(twins.parameters())).toEqual(["left.weight", "left.bias"]);
    expect(twins.summary([4])).toMatch(/total +15$/);
  });

  test("refuses names with dots, and parts that are not functions", () => {
    expect(() => model({ "a.b": hidden() }, (_, x: Tensor) => x)).toThrow(`model: a part is called "a.b"`);
    expect(() => model({ a: 3 as never }, (_, x: Tensor) => x)).toThrow(`model: part "a" is the number 3; give a module or a function, a variable, or a list or record of these`);
  });

  test("takes layers of one's own", () => {
    const scale = variable(tensor([2, 3]));
    const layer = defineModule({ kind: "scale", variables: () => ({ scale }), forward: (x: Tensor) => x.mul(scale.value) });
    const net = sequential(layer, dense(2, 1, { seed: 1 }));
    expect(Object.keys(net.parameters())).toEqual(["0.scale", "1.weight", "1.bias"]);
    expect(numbers(layer(tensor([1, 1])))).toEqual([2, 3]);
  });
});

describe("a model's parts", () => {
  const blocks = () => [dense(4, 4, { seed: 1 }), dense(4, 4, { seed: 2 })];

  test("are modules, variables, and lists and records of these", async () => {
    const make = () => model(
      { blocks: blocks(), heads: { left: dense(4, 1, { seed: 3 }), right: [dense(4, 1, { seed: 4, bias: false })] }, scale: variable(tensor([1, 2, 3, 4])), act: tanh },
      ({ blocks: each, heads, scale, act }, x: Tensor<[number, 4]>) => {
        const y: Tensor = each.reduce<Tensor>((value, block) => act(block(value as Tensor<[number, 4]>)), x).mul(scale.value);
        return heads.left(y).add(heads.right[0](y));
      },
    );
    const net = make();
    expect(shapes(net)).toEqual({
      "blocks.0.weight": [4, 4], "blocks.0.bias": [4], "blocks.1.weight": [4, 4], "blocks.1.bias": [4],
      "heads.left.weight": [4, 1], "heads.left.bias": [1], "heads.right.0.weight": [4, 1], scale: [4],
    });
    expect(net(zeros([2, 4])).shape).toEqual([2, 1]);
    expect(() => net(zeros([2, 5]) as never)).toThrow("blocks.0: dense(4, 4): the input's last axis must be 4");
    expect(net.summary([4])).toMatch(/blocks\.1 \(dense\) +\[n, 4\] +20\n.*left.*\n.*right.*\nscale \(variable\) +4\n/);
    expect(net.summary([4])).toMatch(/total +53$/);
    const other = sequential(make(), dense(1, 1, { seed: 1 }));
    expect(Object.keys(other.parameters())).toContain("0.heads.right.0.weight");
    const path = `${folder}/lists.safetensors`;
    net.parameters().scale.assign(tensor([5, 6, 7, 8]));
    await net.save(path);
    const copy = make();
    await copy.load(path);
    expect(numbers(copy.parameters().scale.value)).toEqual([5, 6, 7, 8]);
  });

  test("that are used twice have one place, and of two of one name the model says so", () => {
    const [block] = blocks();
    const scale = variable(tensor([1]));
    expect(Object.keys(model({ list: [block, block], again: { block }, scale, same: [scale] }, (_, x: Tensor) => x).parameters())).toEqual(["list.0.weight", "list.0.bias", "scale"]);
    const clash = defineModule({ kind: "clash", parts: { scale }, variables: () => ({ scale: variable(tensor([2])) }), forward: (x: Tensor) => x });
    expect(() => clash.parameters()).toThrow(`clash: two variables are called "scale"; give one of them another name`);
  });

  test.each<[string, unknown, string]>([
    ["a tensor", { scale: tensor([1]) }, `model: part "scale" is a tensor float32[1]; make a variable of it to learn it`],
    ["text in a list", { blocks: ["relu"] }, `model: blocks: part "0" is "relu"; give a module or a function`],
    ["a map", { blocks: new Map() }, `model: part "blocks" is an object`],
    ["a name with a dot in a record", { heads: { "a.b": relu } }, `model: heads: a part is called "a.b"`],
    ["nothing", { a: undefined }, `model: part "a" is undefined`],
    ["a layer instead of parts", relu, "model: the parts are a function; give them by name"],
    ["a list instead of names", [relu], "model: the parts are an array; give them by name"],
  ])("are not %s", (_, parts, message) => {
    expect(() => model(parts as never, (_parts, x: Tensor) => x)).toThrow(ModuleError);
    expect(() => model(parts as never, (_parts, x: Tensor) => x)).toThrow(message);
  });

  test("of a sequence are functions", () => {
    expect(() => sequential("relu" as never)).toThrow(`sequential: layer 0 is "relu"; give modules and functions of a tensor`);
    expect(() => sequential(relu, variable(tensor(1)) as never)).toThrow("sequential: layer 1 is a variable float32[]");
  });
});

describe("a forward function", () => {
  test.each<[string, () => unknown, string]>([
    ["nothing", () => undefined, "model: the forward function gave undefined; return what it computes (between braces, an arrow function gives nothing without return)"],
    ["a promise", async () => zeros([1]), "model: the forward function gave a promise; return a tensor, or a list or record of tensors"],
    ["a function", () => relu, "the forward function gave a function; call it, and return what it gives"],
    ["a number", () => 3, "the forward function gave the number 3; return a tensor"],
    ["a variable", () => variable(tensor(1)), "the forward function gave a variable float32[]; return its value"],
    ["a map", () => new Map(), "the forward function gave an object"],
  ])("that gives %s is said to", (_, forward, message) => {
    const net = model({}, forward as () => Tensor);
    expect(() => net()).toThrow(ModuleError);
    expect(() => net()).toThrow(message);
    expect(() => sequential(relu, ((x: Tensor) => { x.neg(); }) as never)(zeros([2]) as never)).toThrow("1: function: the forward function gave undefined");
  });
});

describe("summary", () => {
  const embedding = () => model({ table: variable(zeros([10, 3])), out: dense(3, 2, { seed: 1 }) }, ({ table, out }, ids: Tensor) => out(table.value.take(ids, { axis: 0 })));

  test("runs models of ids and of several inputs", () => {
    const rows = /table \(variable\) +30\nout \(dense\) +\[n, 12, 2\] +8\n/;
    expect(embedding().summary([12])).toMatch(rows);
    expect(embedding().summary([0])).toMatch(/out \(dense\) +\[n, 0, 2\]/);
    const strict = defineModule({ kind: "strict", forward: (x: Tensor) => { if (x.dtype !== "int32") throw new Error("ids, please"); return x; } });
    expect(strict.summary([4])).toMatch(/strict +\[n, 4\]/);
    expect(() => sequential(strict, dense(3, 1)).summary([4])).toThrow("ids, please");
    expect(embedding().summary(zeros([5, 12], { dtype: "int32" }))).toMatch(rows);
    const pair = model({ left: dense(4), right: embedding() }, ({ left, right }, x: Tensor, ids: Tensor) => ({ x: left(x), y: right(ids) }));
    expect(pair.summary([6], zeros([1, 7], { dtype: "int32" }))).toMatch(/left \(dense\) +\[n, 4\] +28\n.*\nright\.out \(dense\) +\[n, 7, 2\] +8\n/);
  });

  test("changes nothing, whatever the model assigns when it is called", () => {
    const count = variable(tensor(0));
    const net = defineModule({ kind: "counter", forward: (x: Tensor) => { count.assign(count.value.add(1)); return x.mul(count.value); } });
    expect(net.summary([3])).toMatch(/counter +\[n, 3\] +0\n/);
    expect(count.value.item()).toBe(0);
  });

  test("refuses what is no input", () => {
    expect(() => dense(2, 3).summary("2" as never)).toThrow(`summary: an input is "2"; give the shape of one example, such as [784], or a batch`);
    expect(() => dense(2, 3).summary([-1])).toThrow("summary: an input is an array");
    expect(() => dense(2, 3).summary([5])).toThrow("dense(2, 3): the input's last axis must be 2");
  });

  test("shows layers, what they put out, and numbers of parameters", () => {
    expect(sequential(dense(784, 128), relu, dense(128, 10), sigmoid).summary()).toBe([
      "layer        output    parameters",
      "─────────────────────────────────",
      "0 (dense)    [n, 128]     100,480",
      "1 (relu)     [n, 128]           0",
      "2 (dense)    [n, 10]        1,290",
      "3 (sigmoid)  [n, 10]            0",
      "─────────────────────────────────",
      "total                     101,770",
    ].join("\n"));
  });

  test("builds lazy layers when it is told what an example looks like, and says what is not built otherwise", () => {
    const mlp = model({ hidden: dense(8), out: dense(2) }, ({ hidden, out }, x: Tensor) => out(hidden(x)));
    expect(mlp.summary()).toMatch(/hidden \(dense\) +not built\n/);
    expect(mlp.summary([4])).toMatch(/hidden \(dense\) +\[n, 8\] +40\nout \(dense\) +\[n, 2\] +18\n/);
  });

  test("fits on 80 columns", () => {
    let deep: Layer = dense(3, 3);
    for (let i = 0; i < 12; i++) deep = model({ ["a long name"]: deep as (x: Tensor) => Tensor }, (parts, x: Tensor) => parts["a long name"](x));
    const lines = sequential(deep).summary([3]).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBe(80);
  });
});

describe("save and load", () => {
  const make = (seed: number, width = 3) => model({ hidden: dense(4, width, { seed }), out: dense(width, 2, { seed: seed + 1 }) }, ({ hidden, out }, x: Tensor) => out(hidden(x)));

  test("bring a model back, bit by bit", async () => {
    const path = `${folder}/model.safetensors`;
    const [first, second] = [make(1), make(10)];
    const x = generator(3).normal([5, 4]);
    await first.save(path);
    expect(numbers(second(x))).not.toEqual(numbers(first(x)));
    await second.load(path);
    expect(numbers(second(x))).toEqual(numbers(first(x)));
  });

  test("load into layers that do not know their sizes yet", async () => {
    const path = `${folder}/sizes.safetensors`;
    const first = make(1);
    await first.save(path);
    const lazy = () => model({ hidden: dense(3, { seed: 5 }), out: dense(2, { seed: 6 }) }, ({ hidden, out }, x: Tensor) => out(hidden(x)));
    const second = lazy();
    await second.load(path);
    const x = generator(3).normal([5, 4]);
    expect(numbers(second(x))).toEqual(numbers(first(x)));
    expect(shapes(second)).toEqual(shapes(first));

    await make(1, 5).save(path);
    const third = lazy();
    await expect(third.load(path)).rejects.toThrow("hidden.weight (float32[4, 5] in the file, float32[?, 3] here)");
    expect(() => third.parameters()).toThrow("not known yet");
    await expect(sequential(dense(3)).load(path)).rejects.toThrow("the file lacks 0.weight, 0.bias");
  });

  test("load what fits where that is asked for, and say what did not", async () => {
    const path = `${folder}/partial.safetensors`;
    const first = model({ hidden: dense(4, 3, { seed: 1 }), head: dense(3, 7, { seed: 2 }) }, ({ hidden, head }, x: Tensor) => head(hidden(x)));
    await first.save(path);
    const second = model({ hidden: dense(4, 3, { seed: 8 }), head: dense(3, 5, { seed: 9 }), tail: dense(2) }, ({ hidden, head }, x: Tensor) => head(hidden(x)));
    const head = numbers(second.parts.head.parameters().weight.value);
    expect(await second.load(path, { partial: true })).toEqual({
      loaded: ["hidden.weight", "hidden.bias"],
      missing: ["tail.weight", "tail.bias"],
      unexpected: [],
      mismatched: [
        { name: "head.weight", file: "float32[3, 7]", variable: "float32[3, 5]" },
        { name: "head.bias", file: "float32[7]", variable: "float32[5]" },
      ],
    });
    expect(numbers(second.parts.hidden.parameters().weight.value)).toEqual(numbers(first.parts.hidden.parameters().weight.value));
    expect(numbers(second.parts.head.parameters().weight.value)).toEqual(head);
    expect(await first.load(path)).toEqual({ loaded: ["hidden.weight", "hidden.bias", "head.weight", "head.bias"], missing: [], unexpected: [], mismatched: [] });
    await expect(first.load(`${folder}/nowhere`)).rejects.toThrow(`load: there is no file ${folder}/nowhere`);
    await expect(first.load(path, { strict: false } as never)).rejects.toThrow(`load: unknown option "strict"; it takes partial, dtype`);
    await expect(dense(4, 3, { dtype: "float64" }).load(path, { dtype: "float64", partial: true })).resolves.toMatchObject({ loaded: [] });
  });

  test("refuse another model's file, say why, and change nothing", async () => {
    const path = `${folder}/other.safetensors`;
    await make(1, 5).save(path);
    const mine = make(2);
    const before = Object.values(mine.parameters()).flatMap(({ value }) => numbers(value));
    await expect(mine.load(path)).rejects.toThrow("these differ: hidden.weight (float32[4, 5] in the file, float32[4, 3] here)");
    const renamed = model({ hidden: dense(4, 5), head: dense(5, 2) }, ({ hidden, head }, x: Tensor) => head(hidden(x)));
    await expect(renamed.load(path)).rejects.toThrow("the file lacks head.weight, head.bias; it has out.weight, out.bias, which the model has not. Nothing was loaded");
    expect(Object.values(mine.parameters()).flatMap(({ value }) => numbers(value))).toEqual(before);
  });
});

test("a module stands for its parameters where something is differentiated", () => {
  const net = sequential(dense(2, 3), relu, dense(3, 1));
  const loss = (): Tensor => net(tensor([[1, -2]])).square().sum();
  const expected = valueAndGrad(loss, net.parameters()).grads;
  const inTree = valueAndGrad(loss, { net, list: [net] }).grads;
  for (const grads of [valueAndGrad(loss, net).grads, inTree.net, inTree.list[0], grad((given: typeof net) => given(tensor([[1, -2]])).square().sum())(net)]) {
    expect(Object.entries(grads).map(([name, each]) => [name, each.toArray()])).toEqual(Object.entries(expected).map(([name, each]) => [name, each.toArray()]));
  }
});
