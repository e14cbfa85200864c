import { mkdir, writeFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { run, transcript } from "../process.ts";
import { root } from "../repository.ts";
import { jestProgram } from "./jest-test.ts";
import { packedProject } from "./packed-project.ts";

let project = "";
beforeAll(async () => { project = await packedProject(); });

test("the packed packages work under Jest 29, in a realm of its own", async () => {
  const folder = `${project}/jest`;
  await mkdir(folder);
  await writeFile(`${folder}/realm.test.js`, jestProgram);
  // As Jest's guide says for modules: nothing is transformed.
  await writeFile(`${folder}/jest.config.json`, JSON.stringify({ testEnvironment: "node", transform: {}, cacheDirectory: `${folder}/cache` }));
  const outcome = await run(process.execPath, ["--experimental-vm-modules", `${root}/node_modules/jest/bin/jest.js`, "--config", `${folder}/jest.config.json`, "--runInBand"], { cwd: folder });
  expect(outcome.code, transcript(outcome)).toBe(0);
});
