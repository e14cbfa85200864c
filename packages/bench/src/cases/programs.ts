import type { Case } from "../harness/case.ts";
import type { Inputs } from "../harness/job.ts";
import { classes, uniform } from "./data.ts";
import { digits, trainingInputs } from "./networks.ts";

const everyone: Case["sides"] = ["ndgrad", "loops", "numpy", "torch", "tfjs", "jax"];

function transformerInputs(batch: number, length: number, width: number, blocks: number): Inputs {
  const entries = Array.from({ length: blocks }, (_, block) => {
    const limit = (rows: number, columns: number): number => Math.sqrt(6 / (rows + columns));
    const matrix = (name: string, rows: number, columns: number, seed: number) =>
      [`${name}${block}`, uniform([rows, columns], 100 * block + seed, -limit(rows, columns), limit(rows, columns))] as const;
    const vector = (name: string, size: number, value: number) => [`${name}${block}`, { shape: [size], data: new Float64Array(size).fill(value) }] as const;
    return [
      vector("scale1_", width, 1), vector("shift1_", width, 0), matrix("query", width, width, 3), matrix("key", width, width, 4),
      matrix("value", width, width, 5), matrix("mix", width, width, 6),
      vector("scale2_", width, 1), vector("shift2_", width, 0), matrix("up", width, 4 * width, 7), vector("upBias", 4 * width, 0),
      matrix("down", 4 * width, width, 8), vector("downBias", width, 0),
    ];
  });
  return { x: uniform([batch, length, width], 9), ...Object.fromEntries(entries.flat()) };
}

/** Programs of several operations, compiled where a side can compile. */
export const programs: readonly Case[] = [
  {
    suite: "programs", name: "softmax and cross-entropy with its gradient, 256×1000", job: { kind: "softmaxCrossEntropy" }, precision: "float32",
    inputs: () => ({ x: uniform([256, 1000], 1, -4, 4), y: classes(256, 1000, 2) }), sides: everyone, quick: true,
  },
  {
    suite: "programs", name: "layer-norm, 1024×768", job: { kind: "layerNorm" }, precision: "float32",
    inputs: () => ({ x: uniform([1024, 768], 1, -4, 4), scale: uniform([768], 2, 0.5, 1.5), shift: uniform([768], 3) }), sides: everyone, tolerance: 1e-4,
  },
  {
    suite: "programs", name: "Adam, 1,000,000 parameters", job: { kind: "adam" }, precision: "float32",
    inputs: () => ({ w: uniform([1_000_000], 1), g: uniform([1_000_000], 2) }), sides: everyone, tolerance: 1e-4,
  },
  {
    suite: "programs", name: "two transformer blocks with gradients, 8×128×256, 4 heads", job: { kind: "transformer", blocks: 2, heads: 4 }, precision: "float32",
    inputs: () => transformerInputs(8, 128, 256, 2), sides: ["ndgrad", "torch", "tfjs", "jax"], tolerance: 2e-3,
  },
  {
    suite: "programs", name: "calling a compiled function of one number", job: { kind: "dispatch" }, precision: "float32",
    inputs: () => ({ x: uniform([1], 1) }), sides: ["ndgrad", "jax"],
  },
  {
    suite: "programs", name: "compiling A: making the step and calling it once", job: { kind: "firstStep", network: digits }, precision: "float32",
    inputs: () => trainingInputs(digits, 256), sides: ["ndgrad", "jax"], quick: true,
    marks: [{ against: "ndgrad", most: 100, unit: "ms" }],
  },
];
