import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { inspect } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import * as core from "@ndgrad/core";
import { NdgradError, tensor, zeros, type Tensor } from "@ndgrad/core";
import { isRecord } from "@ndgrad/core/internal";
import * as nn from "./index.ts";
import { progressBar } from "./progress-bar.ts";

// Over everything that the package exports: options are taken by name and checked, and wrong arguments are answered in the
// function's own words. An export that neither list knows fails the first test.

const folder = mkdtempSync(`${tmpdir()}/ndgrad-laws-`);
afterAll(() => rmSync(folder, { recursive: true }));

type Call = (options: never) => unknown;
const net = nn.dense(2, 1, { seed: 1 });
const data = { x: zeros([4, 2]), y: zeros([4, 1]) };
const file = `${folder}/net.safetensors`;
await net.save(file);
const [p, y] = [tensor([0.5, 0.25]), tensor([1, 0])];

/** Calls that do their work when they are given no options but those that they need. */
const withOptions: Readonly<Record<string, Call>> = {
  dense: (options) => nn.dense(2, 3, options),
  defineModule: (options) => nn.defineModule(named(options, { kind: "none", forward: (x: Tensor) => x })),
  meanSquaredError: (options) => nn.meanSquaredError(p, y, options),
  meanAbsoluteError: (options) => nn.meanAbsoluteError(p, y, options),
  huber: (options) => nn.huber(p, y, options),
  binaryCrossEntropy: (options) => nn.binaryCrossEntropy(p, y, options),
  binaryCrossEntropyWithLogits: (options) => nn.binaryCrossEntropyWithLogits(p, y, options),
  crossEntropy: (options) => nn.crossEntropy(p, y, options),
  binaryAccuracy: (options) => nn.binaryAccuracy(p, y, options),
  adam: (options) => nn.adam(options),
  sgd: (options) => nn.sgd(named(options, { lr: 0.1 })),
  defineOptimizer: (options) => nn.defineOptimizer(named(options, { name: "none", rate: 1, moments: [], rule: ({ parameter }: { parameter: Tensor }) => ({ parameter, moments: {} }) })),
  fit: (options) => nn.fit(net, data, named(options, { loss: nn.meanSquaredError, optimizer: nn.adam() })),
  evaluate: (options) => nn.evaluate(net, data, named(options, { metrics: {} })),
  predict: (options) => nn.predict(net, data.x, options),
  decodeSafetensors: (options) => nn.decodeSafetensors(nn.encodeSafetensors({}), options),
  readTensors: async (options) => nn.readTensors(file, options),
  loadVariables: async (options) => nn.loadVariables(file, net.parameters(), options),
  load: async (options) => net.load(file, options),
  progressBar: (options) => progressBar(options),
};

/** What is not looked at as options here, and stands for itself. */
const withoutOptions = [
  "sequential", "model", "isModule", "accuracy", "identity", "encodeSafetensors", "writeTensors", "saveVariables",
  "ModuleError", "ParameterFileError", "TrainingError",
];

/** A record with what a call needs beside it; anything else is as it is. */
function named(options: unknown, needed: object): never {
  const record = typeof options === "object" && options !== null && Object.getPrototypeOf(options) === Object.prototype;
  return (options === undefined ? needed : record ? { ...needed, ...options } : options) as never;
}

type AnyFunction = (...args: never[]) => unknown;
const functionsOf = (of: object): readonly (readonly [string, AnyFunction])[] =>
  Object.entries(of).flatMap(([name, f]: [string, unknown]) => (typeof f === "function" ? [[name, f as AnyFunction] as const] : []));
const own = functionsOf(nn).filter(([name, f]) => (core as Readonly<Record<string, unknown>>)[name] !== f);

test("every exported function is under these laws, or is one of core's, which has its own", () => {
  expect([...Object.keys(withOptions).filter((name) => !["load", "progressBar"].includes(name)), ...withoutOptions].sort()).toEqual(own.map(([name]) => name).sort());
});

/** The message of what a call throws or rejects with. */
async function failure(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(NdgradError);
    return (error as NdgradError).message;
  }
  return "no error";
}

