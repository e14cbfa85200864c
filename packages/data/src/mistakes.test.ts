// What users get wrong is told by the function they called, with the value and what to give instead.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test } from "vitest";
import { NdgradError, generator, tensor, zeros } from "@ndgrad/core";
import {
  addNoise, csvRecords, dataset, encodeLabels, impute, makeBlobs, makeMoons, minMax, mnistFolder, numpyRandom, oneHotLabels, randomFlip, readCsv, readIdx, readNpy, readNpz, standardize,
  stratifiedSplit, whiten, writeNpy, encodeNpz,
} from "./index.ts";
import { digits } from "./digits.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-mistakes-`);
afterAll(() => { rmSync(folder, { recursive: true }); });

/** Who writes JavaScript, or casts, gives anything. */
const any = (value: unknown): never => value as never;
/** A function as JavaScript has it: with any arguments. */
const loose = (f: unknown) => f as (...args: readonly unknown[]) => unknown;
const x = zeros([2, 2]);
const images = zeros([1, 2, 2]);
const text = new TextEncoder().encode("1,2\n");

const mistakes: readonly (readonly [use: () => unknown, message: string])[] = [
  [() => loose(impute.fit)(x, { strategy: "median" }), "impute.fit: takes one argument, got 2; write impute.fit({ x, strategy, value })"],
  [() => loose(minMax.fit)(x, { range: [-1, 1] }), "minMax.fit: takes one argument, got 2; write minMax.fit({ x, range })"],
  ...Object.entries({ standardize, whiten, encodeLabels, oneHotLabels }).map(([name, { fit }]): [() => unknown, string] => [() => loose(fit)(x, x), `${name}.fit: takes one argument, got 2; write ${name}.fit(x)`]),
  [() => loose(dataset)(x, x), "dataset: takes one argument, got 2; write dataset({ x, y }) for columns that belong together"],
  [() => dataset([1, 2]).batch("2" as unknown as number), 'batch: size must be a whole number of at least 1, got "2"'],
  [() => digits({ testFraction: 2 }), "digits: testFraction must be between 0 and 1, got 2"],
  [() => stratifiedSplit([0, 1], any({ testSize: 0.5 })), 'stratifiedSplit: unknown option "testSize"; did you mean "testFraction"? (it takes testFraction, seed)'],
  [() => readCsv(text, any({ sep: ";" })), 'readCsv: unknown option "sep"; did you mean "delimiter"?'],
  [() => readCsv(text, any({ na_values: ["-"] })), 'readCsv: unknown option "na_values"; did you mean "missing"?'],
  [() => makeMoons(any({ n_samples: 10 })), 'makeMoons: unknown option "n_samples"; did you mean "samples"?'],
  [() => makeMoons(any({ random_state: 1 })), 'makeMoons: unknown option "random_state"; did you mean "random"?'],
  [() => dataset([1]).batch(1, any({ drop_last: true })), 'batch: unknown option "drop_last"; did you mean "dropLast"?'],
  [() => dataset([1]).shuffle(any({ buffer_size: 5 })), 'shuffle: unknown option "buffer_size"; did you mean "window"?'],
  [() => digits({ seed: -1 }), "digits: seed must be a whole number of at least 0, got -1"],
  [() => stratifiedSplit(any(tensor([0, 1]))), "stratifiedSplit: labels are no list of numbers; of a tensor, give its data"],
  [() => stratifiedSplit(any(undefined)), "stratifiedSplit: labels are no list of numbers"],
  [() => stratifiedSplit([0, NaN]), "stratifiedSplit: label 1 is NaN; classes are numbers"],
  [() => stratifiedSplit(any(["cat"])), "stratifiedSplit: label 0 is cat; classes are numbers: encodeLabels makes numbers of names"],
  [() => dataset([{ y: 1 }]).split({ by: any((row: { readonly label?: number }) => row.label) }), "split: by gave undefined for item 0; give the number of its class"],
  [() => dataset(tensor([1, 2])).kFold(2, { by: any((y: unknown) => y) }), "kFold: by gave a tensor for item 0; give the number of its class, of a scalar tensor by item()"],
  [() => readIdx(`${folder}/none`), `readIdx: there is no file "${folder}/none"`],
  [() => readIdx(new URL(`file://${folder}/none`)), `readIdx: there is no file "file://${folder}/none"`],
  [() => readNpy(folder), `readNpy: "${folder}" is a folder; name a file`],
  [() => readNpz("https://example.org/x.npz"), 'readNpz: there is no file "https://example.org/x.npz"; to fetch it, give new URL(…)'],
  [() => readNpz(new URL("http://127.0.0.1:9/x.npz")), 'readNpz: "http://127.0.0.1:9/x.npz" cannot be read (fetch failed)'],
  [() => readNpz(any(undefined)), "readNpz: undefined is no file; give a path, a URL, a Blob or bytes"],
  [() => readNpy(encodeNpz({ x: images })), "archives, .npz, are for readNpz"],
  [() => readCsv(folder), `csv: "${folder}" is a folder; name a file`],
  [() => readCsv("a,b\n1,2\n"), "for a file's text itself, give new TextEncoder().encode(text)"],
  [() => readCsv(any(3)), "csv: 3 is no file; give a path"],
  [() => readCsv(text, { header: any(false) }), "csv: header is false; give true if the first line names the columns, or else their names"],
  [() => dataset(() => csvRecords(text, { header: any(false) })).toArray(), "csv: header is false"],
  [() => mnistFolder(`${folder}/none`), `mnistFolder: "${folder}/none" is no folder that can be read`],
  [() => writeNpy(folder, images), `writeNpy: "${folder}" is a folder; name a file`],
  [() => writeNpy(`${folder}/no/x.npy`, images), `writeNpy: there is no folder for "${folder}/no/x.npy"; make it first`],
  [() => standardize.fit(any([[1, 2]])), "standardize: give examples as rows, a tensor [n, features]; tensor(…) makes one of an array"],
  [() => minMax.fit(any(undefined)), "minMax: give examples as rows, a tensor"],
  [() => oneHotLabels.fit(tensor([0.5, 1])), "oneHotLabels: label 0 is 0.5; classes are whole numbers from 0 up"],
  [() => oneHotLabels.fit(tensor([0, -1])), "oneHotLabels: label 1 is -1"],
  [() => oneHotLabels.fit(any([0, 1])), "oneHotLabels: give the class numbers as a tensor"],
  [() => encodeLabels.fit(any(tensor([0]))), "encodeLabels: give the labels as an array; of a tensor, [...labels.data]"],
  [() => encodeLabels.fit(any(["a", undefined])), "encodeLabels: label 1 is undefined; classes are strings, numbers or booleans"],
  [() => randomFlip(images, generator(0), { direction: any("up") }), 'randomFlip: there is no direction "up"; give "horizontal" or "vertical"'],
  [() => addNoise(images, generator(0), { std: -1 }), "addNoise: std is -1; a standard deviation is a finite number from 0 up"],
  [() => makeMoons({ random: 0.5 }), "makeMoons: the seed is 0.5; give a whole number from 0 to 2³² − 1"],
  [() => makeMoons({ random: any(generator(0)) }), "makeMoons: random is no generator of NumPy's numbers; give a seed, or what numpyRandom(seed) gives"],
  [() => makeMoons({ samples: any([1, 2, 3]) }), "makeMoons: samples are for two classes, got 3 numbers"],
  [() => makeBlobs({ centerBox: [NaN, 1] }), "makeBlobs: centerBox must be a pair of finite numbers, got NaN"],
  [() => numpyRandom(any(undefined)), "numpyRandom: the seed is missing; give a whole number"],
  [() => numpyRandom(0).normal({ size: any(3) }), "normal: size is 3; give the shape as an array, such as [3]"],
  [() => numpyRandom(0).permutation(any([1, 2])), "permutation: give a whole number or a tensor; shuffle puts an array into random order"],
  [() => { numpyRandom(0).shuffle(any(tensor([1, 2]))); }, "shuffle: give an array, plain or typed; a tensor does not change: permutation gives another one"],
];

test.each(mistakes)("%s", async (use, message) => {
  const error = await (async () => { await use(); })().catch((each: unknown) => each);
  expect(error).toBeInstanceOf(NdgradError);
  expect((error as Error).message).toContain(message);
});

test("orders of epochs never run out, however small a set is repeated for ever", () => {
  expect([...dataset([1, 2, 3]).shuffle({ seed: 2 ** 32 - 1 }).epoch(2 ** 40)].sort((a, b) => a - b)).toEqual([1, 2, 3]);
  expect([...dataset([1, 2, 3]).shuffle({ window: 2 }).epoch(2 ** 40)].sort((a, b) => a - b)).toEqual([1, 2, 3]);
});
