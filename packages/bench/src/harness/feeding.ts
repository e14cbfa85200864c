import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { FigureResult } from "./figures.ts";
import { summarize } from "./statistics.ts";

const run = promisify(execFile);

/** Milliseconds of epochs, round by round: fed by a shuffled data set, and as many steps on one batch that stays where it is. */
export interface FeedingTimes {
  readonly fed: readonly number[];
  readonly resident: readonly number[];
}

/**
 * What feeding adds to a step of A: drawing the order of 8,000 digits, gathering batches of 256 and bringing them into the
 * program's memory, as a part of the step without all that; and what a fed epoch takes.
 */
export async function feeding(rounds: number): Promise<readonly FigureResult[]> {
  const file = fileURLToPath(new URL("../sides/ndgrad/feeding.ts", import.meta.url));
  const { stdout } = await run(process.execPath, [...process.execArgv, file, String(rounds)]);
  const { fed, resident } = JSON.parse(stdout) as FeedingTimes;
  // Round by round: a slow stretch of the machine hits both.
  const added = fed.map((time, round) => time / resident[round] - 1);
  return [
    { suite: "feeding", name: "added to a step of A", unit: "of the step", rounds, sides: [{ side: "ndgrad", value: summarize(added) }], marks: [{ most: 0.1 }] },
    { suite: "feeding", name: "an epoch of A, 31 steps of 256 digits", unit: "ms", rounds, sides: [{ side: "ndgrad", value: summarize(fed) }], marks: [] },
  ];
}
