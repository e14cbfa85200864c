// The example that `pnpm start` runs: once as a user runs it, the rest built.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, runTypeScript, type Outcome } from "../process.ts";
import { root } from "../repository.ts";
import { builtExamples } from "./packed-project.ts";

// What it draws lands here, not in the repository.
const folder = mkdtempSync(`${tmpdir()}/ndgrad-main-job-`);
afterAll(() => rmSync(folder, { recursive: true }));

let built: (name: string) => string;
beforeAll(async () => { built = await builtExamples(); });

const runBuilt = (...flags: readonly string[]): Promise<Outcome> => run(process.execPath, [built("mnist"), ...flags], { cwd: folder });
const linesOf = ({ stdout }: Outcome): readonly string[] => stdout.trimEnd().split("\n");

describe("the digits", () => {
  test("are learnt to 0.90 in five epochs", async () => {
    const outcome = await runTypeScript(`${root}/examples/mnist.ts`, ["--seed", "5"], { cwd: folder });
    expect([outcome.code, outcome.stderr]).toEqual([0, ""]);
    const lines = linesOf(outcome);
    expect(lines[0]).toBe("digits: 8000 to learn from, 2000 to be tested on, 28 × 28 pixels each");
    expect(lines.filter((line) => /^epoch [1-5]\/5 {2}loss \d\.\d{4} {2}accuracy \d\.\d{4} {2}/.test(line))).toHaveLength(5);
    expect(lines.some((line) => /^total +101,770$/.test(line))).toBe(true);
    expect(lines.find((line) => line.startsWith("told "))).toMatch(/^told {2}( {2}[01]\.\d\d){10}$/);
    for (const name of ["mnist-loss", "mnist-mistakes"]) {
      expect(lines).toContain(`drawn in pictures/${name}.svg`);
      expect(existsSync(`${folder}/pictures/${name}.svg`)).toBe(true);
    }
    expect(Number(/^test accuracy: (0\.\d{4})$/.exec(lines.at(-1) ?? "")?.[1])).toBeGreaterThanOrEqual(0.9);
    // a pipe gets no control characters
    // eslint-disable-next-line no-control-regex
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f]/);
  });

  test("end in the same line for the same seed", async () => {
    const flags = ["--epochs", "1", "--lr", "1", "--batch-size", "500", "--seed", "9"];
    const [last, again] = [linesOf(await runBuilt(...flags)).at(-1), linesOf(await runBuilt(...flags)).at(-1)];
    expect(last).toMatch(/^test accuracy: /);
    expect(again).toBe(last);
  });

  test.concurrent.each([["--lr", "x"], ["--lr", "-1"], ["--lr="], ["--epochs", "1.5"], ["--batch-size", "0"], ["--seed", "-3"], ["--momentum", "1"], ["--nope"], ["extra"]])("answer %s %s with a usage line", async (...flags) => {
    const { code, stdout, stderr } = await runBuilt(...flags);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe("usage: mnist [--epochs 5] [--lr 2] [--momentum 0.9] [--batch-size 256] [--seed 1]");
  });
});
