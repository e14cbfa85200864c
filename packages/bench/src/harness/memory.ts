import { digits, trainingInputs } from "../cases/networks.ts";
import { uniform } from "../cases/data.ts";
import type { Precision } from "./job.ts";
import { type SideName } from "./case.ts";
import { startChild, type Child } from "./child.ts";
import { commandsOf } from "./commands.ts";
import type { FigureResult, SideFigure } from "./figures.ts";
import { withFiles, type Preparation } from "./inputs.ts";
import { summarize } from "./statistics.ts";

const megabyte = 2 ** 20;
const precision: Precision = "float32";

/** Resident bytes that `work` adds to a fresh process of a side, round by round, in megabytes. */
async function growth(sides: readonly SideName[], rounds: number, work: (child: Child) => Promise<void>, warmUp?: (child: Child) => Promise<void>): Promise<readonly SideFigure[]> {
  const figures: SideFigure[] = [];
  for (const side of sides) {
    const [command] = await commandsOf(side);
    if (command === undefined) continue;
    const grown: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const child = await startChild(command);
      try {
        await warmUp?.(child);
        const before = await child.memory();
        await work(child);
        grown.push(((await child.memory()).resident - before.resident) / megabyte);
      } finally {
        child.close();
      }
    }
    figures.push({ side, value: summarize(grown) });
  }
  return figures;
}

/** What 200 compiled steps of A add to a process that has the library loaded: its data (1.2 MB), the program, the arena. */
export async function memoryOfTraining(sides: readonly SideName[], rounds: number): Promise<FigureResult> {
  const figures = await withFiles(trainingInputs(digits, 256), (inputs) => {
    const preparation: Preparation = { ask: "prepare", job: { kind: "train", network: digits }, precision, inputs };
    return growth(sides, rounds, async (child) => {
      await child.prepare(preparation);
      await child.run(200);
    });
  });
  return { suite: "memory", name: "added by 200 steps of A", unit: "MB", rounds, sides: figures, marks: [{ most: 20 }] };
}

/** What 100,000 eager operations on 100 kB add to a process that has already done 2,000 of them, without a pause for the collector. */
export async function memoryOfOperations(rounds: number): Promise<FigureResult> {
  const figures = await withFiles({ a: uniform([25_000], 1), b: uniform([25_000], 2) }, (inputs) => {
    const preparation: Preparation = { ask: "prepare", job: { kind: "elementwise", operation: "add", compiled: false }, precision, inputs };
    return growth(["ndgrad"], rounds, async (child) => { await child.run(100_000); }, async (child) => {
      await child.prepare(preparation);
      await child.run(2000);
    });
  });
  return { suite: "memory", name: "added by 100,000 operations on 100 kB", unit: "MB", rounds, sides: figures, marks: [{ most: 10 }] };
}
