// Laws over everything the package exports: options are known by name and of their kind, arguments of other kinds are named.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { NdgradError, generator, tensor, zeros } from "@ndgrad/core";
import { messageOf } from "@ndgrad/core/internal";
import { digits } from "./digits.ts";
import * as data from "./index.ts";

const { dataset, numpyRandom } = data;
const folder = mkdtempSync(`${tmpdir()}/ndgrad-options-`);
afterAll(() => { rmSync(folder, { recursive: true }); });

/** Who writes JavaScript gives anything. */
const any = (value: unknown): never => value as never;
const images = zeros([2, 4, 4]);
const items = dataset([1, 2, 3, 4]);
const csv = new TextEncoder().encode("a,b\n1,2\n");
const npy = data.encodeNpy(tensor([1]));
const npz = data.encodeNpz({ x: tensor([1]) });
const batch = { x: zeros([2, 2]), y: zeros([2, 2]) };

/** A function with options: how it is called with some, which it cannot do without, and for each of its names values of a wrong kind. */
interface Taking { readonly use: (options: never) => unknown; readonly needs?: object; readonly wrong: Readonly<Record<string, readonly unknown[]>> }
const seeds = [-1, 0.5, "1", null, 2 ** 32];
const numbers = ["1", null, true, [1]];
const flags = ["yes", 1, null];
const made = { random: [-1, "1", {}, null], dtype: ["float16", "int32", 3, null] };
const shuffled = { ...made, shuffle: flags };
const counts = [0, 1.5, "3", null, -1];
const shapes = [3, "3", [-1], [0.5], null];

const taking: Readonly<Record<string, Taking>> = {
  digits: { use: digits, wrong: { testFraction: [2, ...numbers], seed: seeds } },
  stratifiedSplit: { use: (options) => data.stratifiedSplit([0, 1], options), wrong: { testFraction: [2, NaN, ...numbers], seed: seeds } },
  makeCircles: { use: data.makeCircles, wrong: { ...shuffled, samples: [...counts, [1]], noise: [-1, ...numbers], factor: [1, ...numbers] } },
  makeMoons: { use: data.makeMoons, wrong: { ...shuffled, samples: [...counts, [1, "2"]], noise: [NaN, ...numbers] } },
  makeSpirals: { use: data.makeSpirals, wrong: { ...shuffled, samples: counts, arms: counts, turns: numbers, noise: numbers } },
  makeBlobs: { use: data.makeBlobs, wrong: { ...shuffled, samples: counts, features: counts, centers: [0, "3", {}, [], [1, 2], [["a"]]], std: [-1, "1", null], centerBox: [[NaN, 1], 3, "ab"] } },
  makeClassification: {
    use: data.makeClassification,
    wrong: { ...shuffled, samples: counts, features: counts, informative: counts, redundant: ["1"], repeated: [-1], classes: counts, clustersPerClass: counts, weights: [0.5, [2, 2], "ab"], flip: [2, "0"], separation: [0, "1"], hypercube: flags, shift: ["none", [1], null], scale: ["none", {}] },
  },
  makeRegression: { use: data.makeRegression, wrong: { ...shuffled, samples: counts, features: counts, informative: [-1, "1", 0.5], targets: counts, bias: numbers, noise: [-1, ...numbers] } },
  makeSine: { use: data.makeSine, wrong: { ...made, samples: counts, waves: [0, ...numbers], noise: numbers } },
  makeXor: { use: data.makeXor, wrong: { ...made, samples: counts, noise: numbers } },
  makeBitFlip: { use: data.makeBitFlip, wrong: { ...made, samples: counts, bits: counts } },
  decodeNpy: { use: (options) => data.decodeNpy(npy, options), wrong: { dtype: ["int64", 3, null] } },
  readNpy: { use: (options) => data.readNpy(npy, options), wrong: { dtype: ["int64", 3, null] } },
  decodeNpz: { use: (options) => data.decodeNpz(npz, options), wrong: { dtype: ["int64", 3, null, { x: "f4" }], names: ["x", [1], null] } },
  readNpz: { use: (options) => data.readNpz(npz, options), wrong: { dtype: ["int64", 3, null, { x: "f4" }], names: ["x", [1], null] } },
  readCsv: { use: (options) => data.readCsv(csv, options), wrong: { delimiter: [";;", "", 3, null], decimal: ["'", 1, null], thousands: [",,", "1", 3, null], header: [false, "a", null, [1]], kinds: [["text"], "text", null, { a: "float" }], missing: ["NA", [1], null] } },
  csvRecords: { use: (options) => data.csvRecords(csv, options), wrong: { delimiter: [";;", "", 3, null], header: [false, "a", null, [1]] } },
  randomFlip: { use: (options) => data.randomFlip(images, generator(0), options), wrong: { direction: ["up", 1, null], probability: [2, NaN, ...numbers] } },
  randomShift: { use: (options) => data.randomShift(images, generator(0), options), needs: { pixels: 1 }, wrong: { pixels: [-1, ...numbers], fill: numbers } },
  randomCrop: { use: (options) => data.randomCrop(images, generator(0), options), needs: { size: [2, 2] }, wrong: { size: [3, "ab", null, [1], [9, 9], ["1", "1"]], padding: [-1, ...numbers], fill: numbers } },
  addNoise: { use: (options) => data.addNoise(images, generator(0), options), needs: { std: 1 }, wrong: { std: [-1, NaN, ...numbers] } },
  mixup: { use: (options) => data.mixup(batch, generator(0), options), wrong: { alpha: [0, NaN, ...numbers] } },
  "minMax.fit": { use: (options) => data.minMax.fit(options), needs: { x: zeros([1, 1]) }, wrong: { range: [[1, 0], 3, "ab", [0, NaN], ["0", "1"]], x: [[[1]], null, 3] } },
  "impute.fit": { use: (options) => data.impute.fit(options), needs: { x: zeros([1, 1]) }, wrong: { strategy: ["mode", 3, null], value: [...numbers, NaN], x: [[[1]], null, 3] } },
  "dataset.iterate": { use: (options) => items.iterate(options), wrong: { epoch: [-1, "1", null], taken: [0.5, "1", null] } },
  "dataset.batch": { use: (options) => items.batch(2, options), wrong: { dropLast: flags } },
  "dataset.window": { use: (options) => items.window(2, options), wrong: { dropLast: flags, stride: counts } },
  "dataset.shuffle": { use: (options) => items.shuffle(options), wrong: { seed: seeds, window: counts } },
  "dataset.split": { use: (options) => items.split(options), wrong: { testFraction: [2, ...numbers], seed: seeds, by: ["y", 1, null] } },
  "dataset.kFold": { use: (options) => items.kFold(2, options), wrong: { seed: seeds, by: ["y", 1, null] } },
  "dataset.mapOnWorkers": { use: (options) => items.mapOnWorkers((x) => x, options), wrong: { workers: [-1, "1", null, 65], ahead: [-1, "1", null], seed: [-1, "1", null] } },
  "numpyRandom.normal": { use: (options) => numpyRandom(0).normal(options), wrong: { loc: numbers, scale: [-1, ...numbers], size: shapes } },
  "numpyRandom.uniform": { use: (options) => numpyRandom(0).uniform(options), wrong: { low: numbers, high: [Infinity, ...numbers], size: shapes } },
  "numpyRandom.randint": { use: (options) => numpyRandom(0).randint(options), needs: { high: 3 }, wrong: { low: [4, "0", null], high: [0, 1.5, "3", null], size: shapes } },
  "numpyRandom.binomial": { use: (options) => numpyRandom(0).binomial(options), needs: { n: 3, p: 0.5 }, wrong: { n: [-1, "3", null], p: [2, ...numbers], size: shapes } },
  "numpyRandom.choice": { use: (options) => numpyRandom(0).choice(3, options), wrong: { replace: flags, p: [0.5, [1], "abc", null], size: shapes } },
};

