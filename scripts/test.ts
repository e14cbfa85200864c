// Everything that must hold before a change is merged: types, lint, and all tests. Flags go to vitest: pnpm test --project unit
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { countsFileVariable, type Counts } from "./counts.ts";
import { flags, runTool, transcript } from "./process.ts";

/** Whether what only some machines have (NumPy, a browser) must be there, so that nothing may be skipped. */
const requireAll = process.env["NDGRAD_REQUIRE_ALL"] === "1";

async function check(name: string, tool: string, args: readonly string[]): Promise<readonly string[]> {
  const outcome = await runTool(tool, args);
  console.log(outcome.code === 0 ? `${name}: passed` : `${name}: failed\n${transcript(outcome)}`);
  return outcome.code === 0 ? [] : [`${name} failed: its report is at the top`];
}

async function runTests(): Promise<{ readonly code: number; readonly counts: Counts }> {
  const folder = await mkdtemp(`${tmpdir()}/ndgrad-test-`);
  const file = `${folder}/counts.json`;
  const reporters = ["--reporter=default", "--reporter=./scripts/counts.ts"];
  const { code } = await runTool("vitest", ["run", ...reporters, ...flags()], { inherit: true, env: { [countsFileVariable]: file } });
  // vitest ends without a report when its configuration or a flag is wrong
  const text = await readFile(file, "utf8").catch(() => `{"passed":0,"failed":0,"skipped":[]}`);
  await rm(folder, { recursive: true });
  return { code, counts: JSON.parse(text) as Counts };
}

const checks = await Promise.all([
  check("typecheck", "tsc", ["-b", "--pretty", "false"]),
  check("lint", "oxlint", ["--type-aware", "--deny-warnings"]),
]);
const { code, counts } = await runTests();

const problems = checks.flat();
if (code !== 0 && counts.failed === 0) problems.push(`vitest failed outside of the tests, with exit code ${code}`);
if (requireAll && counts.skipped.length > 0) problems.push("nothing may be skipped here, but was:", ...counts.skipped);

for (const problem of problems) console.log(problem);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = code === 0 && problems.length === 0 ? 0 : 1;
