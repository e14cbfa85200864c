import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { FigureResult } from "./figures.ts";
import { summarize } from "./statistics.ts";

const run = promisify(execFile);

/** Milliseconds of first calls of one kind of program in a fresh process: at a size, and at twice that size. */
export interface CompileTimes {
  readonly program: string;
  readonly size: number;
  readonly once: number;
  readonly twice: number;
}

/** What compiling takes: first calls of long programs in fresh processes, and by how much twice as long a program takes longer. */
export async function compiling(rounds: number): Promise<readonly FigureResult[]> {
  const file = fileURLToPath(new URL("../sides/ndgrad/compiling.ts", import.meta.url));
  const samples: CompileTimes[] = [];
  for (let round = 0; round < rounds; round++) {
    const { stdout } = await run(process.execPath, [...process.execArgv, file]);
    samples.push(...(JSON.parse(stdout) as readonly CompileTimes[]));
  }
  return [...new Set(samples.map(({ program }) => program))].flatMap((program): readonly FigureResult[] => {
    const own = samples.filter((sample) => sample.program === program);
    const [{ size }] = own;
    const sides = (values: readonly number[]): FigureResult["sides"] => [{ side: "ndgrad", value: summarize(values) }];
    return [
      { suite: "compiling", name: `${program}, ${size}`, unit: "ms", rounds, sides: sides(own.map(({ once }) => once)), marks: [] },
      // Linear is 2 times; what every program takes beside makes it less.
      { suite: "compiling", name: `${program}, ${2 * size} beside ${size}`, unit: "times", rounds, sides: sides(own.map(({ once, twice }) => twice / once)), marks: [{ most: 2.5 }] },
    ];
  });
}