/** What a call throws, at once or later. */
async function thrownBy(use: () => unknown): Promise<unknown> {
  try {
    const result: unknown = await use();
    // Datasets and records are read where they are asked for.
    if (typeof result === "object" && result !== null && Symbol.asyncIterator in result) for await (const _ of result as AsyncIterable<unknown>) break;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What is thrown that is no error of ours, call by call. */
async function crashesOf(calls: Iterable<readonly [called: string, use: () => unknown]>): Promise<readonly string[]> {
  const crashes: string[] = [];
  for (const [called, use] of calls) {
    const error = await thrownBy(use);
    if (error !== undefined && !(error instanceof NdgradError)) crashes.push(`${called}: ${messageOf(error)}`);
  }
  return crashes;
}

describe("every function that takes options", () => {
  test.each(Object.entries(taking))("%s: takes each alone, left out or undefined", async (_, { use, needs, wrong }) => {
    expect(await thrownBy(() => use(any({ ...needs })))).toBeUndefined();
    for (const name of Object.keys(wrong)) if (needs === undefined || !(name in needs)) expect(await thrownBy(() => use(any({ ...needs, [name]: undefined })))).toBeUndefined();
    if (needs === undefined) expect(await thrownBy(() => use(any(undefined)))).toBeUndefined();
  });

  test.each(Object.entries(taking))("%s: an unknown name is an error that names the nearest", async (caller, { use, needs, wrong }) => {
    for (const name of Object.keys(wrong)) {
      const misspelt = `${name}s`;
      const error = await thrownBy(() => use(any({ ...needs, [misspelt]: 1 })));
      expect(error, misspelt).toBeInstanceOf(NdgradError);
      expect((error as Error).message).toContain(`${caller.replace(/^(dataset|numpyRandom)\.|\.fit$/g, "")}: unknown option "${misspelt}"; did you mean "${name}"?`);
    }
    expect(String(await thrownBy(() => use(any({ ...needs, xyzzy: 1 }))))).toContain('unknown option "xyzzy"');
  });

  test.each(Object.entries(taking))("%s: values of another kind are errors", async (_, { use, needs, wrong }) => {
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) expect(await thrownBy(() => use(any({ ...needs, [name]: value }))), `${name}: ${JSON.stringify(value)}`).toBeInstanceOf(NdgradError);
    }
  });

  test.each(Object.entries(taking).filter(([name]) => !name.endsWith(".fit")))("%s: anything but a record of options is an error", async (_, { use, needs }) => {
    for (const value of [3, "fast", [1], null, true, () => 1, new Map(), ...(needs === undefined ? [] : [undefined])]) expect(await thrownBy(() => use(any(value))), typeof value).toBeInstanceOf(NdgradError);
  });
});

