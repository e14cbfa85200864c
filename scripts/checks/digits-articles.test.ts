import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, transcript } from "../process.ts";
import { builtExamples } from "./packed-project.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-articles-`);
afterAll(() => rmSync(folder, { recursive: true }));

let built: (name: string) => string;
beforeAll(async () => { built = await builtExamples(); });

async function outputOf(name: string, args: readonly string[]): Promise<string> {
  const outcome = await run(process.execPath, [built(name), ...args], { cwd: folder, timeout: 290_000 });
  expect(outcome.code, transcript(outcome)).toBe(0);
  return outcome.stdout;
}

// The ranges are those of NumPy runs of the articles' programs on the same 8,000 digits, over several seeds.
describe("the articles on digits", () => {
  test("mnist-mlp scores as its article's program does, and better with true gradients", async () => {
    const output = await outputOf("mnist-mlp", []);
    const row = (name: string): readonly number[] => (new RegExp(`^${name} +([\\d.]+) +([\\d.]+) `, "m").exec(output) ?? []).slice(1).map(Number);
    const [early, late] = row("as the article has it");
    expect(early).toBeGreaterThan(0.8);
    expect(early).toBeLessThan(0.86);
    expect(late).toBeGreaterThan(0.87);
    expect(late).toBeLessThan(0.91);
    const [soundEarly, soundLate] = row("with true gradients");
    expect(soundEarly).toBeGreaterThanOrEqual(0.9);
    expect(soundLate).toBeGreaterThanOrEqual(0.94);
    for (const picture of ["digits", "predictions"]) expect(readFileSync(`${folder}/pictures/mnist-${picture}.svg`, "utf8")).toContain("<image");
  });

  test("mnist-sigmoid follows its article's course to 0.90, says when it is there, and draws it", { timeout: 300_000 }, async () => {
    const output = await outputOf("mnist-sigmoid", []);
    const lines = [...output.matchAll(/^epoch +(\d+): ([\d.]+)/gm)].map(([, epoch, share]) => [Number(epoch), Number(share)] as const);
    const known = new Map(lines);
    for (const [epoch, share, noise] of [[0, 0.1, 0.1], [17, 0.46, 0.1], [101, 0.81, 0.04], [201, 0.87, 0.02], [401, 0.89, 0.015]] as const) {
      expect(Math.abs((known.get(epoch) ?? NaN) - share), `epoch ${epoch}: ${known.get(epoch)}`).toBeLessThan(noise);
    }
    const [last, share] = lines.at(-1) ?? [NaN, NaN];
    expect(share).toBeGreaterThanOrEqual(0.9);
    expect(last).toBeLessThan(1000);
    expect(output).toMatch(/after [\d.]+ s, \d+ ms an epoch$/m);
    expect(output).toMatch(new RegExp(`^ +0 +epoch +${last}$`, "m"));
    expect(readFileSync(`${folder}/pictures/mnist-sigmoid.svg`, "utf8")).toContain(">test accuracy<");
  });
});
