import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run, runTypeScript, transcript, type Outcome, type RunOptions } from "../process.ts";
import { root } from "../repository.ts";
import { builtExamples, exampleNames as examples } from "./packed-project.ts";

// What an example writes lands here, not in the repository.
const folder = mkdtempSync(`${tmpdir()}/ndgrad-examples-`);
afterAll(() => rmSync(folder, { recursive: true }));

let built: (name: string) => string;
beforeAll(async () => { built = await builtExamples(); });

const runBuilt = (name: string, args: readonly string[], options?: RunOptions): Promise<Outcome> => run(process.execPath, [built(name), ...args], options);

test.concurrent.each(examples)("examples/%s.ts runs from source, and says nothing on stderr", async (name) => {
  const outcome = await runTypeScript(`${root}/examples/${name}.ts`, [], { cwd: folder, env: { NDGRAD_QUICK: "1" }, timeout: 100_000 });
  expect(outcome.code, transcript(outcome)).toBe(0);
  expect(outcome.stderr).toBe("");
});

/** Where a line of usage says what a flag is like: "[--lr 2]". */
const flagsIn = (usage: string): readonly string[] => Array.from(usage.matchAll(/\[(--[a-z-]+) [^\]]+\]/g), ([, flag]) => flag);

test.concurrent.each(examples)("examples/%s.ts tells its flags, and ends with a line about one that is wrong", async (name) => {
  const help = await runBuilt(name, ["--help"]);
  const [usage = ""] = help.stdout.split("\n");
  expect(help, transcript(help)).toMatchObject({ code: 0, stderr: "" });
  expect(usage).toMatch(new RegExp(`^usage: ${name}( \\[|$)`));
  const flags = flagsIn(usage);
  // No flag takes a question mark; where there are none, this is one too many.
  for (const flag of flags.length > 0 ? flags : ["--nope"]) {
    const outcome = await runBuilt(name, [flag, "?"], { cwd: folder });
    const [line, ...others] = outcome.stderr.trimEnd().split("\n");
    expect(outcome, transcript(outcome)).toMatchObject({ code: 2, stdout: "" });
    expect(line).toContain(flag);
    expect(others).toEqual([usage]);
  }
});

test("a folder without digits is named with its flag", async () => {
  const outcome = await runBuilt("mnist-mlp", ["--data", folder]);
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toMatch(/^--data: .*train-images-idx3-ubyte.*\nusage: mnist-mlp .*\n$/);
});

test("pictures that cannot be written are told in a line, after all that was computed", async () => {
  const cwd = `${folder}/full`;
  mkdirSync(cwd);
  writeFileSync(`${cwd}/pictures`, "a file where the folder would be");
  const { code, stdout, stderr } = await runBuilt("bit-flip", ["--epochs", "1"], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain("epoch  1: average loss 0.413753205889");
  expect(stderr).toMatch(/^save: pictures\/bit-flip\.svg cannot be written: .+\n$/);
});

test("-h is --help", async () => {
  expect(await runBuilt("mnist", ["-h"])).toEqual(await runBuilt("mnist", ["--help"]));
});

test("without a name the examples are listed, each with a line", async () => {
  const { code, stdout, stderr } = await runTypeScript(`${root}/scripts/example.ts`);
  expect([code, stderr]).toEqual([0, ""]);
  for (const name of examples) expect(stdout).toMatch(new RegExp(`^${name} +\\S.{0,80}$`, "m"));
});

test("an example that does not exist is answered with those that do", async () => {
  const outcome = await runTypeScript(`${root}/scripts/example.ts`, ["--", "nothing"]);
  expect(outcome.code).toBe(2);
  expect(outcome.stderr.trim()).toBe(`There is no example "nothing". Choose from: ${examples.join(", ")}`);
});