describe.each(Object.entries(withOptions))("%s", (name, call) => {
  test("refuses an unknown option, and names the nearest", async () => {
    const message = await failure(() => call({ qqqqqqqq: 1 } as never));
    const known = /^(\w+): unknown option "qqqqqqqq"; it takes (.+)$/.exec(message);
    expect(known?.[1], message).toBe(name);
    for (const option of known?.[2].split(", ") ?? []) {
      const misspelt = [option.toUpperCase() === option ? `${option}_` : option.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), `${option}x`, option.slice(0, -2) + option.slice(-1) + option.slice(-2, -1)];
      for (const wrong of misspelt) {
        if (wrong === option) continue;
        const told = await failure(() => call({ [wrong]: undefined } as never));
        expect(told).toContain(`${name}: unknown option "${wrong}"; did you mean "${option}"?`);
      }
    }
  });

  test.each([[0.1], ["relu"], [[0.1]], [null], [new Map()], [() => 1]])("refuses %s in the options' place", async (given) => {
    expect(await failure(() => call(given as never))).toMatch(new RegExp(`^${name}: options are given by name`));
  });

  test("takes an option that is undefined as one that is left out", async () => {
    const known = /it takes (.+)$/.exec(await failure(() => call({ qqqqqqqq: 1 } as never)))?.[1].split(", ") ?? [];
    const needed = ["kind", "forward", "lr", "name", "rate", "moments", "rule", "loss", "optimizer", "metrics"];
    const options = Object.fromEntries(known.filter((option) => !needed.includes(option) || name === "adam").map((option) => [option, undefined]));
    await expect((async () => call(options as never))()).resolves.toBeDefined();
  });
});

