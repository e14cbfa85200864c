import { readFileSync } from "node:fs";
import * as core from "@ndgrad/core";
import { NdgradError, tensor, type Tensor } from "@ndgrad/core";
import { doors } from "../../packages/core/src/api/dispatch.ts";
import { registry, currentEngine } from "@ndgrad/core/internal";
import * as data from "@ndgrad/data";
import * as gradcheck from "@ndgrad/gradcheck";
import * as nn from "@ndgrad/nn";
import * as plot from "@ndgrad/plot";
import { expect, test } from "vitest";
import { root } from "../repository.ts";
import { functionsWithOptions, optionsWithoutNames, sourcesOf } from "./options.ts";

// A misspelt option would change nothing, and nobody would hear of it: every public function refuses what it does not know.

const packages = { core, nn, data, gradcheck, plot };
type Folder = keyof typeof packages;
const folders = Object.keys(packages) as readonly Folder[];

/** Options as a caller without types writes them. */
type Given = never;
const x = tensor([[0.5, 0.25], [0.125, 0.75]]);
const classes = tensor([0, 1], { dtype: "int32" });
const targets = tensor([[0, 1], [1, 0]]);
const square = (each: Tensor): Tensor => each.square().sum();
const net = nn.dense(2, 2);
const bytes = new Uint8Array(8);
const images = core.zeros([1, 4, 4]);
const random = core.generator(1);

/** A call of each function that takes options and is no door of core's (those are held to the law in core's own tests). */
const calls: Readonly<Record<Folder, Readonly<Record<string, (options: Given) => unknown>>>> = {
  core: {
    generator: (o) => core.generator(1, o), grad: (o) => core.grad(square, o), valueAndGrad: (o) => core.valueAndGrad(square, o), compile: (o) => core.compile(square, o),
    jacobian: (o) => core.jacobian(square, o), hessian: (o) => core.hessian(square, o), hvp: (o) => core.hvp(square, o),
    scan: (o) => core.scan((sum: Tensor, row: Tensor) => [sum.add(row), sum], tensor([0, 0]) as Tensor, x as Tensor, o),
  },
  nn: {
    dense: (o) => nn.dense(2, 2, o), adam: (o) => nn.adam(o), sgd: (o) => nn.sgd(o), binaryAccuracy: (o) => nn.binaryAccuracy(x, targets, o),
    binaryCrossEntropy: (o) => nn.binaryCrossEntropy(x, targets, o), binaryCrossEntropyWithLogits: (o) => nn.binaryCrossEntropyWithLogits(x, targets, o), crossEntropy: (o) => nn.crossEntropy(x, classes, o),
    huber: (o) => nn.huber(x, targets, o), meanAbsoluteError: (o) => nn.meanAbsoluteError(x, targets, o), meanSquaredError: (o) => nn.meanSquaredError(x, targets, o),
    decodeSafetensors: (o) => nn.decodeSafetensors(bytes, o), readTensors: (o) => nn.readTensors("none", o), loadVariables: (o) => nn.loadVariables("none", {}, o),
    fit: (o) => nn.fit(net, { x, y: targets }, o), evaluate: (o) => nn.evaluate(net, { x, y: targets }, o), predict: (o) => nn.predict(net, x, o),
  },
  data: {
    stratifiedSplit: (o) => data.stratifiedSplit([0, 1], o), makeCircles: (o) => data.makeCircles(o), makeMoons: (o) => data.makeMoons(o), makeSpirals: (o) => data.makeSpirals(o), makeBlobs: (o) => data.makeBlobs(o),
    makeClassification: (o) => data.makeClassification(o), makeRegression: (o) => data.makeRegression(o), makeSine: (o) => data.makeSine(o), makeBitFlip: (o) => data.makeBitFlip(o), makeXor: (o) => data.makeXor(o),
    decodeNpy: (o) => data.decodeNpy(bytes, o), readNpy: (o) => data.readNpy(bytes, o), decodeNpz: (o) => data.decodeNpz(bytes, o), readNpz: (o) => data.readNpz(bytes, o),
    readCsv: (o) => data.readCsv(bytes, o), csvRecords: (o) => data.csvRecords(bytes, o),
    randomCrop: (o) => data.randomCrop(images, random, o), randomFlip: (o) => data.randomFlip(images, random, o), randomShift: (o) => data.randomShift(images, random, o), addNoise: (o) => data.addNoise(images, random, o),
    mixup: (o) => data.mixup({ x, y: targets }, random, o),
  },
  gradcheck: {
    checkGradients: (o) => gradcheck.checkGradients(square, x, o), assertGradients: (o) => { gradcheck.assertGradients(square, x, o); }, shapes: (o) => gradcheck.shapes(o), broadcastableShapes: (o) => gradcheck.broadcastableShapes(2, o),
    tensors: (o) => gradcheck.tensors(o), trees: (o) => gradcheck.trees(o), samplesOf: (o) => gradcheck.samplesOf(registry.get("add")!, o), conformance: (o) => gradcheck.conformance(currentEngine(), o),
  },
  plot: {
    lossCurve: (o) => plot.lossCurve([1], o), scatterByClass: (o) => plot.scatterByClass(x, classes, o), imageGrid: (o) => plot.imageGrid(core.zeros([1, 2, 2]), o),
    predictionGrid: (o) => plot.predictionGrid(core.zeros([1, 2, 2]), [[0.5, 0.5]], [0], o), decisionBoundary: (o) => plot.decisionBoundary((points) => points.sum({ axis: 1 }), x, classes, o),
  },
};

const untyped = (module: object): Readonly<Record<string, unknown>> => module as Readonly<Record<string, unknown>>;
const withOptions = folders.flatMap((folder) =>
  functionsWithOptions(sourcesOf(folder), Object.keys(packages[folder]).filter((name) => typeof untyped(packages[folder])[name] === "function"))
    .filter((name) => folder !== "core" || !doors.has(name)).map((name) => ({ folder, name })));

test("all functions with options are known here", () => {
  expect(withOptions.map(({ folder, name }) => `${folder}: ${name}`).sort()).toEqual(folders.flatMap((folder) => Object.keys(calls[folder]).map((name) => `${folder}: ${name}`)).sort());
});

test.each(withOptions)("$folder's $name refuses an unknown option, and says what it takes", async ({ folder, name }) => {
  const given = { notAnOption: 1 } as never;
  const thrown = await Promise.resolve().then(() => calls[folder][name](given)).then(() => undefined, (error: unknown) => error);
  expect(thrown).toBeInstanceOf(NdgradError);
  const { message } = thrown as Error;
  expect(message).toMatch(new RegExp(`^${name}: unknown option "notAnOption"; it takes \\w+`));
  const first = /it takes (\w+)/.exec(message)![1];
  const misspelt = await Promise.resolve().then(() => calls[folder][name]({ [`${first}${first.at(-1)}`]: 1 } as never)).then(() => undefined, (error: unknown) => error);
  expect((misspelt as Error).message).toContain(`did you mean "${first}"?`);
});

test.each(folders)("all options that %s exports have their names listed, so that the compiler holds the lists complete", (folder) => {
  const index = readFileSync(`${root}/packages/${folder}/src/index.ts`, "utf8");
  expect(optionsWithoutNames(sourcesOf(folder)).filter((name) => new RegExp(`\\b${name}\\b`).test(index))).toEqual([]);
});
