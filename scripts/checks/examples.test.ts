import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, expect, test } from "vitest";
import { runTypeScript, transcript } from "../process.ts";
import { listFolder, root } from "../repository.ts";

// What an example writes lands here, not in the repository.
const folder = mkdtempSync(`${tmpdir()}/ndgrad-examples-`);
afterAll(() => rmSync(folder, { recursive: true }));

const examples = listFolder(`${root}/examples`).filter((name) => name.endsWith(".ts"));

test.concurrent.each(examples)("examples/%s runs, and says nothing on stderr", async (name) => {
  const outcome = await runTypeScript(`${root}/examples/${name}`, [], { cwd: folder, env: { NDGRAD_QUICK: "1" }, timeout: 100_000 });
  expect(outcome.code, transcript(outcome)).toBe(0);
  expect(outcome.stderr).toBe("");
});

test("an example that does not exist is answered with those that do", async () => {
  const outcome = await runTypeScript(`${root}/scripts/example.ts`, ["--", "nothing"]);
  expect(outcome.code).toBe(1);
  const names = examples.map((name) => name.replace(".ts", "")).join(", ");
  expect(outcome.stderr.trim()).toBe(`There is no example "nothing". Choose from: ${names}`.trim());
});
