import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run, transcript } from "../process.ts";
import { builtExamples } from "./packed-project.ts";

// The figures that the articles print, or that a NumPy program prints under the same seed, against what the examples print.

// What an example draws lands here, not in the repository.
const folder = mkdtempSync(`${tmpdir()}/ndgrad-articles-`);
afterAll(() => rmSync(folder, { recursive: true }));

let built: (name: string) => string;
beforeAll(async () => { built = await builtExamples(); });

async function printed(example: string): Promise<string> {
  const outcome = await run(process.execPath, [built(example)], { cwd: folder, timeout: 100_000 });
  expect(outcome.code, transcript(outcome)).toBe(0);
  return outcome.stdout;
}

/** Equal to nine significant digits. */
function expectNine(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.map((value) => value.toPrecision(9))).toEqual(expected.map((value) => value.toPrecision(9)));
}

test("circles: cost and accuracy of all 25 lines", async () => {
  const lines = [...(await printed("circles")).matchAll(/^ *(\d+): (\S+) {2}accuracy (\S+)$/gm)].map(([, ...numbers]) => numbers.map(Number));
  const costs = [
    1.7162788190920542, 0.6935455829889666, 0.6905406067392547, 0.6891434906598778, 0.6872602776622828, 0.6843228956957375, 0.6785453392737052,
    0.6681373938207664, 0.6520194184819956, 0.6269290706018096, 0.583769931305627, 0.5227492398023532, 0.4453596672561303, 0.3471519362950478,
    0.25249457914609913, 0.1756322160294124, 0.1339403949701389, 0.11082046183555055, 0.09593921456847519, 0.0857356559178866, 0.07799445785668417,
    0.07210646851378226, 0.06745702537404365, 0.06398162234062924, 0.0612092147947077,
  ];
  const accuracies = [
    0.5, 0.499, 0.514, 0.507, 0.508, 0.529, 0.54, 0.564, 0.637, 0.697, 0.789, 0.869, 0.899, 0.922, 0.943, 0.973, 0.98, 0.981, 0.982, 0.983, 0.983, 0.983,
    0.983, 0.983, 0.982,
  ];
  expect(lines.map(([step]) => step)).toEqual(costs.map((_, i) => 1000 * i));
  expectNine(lines.map(([, cost]) => cost), costs);
  expect(lines.map(([, , accuracy]) => accuracy)).toEqual(accuracies);
});

test("bit-flip: the losses of ten epochs, three challenges, and no flaw in fresh vectors", async () => {
  const text = await printed("bit-flip");
  expectNine([...text.matchAll(/average loss (\S+)$/gm)].map(([, loss]) => Number(loss)), [
    0.4137532058885219, 0.13942819199866857, 0.07611116526018664, 0.05151639249748982, 0.03867311024359158, 0.030846489580309503, 0.02559992290154613,
    0.021847076188737487, 0.019033707690382592, 0.01684861223996661,
  ]);
  expect([...text.matchAll(/challenge \d: (.*)\n {2}prediction: +([01 ]+?) {2}\((.*)\)\n {2}right answer: (.*)$/gm)].map(([, ...shown]) => shown)).toEqual([
    ["1 0 1 0 0", "0 1 0 1 1", "0.001964 0.996211 0.005624 0.993345 0.994977", "0 1 0 1 1"],
    ["1 0 0 1 0", "0 1 1 0 1", "0.006453 0.932930 0.983998 0.000900 0.978980", "0 1 1 0 1"],
    ["1 0 0 1 0", "0 1 1 0 1", "0.006453 0.932930 0.983998 0.000900 0.978980", "0 1 1 0 1"],
  ]);
  expect(text).toContain("without a flaw: 100 % of 5,000 fresh vectors");
});