/** Functions without options, with arguments that are right. */
const plain: Readonly<Record<string, readonly unknown[]>> = {
  decodeIdx: [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)], readIdx: [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)], mnistFolder: [folder], encodeNpy: [tensor([1])], encodeNpz: [{ x: tensor([1]) }],
  writeNpy: [`${folder}/x.npy`, tensor([1])], writeNpz: [`${folder}/x.npz`, { x: tensor([1]) }], skippedIn: [{}], numpyRandom: [1], dataset: [[1, 2]],
};
/** The same of functions that take options behind these. */
const first: Readonly<Record<string, readonly unknown[]>> = {
  stratifiedSplit: [[0, 1]], decodeNpy: [npy], readNpy: [npy], decodeNpz: [npz], readNpz: [npz], readCsv: [csv], csvRecords: [csv], mixup: [batch, generator(0)],
  randomFlip: [images, generator(0)], randomShift: [images, generator(0), { pixels: 1 }], randomCrop: [images, generator(0), { size: [2, 2] }], addNoise: [images, generator(0), { std: 1 }],
};
const transforms = ["standardize", "minMax", "whiten", "encodeLabels", "oneHotLabels", "impute"] as const;
// Nothing may be written beside the folder.
const strange = [undefined, null, 3, NaN, `${folder}/no/text`, true, 1n, Symbol("s"), [1], ["a", null], {}, { x: 1 }, new Map(), new Date(), () => 1, new Uint8Array(1), tensor(1), zeros([2, 0])];
const functions = data as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

describe("every export", () => {
  test("is looked at here", () => {
    const seen = new Set([...Object.keys(taking), ...Object.keys(plain), ...Object.keys(first), ...transforms, "FormatError", "missingFields"]);
    expect(Object.keys(data).filter((name) => !seen.has(name))).toEqual([]);
  });

  test.each([...Object.entries(plain), ...Object.entries(first)])("%s: arguments of other kinds are taken, or errors that are told", async (name, args) => {
    const calls = args.flatMap((_, at) => strange.map((value) => [`argument ${at}: ${typeof value}`, () => functions[name](...args.map((each, i) => (i === at ? value : each)))] as const));
    expect(await crashesOf(calls)).toEqual([]);
    expect(await thrownBy(() => functions[name]()), "no arguments").toBeInstanceOf(NdgradError);
  });

  test.each(transforms)("%s: so are what it is fitted to, applied to, and restored from", async (name) => {
    const transform = (data as unknown as Readonly<Record<string, unknown>>)[name] as { fit(x: unknown): { apply(x: unknown): unknown; inverse(x: unknown): unknown }; restore(state: unknown): unknown };
    const right = name === "encodeLabels" ? ["a", "b"] : name === "oneHotLabels" ? tensor([0, 1], { dtype: "int32" }) : tensor([[1, 2], [3, 5]]);
    const fitted = transform.fit(right);
    const uses = [(value: unknown) => transform.fit(value), (value: unknown) => fitted.apply(value), (value: unknown) => fitted.inverse(value), (value: unknown) => transform.restore(value)];
    expect(await crashesOf(uses.flatMap((use) => strange.map((value) => [`${String(use)} ${typeof value}`, () => use(value)] as const)))).toEqual([]);
  });

  test("methods of datasets and of NumPy's generator, too", async () => {
    const calls: readonly ((value: never) => unknown)[] = [
      (value) => items.epoch(value), (value) => items.map(value), (value) => items.filter(value), (value) => items.batch(value), (value) => items.repeat(value), (value) => items.take(value), (value) => items.skip(value),
      (value) => items.zip(value), (value) => items.concat(value), (value) => items.interleave(value), (value) => items.window(value), (value) => items.kFold(value), (value) => items.mapOnWorkers(value),
      (value) => items.prefetch(value), (value) => items.progress(value), (value) => dataset(value), (value) => dataset([value]).batch(1), (value) => dataset([value, 1]).batch(2), (value) => dataset([value]).unbatch(),
      (value) => { numpyRandom(0).seed(value); }, (value) => numpyRandom(0).rand(value), (value) => numpyRandom(0).randn(value), (value) => numpyRandom(0).randomSample(value), (value) => numpyRandom(0).standardNormal(value),
      (value) => numpyRandom(0).permutation(value), (value) => { numpyRandom(0).shuffle(value); }, (value) => numpyRandom(0).choice(value),
    ];
    expect(await crashesOf(calls.flatMap((call) => strange.map((value) => [`${String(call)} ${typeof value}`, () => call(any(value))] as const)))).toEqual([]);
  });
});
