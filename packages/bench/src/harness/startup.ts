import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { SideName } from "./case.ts";
import type { FigureResult } from "./figures.ts";
import { summarize } from "./statistics.ts";

const run = promisify(execFile);
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Sample {
  readonly import: number;
  readonly firstStep?: number;
}

/** The JavaScript of @ndgrad/core as it is published: importing TypeScript through a loader would measure the loader. */
async function buildCore(): Promise<string> {
  await run(process.execPath, ["--import", import.meta.resolve("tsx"), fileOf("../../../../scripts/bundle.ts"), "core"]);
  return new URL("../../../core/dist/index.js", import.meta.url).href;
}

/** Fresh processes in turn: milliseconds from the first import until the library is ready, and for ndgrad its first compiled step. */
export async function startup(rounds: number): Promise<readonly FigureResult[]> {
  const entry = await buildCore();
  const programs: readonly (readonly [side: SideName, args: readonly string[]])[] = [
    ["ndgrad", [fileOf("../../startup/core.mjs"), entry]],
    ["tfjs", [fileOf("../../startup/tfjs.mjs")]],
    ["jax", [fileOf("../../startup/jax.mjs")]],
  ];
  const samples = new Map<SideName, Sample[]>(programs.map(([side]) => [side, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [side, args] of programs) {
      const { stdout } = await run(process.execPath, [...args]);
      samples.get(side)?.push(JSON.parse(stdout) as Sample);
    }
  }
  const steps = (samples.get("ndgrad") ?? []).map(({ firstStep }) => firstStep ?? NaN);
  return [
    {
      suite: "startup", name: "importing the library", unit: "ms", rounds, marks: [{ most: 100 }],
      sides: [...samples].map(([side, each]) => ({ side, value: summarize(each.map((sample) => sample.import)) })),
    },
    { suite: "startup", name: "the first compiled step of A after that", unit: "ms", rounds, marks: [{ most: 100 }], sides: [{ side: "ndgrad", value: summarize(steps) }] },
  ];
}
