import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { runTypeScript, transcript } from "../process.ts";
import { root } from "../repository.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-articles-`);
afterAll(() => rmSync(folder, { recursive: true }));

async function outputOf(name: string, args: readonly string[]): Promise<string> {
  const outcome = await runTypeScript(`${root}/examples/${name}.ts`, args, { cwd: folder, timeout: 110_000 });
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

  test("mnist-sigmoid follows its article's course for 101 epochs", async () => {
    const output = await outputOf("mnist-sigmoid", ["--epochs", "101"]);
    const known = Object.fromEntries([...output.matchAll(/^epoch +(\d+): ([\d.]+)/gm)].map(([, epoch, share]) => [epoch, Number(share)]));
    expect(known["0"]).toBeLessThan(0.2);
    expect(known["17"]).toBeGreaterThan(0.3);
    expect(known["17"]).toBeLessThan(0.55);
    expect(known["101"]).toBeGreaterThan(0.75);
    expect(known["101"]).toBeLessThan(0.85);
  });
});
