import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Lines that the compiler must refuse, and the sentence a person must find in what it says. */
const refused: readonly (readonly [line: string, sentence: string])[] = [
  ["nd.add(a, nd.zeros([4]));", "cannot broadcast [2, 3] with [4]"],
  ["a.mul(nd.zeros([4]));", "cannot broadcast [2, 3] with [4]"],
  ["nd.where(a.greater(0), nd.zeros([2]), a);", "cannot broadcast [2, 3] with [2]"],
  ["nd.matmul(a, nd.zeros([5, 4]));", "matmul: inner sizes 3 and 5 differ in [2, 3] @ [5, 4]"],
  ["a.matmul(nd.zeros([]));", "matmul: [2, 3] @ [] needs rank 1 or more on both sides"],
  ["nd.zeros([2, 4, 5]).matmul(nd.zeros([3, 5, 4]));", "matmul of batches: cannot broadcast [2] with [3]"],
  ["a.sum({ axis: 2 });", "axis 2 is out of range for [2, 3]"],
  ["nd.argMax(a, { axis: -3 });", "axis -3 is out of range for [2, 3]"],
  ["a.transpose([0, 0]);", "transpose: [0, 0] does not name each axis of [2, 3] once"],
  ["a.squeeze({ axis: 0 });", "squeeze: axis 0 of [2, 3] has size 2, not 1"],
  ["a.expandDims(3);", "expandDims: axis 3 is out of range for [2, 3] and a new axis"],
  ["nd.concat([a, nd.zeros([2, 4])]);", "concat: [2, 4] does not join [2, 3] along axis 0"],
  ["nd.stack([a, nd.zeros([3, 2])]);", "stack: shapes [2, 3] and [3, 2] differ"],
  ["a.take(nd.zeros([2]));", "indices are int32, not float32; cast them first"],
  ["nd.tensor([[1, 2], [3]]);", "ragged nested arrays: all arrays of one depth must have one length"],
];

let folder = "";
let output = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ndgrad-refusals-"));
  const index = fileURLToPath(new URL("../index.ts", import.meta.url));
  const file = join(folder, "refused.ts");
  await writeFile(file, [`import * as nd from ${JSON.stringify(index)};`, "const a = nd.zeros([2, 3]);", ...refused.map(([line]) => line), ""].join("\n"));
  const options = "--ignoreConfig --noEmit --strict --target es2023 --lib es2023,dom --module nodenext --allowImportingTsExtensions --skipLibCheck --pretty false".split(" ");
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  output = await new Promise((resolve) => { execFile(process.execPath, [compiler, ...options, file], { cwd: folder }, (_, stdout) => resolve(stdout)); });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the compiler says of a line (counted from 1). */
function saidOf(line: number): string {
  const start = output.search(new RegExp(`refused\\.ts\\(${line},`));
  if (start < 0) return "";
  const rest = output.slice(start);
  // What belongs to a message is indented.
  const next = rest.search(/\n\S/);
  return next < 0 ? rest : rest.slice(0, next);
}

test.each(refused.map(([line, sentence], i) => [line, sentence, i + 3] as const))("%s is refused: %s", (_, sentence, at) => {
  expect(saidOf(at)).toContain(`Refused<"${sentence}">`);
});
