import { digits, trainingInputs } from "../cases/networks.ts";
import { uniform } from "../cases/data.ts";
import type { Precision } from "./job.ts";
import type { SideName } from "./case.ts";
import { startChild, type Child, type Command } from "./child.ts";
import { commandsOf } from "./commands.ts";
import type { FigureResult, SideFigure } from "./figures.ts";
import { withFiles, type Preparation } from "./inputs.ts";
import { summarize } from "./statistics.ts";

const megabyte = 2 ** 20;
const precision: Precision = "float32";

/** What a process grew by, in megabytes. */
interface Growth {
  readonly resident: number;
  /** From what was resident before to the most there ever was, garbage included. */
  readonly peak: number;
}

/** What `work` adds to a fresh process of a side. */
async function growth(command: Command, work: (child: Child) => Promise<void>, warmUp?: (child: Child) => Promise<void>): Promise<Growth> {
  const child = await startChild(command);
  try {
    await warmUp?.(child);
    const before = await child.memory();
    await work(child);
    const after = await child.memory();
    return { resident: (after.resident - before.resident) / megabyte, peak: (after.peak - before.resident) / megabyte };
  } finally {
    child.close();
  }
}

/** What 200 compiled steps of A add to a process that has the library loaded: its data (1.2 MB), the program, the arena. */
export async function memoryOfTraining(sides: readonly SideName[], rounds: number, python?: string): Promise<readonly FigureResult[]> {
  const [resident, peak]: SideFigure[][] = [[], []];
  await withFiles(trainingInputs(digits, 256), async (inputs) => {
    const preparation: Preparation = { ask: "prepare", job: { kind: "train", network: digits }, precision, inputs };
    for (const side of sides) {
      const [command] = await commandsOf(side, python);
      // A peer that is not installed has no figure.
      if (command === undefined) continue;
      const grown: Growth[] = [];
      for (let round = 0; round < rounds; round++) {
        grown.push(await growth(command, async (child) => {
          await child.prepare(preparation);
          await child.run(200);
        }));
      }
      resident.push({ side, value: summarize(grown.map((each) => each.resident)) });
      peak.push({ side, value: summarize(grown.map((each) => each.peak)) });
    }
  });
  return [
    { suite: "memory", name: "added by 200 steps of A", unit: "MB", rounds, sides: resident, marks: [{ most: 20 }] },
    { suite: "memory", name: "added by 200 steps of A at their peak", unit: "MB", rounds, sides: peak, marks: [] },
  ];
}

/** What 100,000 eager operations on 100 kB add to a process that has already done 2,000 of them, without a pause for the collector. */
export async function memoryOfOperations(rounds: number): Promise<FigureResult> {
  const [command] = await commandsOf("ndgrad");
  const grown: number[] = [];
  await withFiles({ a: uniform([25_000], 1), b: uniform([25_000], 2) }, async (inputs) => {
    const preparation: Preparation = { ask: "prepare", job: { kind: "elementwise", operation: "add", compiled: false }, precision, inputs };
    for (let round = 0; round < rounds; round++) {
      const { resident } = await growth(command, async (child) => { await child.run(100_000); }, async (child) => {
        await child.prepare(preparation);
        await child.run(2000);
      });
      grown.push(resident);
    }
  });
  return { suite: "memory", name: "added by 100,000 operations on 100 kB", unit: "MB", rounds, sides: [{ side: "ndgrad", value: summarize(grown) }], marks: [{ most: 10 }] };
}