describe("wrong arguments", () => {
  const wrong = [
    undefined, null, 3, -1, NaN, `${folder}/text`, true, [], [1, 2], {}, { a: 1 }, new Map(), () => 1, Symbol("s"), 5n, tensor([1, 2]), core.variable(tensor([1, 2])),
    Promise.resolve(1), new Float32Array(2),
  ];
  const optimizer = nn.adam();
  const parameters = net.parameters();
  const method = <T extends object>(of: T, name: keyof T & string): AnyFunction => (...args) => (of[name] as AnyFunction)(...args);
  /** Arguments with which each of them does its work. */
  const right: readonly (readonly [name: string, f: AnyFunction, args: readonly unknown[]])[] = [
    ["dense", nn.dense, [2, 3, { activation: nn.relu, bias: true, initializer: nn.initializers.zeros, biasInitializer: nn.initializers.zeros, seed: 1, dtype: "float32" }]],
    ["defineModule", nn.defineModule, [{ kind: "none", parts: { net }, variables: () => ({}), exampleShape: () => [2], plan: () => ({ specs: {} }), forward: nn.relu }]],
    ["sequential", nn.sequential as AnyFunction, [net, nn.relu]],
    ["model", nn.model as AnyFunction, [{ net }, (_: unknown, x: Tensor) => x]],
    ["isModule", nn.isModule, [net]],
    ["identity", nn.identity, [p]],
    ...(["meanSquaredError", "meanAbsoluteError", "binaryCrossEntropy", "binaryCrossEntropyWithLogits", "crossEntropy"] as const).map((name) =>
      [name, Object.fromEntries(own)[name], [p, y, { reduction: "mean" }]] as const),
    ["huber", nn.huber, [p, y, { reduction: "mean", delta: 1 }]],
    ["accuracy", nn.accuracy, [p, tensor(1, { dtype: "int32" })]],
    ["binaryAccuracy", nn.binaryAccuracy, [p, y, { threshold: 0.5 }]],
    ["adam", nn.adam, [{ lr: 0.1, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0 }]],
    ["sgd", nn.sgd, [{ lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0 }]],
    ["defineOptimizer", nn.defineOptimizer as AnyFunction, [{ name: "none", rate: 1, moments: [], rule: ({ parameter }: { parameter: Tensor }) => ({ parameter, moments: {} }) }]],
    ["update", method(optimizer, "update"), [parameters, Object.fromEntries(Object.entries(parameters).map(([path, { value }]) => [path, value]))]],
    ["state", method(optimizer, "state"), [parameters]],
    ["fit", nn.fit as AnyFunction, [net, data, {
      loss: nn.meanSquaredError, optimizer, epochs: 1, batchSize: 4, shuffle: true, seed: 1, from: { epoch: 0, taken: 0 }, metrics: { error: nn.huber }, validation: data, progress: {},
      onEpoch: () => true, compile: true,
    }]],
    ["evaluate", nn.evaluate as AnyFunction, [net, data, { metrics: { error: nn.huber }, batchSize: 4, compile: true }]],
    ["predict", nn.predict as AnyFunction, [net, data.x, { batchSize: 2, compile: true }]],
    ["encodeSafetensors", nn.encodeSafetensors, [{ p }]],
    ["decodeSafetensors", nn.decodeSafetensors, [nn.encodeSafetensors({ p }), { dtype: "float64" }]],
    ["writeTensors", nn.writeTensors, [`${folder}/p.safetensors`, { p }]],
    ["readTensors", nn.readTensors, [file, { dtype: "float32" }]],
    ["saveVariables", nn.saveVariables, [`${folder}/net.safetensors`, parameters]],
    ["loadVariables", nn.loadVariables, [file, parameters, { partial: true, dtype: "float32" }]],
    ["summary", method(net, "summary"), [[2]]],
    ["save", method(net, "save"), [`${folder}/net.safetensors`]],
    ["load", method(net, "load"), [file, { partial: true, dtype: "float32" }]],
    ["progressBar", progressBar, [{ stream: { write: () => true } }]],
    ["constant", nn.initializers.constant, [1]],
    ["uniform", nn.initializers.uniform, [0, 1]],
    ["normal", nn.initializers.normal, [0, 1]],
    ...functionsOf(nn.initializers).filter(([name]) => !["constant", "uniform", "normal"].includes(name)).map(([name, f]) => [name, f, [[2, 3], core.generator(1), "float32"]] as const),
    ["a uniform initializer", nn.initializers.uniform(0, 1), [[2, 3], core.generator(1), "float32"]],
    ["a source of batches", (async (epoch: unknown) => nn.fit(net, { epoch } as never, { loss: nn.meanSquaredError, optimizer })) as AnyFunction, [() => [data]]],
    ["an epoch of batches", (async (batches: unknown) => nn.evaluate(net, { epoch: () => batches } as never, { metrics: { error: nn.huber } })) as AnyFunction, [[data]]],
    ["a layer", net, [data.x]],
    ["a sequence", nn.sequential(nn.dense(2, 2), nn.relu) as AnyFunction, [data.x]],
    ["a model", nn.model({ net }, ({ net: inner }, x: Tensor) => inner(x as never)) as AnyFunction, [data.x]],
  ];

  /** The same arguments with one of them wrong, or one option. */
  function* spoilt(args: readonly unknown[]): Generator<readonly unknown[]> {
    for (const [i, arg] of args.entries()) {
      for (const value of wrong) {
        yield args.with(i, value);
        if (i === args.length - 1 && isRecord(arg)) for (const name of Object.keys(arg)) yield args.with(i, { ...arg, [name]: value });
      }
      yield args.slice(0, i);
    }
  }

  test("are tried on everything", () => {
    expect(right.map(([name]) => name)).toEqual(expect.arrayContaining(own.map(([name]) => name).filter((name) => !name.endsWith("Error") || name.startsWith("mean"))));
  });

  test.each(right)("of %s are answered by errors that say so, or taken", async (_, f, args) => {
    await (f as (...given: unknown[]) => unknown)(...args);
    const others: string[] = [];
    for (const given of spoilt(args)) {
      try {
        await (f as (...given: unknown[]) => unknown)(...given);
      } catch (error) {
        if (!(error instanceof NdgradError)) others.push(`${inspect(given, { depth: 1, breakLength: Infinity })}: ${String(error)}`);
      }
    }
    expect(others.slice(0, 5)).toEqual([]);
  });
});
