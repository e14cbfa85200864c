/** What the page gives to whoever visits it. */
export interface PageReport {
  readonly engine: string;
  readonly threads: number;
  readonly losses: readonly number[];
  readonly table: readonly (readonly number[])[];
  /** What workers made of 1, 2, 3, or why they did not. */
  readonly mapped: readonly number[] | string;
  readonly svg: string;
  /** What became of a PNG file. */
  readonly png: string;
  /** What became of a file's path. */
  readonly file: string;
}

/** A module like a user's: it trains, and uses of every package what bundlers or browsers could fail at. */
export const pageProgram = `
import { generator, getThreads, variable } from "@ndgrad/core";
import { currentEngine } from "@ndgrad/core/internal";
import { dataset, readCsv, readNpy } from "@ndgrad/data";
import { adam, crossEntropy, dense, fit, relu, sequential } from "@ndgrad/nn";
import { lossCurve } from "@ndgrad/plot";

const saying = (promise) => promise.catch((error) => String(error));

const x = generator(3).uniform([4096, 2], { low: -1, high: 1 });
const y = x.square().sum({ axis: 1 }).less(0.6).cast("int32");
const net = sequential(dense(2, 64, { seed: 1 }), relu, dense(64, 2, { seed: 2 }));
const { loss } = await fit(net, dataset({ x, y }).batch(1024), { loss: crossEntropy, optimizer: adam({ lr: 0.02 }), epochs: 8 });

const { matrix } = await readCsv(new TextEncoder().encode("a,b\\n1,2\\n3,4\\n"));
const figure = lossCurve(loss);
globalThis.report = {
  engine: currentEngine().name,
  threads: getThreads(),
  losses: [...loss],
  table: matrix(["a", "b"]).toArray(),
  mapped: await saying(dataset([1, 2, 3]).mapOnWorkers((n) => n * n, { workers: 2 }).toArray()),
  svg: await saying(figure.toSVG()),
  png: await saying(figure.toPNG().then((bytes) => bytes.length > 0 ? "made" : "empty")),
  file: await saying(readNpy("absent.npy")),
};
`;
