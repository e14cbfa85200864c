// A process of its own, like the sides: epochs of steps of workload A, fed by a data set and on one batch that stays
// where it is, in turn. Writes the milliseconds of each as JSON. The number of rounds is the argument.
import { compile, type Tensor } from "@ndgrad/core";
import { dataset } from "@ndgrad/data";
import { digits, trainingInputs } from "../../cases/networks.ts";
import type { FeedingTimes } from "../../harness/feeding.ts";
import { load, makeStep } from "./networks.ts";

const examples = 8000;
const batchSize = 256;
const rounds = Number(process.argv[2]);

const inputs = trainingInputs(digits, examples);
const columns = { x: load(inputs["x"], "float32"), y: load(inputs["y"], "float32") };
const step = compile(makeStep(digits, inputs, "float32"));
const batches = dataset(columns).shuffle({ seed: 1 }).batch(batchSize, { dropLast: true });
const steps = batches.size ?? 0;
const [resident] = batches;

let epoch = 0;
let last: Tensor | undefined;
const kinds: Readonly<Record<keyof FeedingTimes, () => void>> = {
  fed() { for (const { x, y } of batches.epoch(epoch++)) last = step(x, y); },
  resident() { for (let i = 0; i < steps; i++) last = step(resident.x, resident.y); },
};
const names = ["fed", "resident"] as const;
const times: Record<keyof FeedingTimes, number[]> = { fed: [], resident: [] };
// Before that, code is compiled and threads are started.
const unmeasured = 5;
for (let round = -unmeasured; round < rounds; round++) {
  // Who begins changes: neither always follows the other.
  for (const name of round % 2 === 0 ? names : [...names].reverse()) {
    // What an epoch made is collected in a pause, as it is between the epochs of a training.
    await new Promise((resolve) => { setTimeout(resolve); });
    const start = performance.now();
    kinds[name]();
    const elapsed = performance.now() - start;
    if (round >= 0) times[name].push(elapsed);
  }
}
if (!Number.isFinite(last?.item())) throw new Error("feeding: the loss is no number");
console.log(JSON.stringify(times));
process.exit(0);
