// The example that `pnpm start` runs, as a user runs it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const example = fileURLToPath(new URL("../../../examples/mnist.ts", import.meta.url));
// What it draws lands here, not in the repository.
const folder = mkdtempSync(`${tmpdir()}/ndgrad-main-job-`);
afterAll(() => rmSync(folder, { recursive: true }));
const run = (...flags: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", import.meta.resolve("tsx"), example, ...flags], { encoding: "utf8", cwd: folder });
  return { status, stderr, lines: stdout.trimEnd().split("\n") };
};

describe("the digits", { timeout: 60_000 }, () => {
  test("are learnt to 0.90 in five epochs", () => {
    const { status, stderr, lines } = run("--seed", "5");
    expect([status, stderr]).toEqual([0, ""]);
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

  test("end in the same line for the same seed", () => {
    const flags = ["--epochs", "1", "--lr", "1", "--batch-size", "500", "--seed", "9"];
    expect(run(...flags).lines.at(-1)).toBe(run(...flags).lines.at(-1));
  });

  test.each([["--lr", "x"], ["--lr", "-1"], ["--lr="], ["--epochs", "1.5"], ["--batch-size", "0"], ["--seed", "-3"], ["--momentum", "1"], ["--nope"], ["extra"]])("answer %s %s with a usage line", (...flags) => {
    const { status, stderr, lines } = run(...flags);
    expect([status, lines]).toEqual([2, [""]]);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe("usage: mnist [--epochs 5] [--lr 2] [--momentum 0.9] [--batch-size 256] [--seed 1]");
  });
});
