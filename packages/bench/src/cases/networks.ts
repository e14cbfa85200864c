import type { Case } from "../harness/case.ts";
import type { Inputs, LayerSpec, Network } from "../harness/job.ts";
import { parameters, targets, uniform } from "./data.ts";

type Sizes = readonly [inputs: number, ...rest: readonly number[]];

/** Layers between consecutive sizes. */
export function layersOf(sizes: Sizes, activations: readonly LayerSpec["activation"][], bias: boolean = true): readonly LayerSpec[] {
  return activations.map((activation, at) => ({ inputs: sizes[at], outputs: sizes[at + 1], activation, bias }));
}

/** Digits: 784 → 128 relu → 10 sigmoid, mean squared error. */
export const digits: Network = { layers: layersOf([784, 128, 10], ["relu", "sigmoid"]), loss: "meanSquares", rate: 0.1, oneByOne: false };
/** Points in circles: 2 → 10 → 5 → 1, cross-entropy, all examples at once. */
export const circles: Network = { layers: layersOf([2, 10, 5, 1], ["relu", "relu", "sigmoid"]), loss: "crossEntropy", rate: 0.01, oneByOne: false };
/** Digits with sigmoids throughout, the squared error summed over outputs. */
export const sigmoids: Network = { layers: layersOf([784, 64, 32, 10], ["sigmoid", "sigmoid", "sigmoid"]), loss: "sumSquares", rate: 0.001, oneByOne: false };
/** Vectors of 5 bits, to be flipped: no biases, one example a step. */
export const bitFlip: Network = { layers: layersOf([5, 10, 5], ["sigmoid", "sigmoid"], false), loss: "crossEntropy", rate: 0.1, oneByOne: true };

/** A network's first parameters, and examples for it. */
export function trainingInputs(network: Network, examples: number): Inputs {
  const { layers, loss } = network;
  const inputs = layers[0].inputs;
  const outputs = layers[layers.length - 1].outputs;
  const x = network.oneByOne ? targets(examples, inputs, 1, false) : uniform([examples, inputs], 1, 0, 1);
  const y = network.oneByOne ? { shape: x.shape, data: x.data.map((bit) => 1 - bit) } : targets(examples, outputs, 2, loss !== "crossEntropy");
  return { ...parameters(network), x, y };
}

const everyone: Case["sides"] = ["ndgrad", "eager", "loops", "numpy", "torch", "tfjs", "jax"];

/** The four networks of the articles: one step of training each. */
export const workloads: readonly Case[] = [
  {
    suite: "workloads", name: "A digits 784-128-10, batch 256", precision: "float32", sides: everyone, quick: true, sustained: true,
    job: { kind: "train", network: digits }, inputs: () => trainingInputs(digits, 256),
    marks: [{ against: "numpy", least: 1 / 1.6 }, { against: "jax", least: 3 }, { against: "tfjs", least: 20 }, { against: "eager", most: 3 }],
  },
  ...(["float64", "float32"] as const).flatMap((precision): Case[] => [
    {
      suite: "workloads", name: `B circles 2-10-5-1, 1000 points, ${precision}`, precision, sides: everyone, quick: precision === "float64", sustained: true,
      job: { kind: "train", network: circles }, inputs: () => trainingInputs(circles, 1000),
      ...(precision === "float64" ? { marks: [{ against: "numpy", least: 5 }] } : {}),
    },
    {
      suite: "workloads", name: `C digits 784-64-32-10, batch 32, ${precision}`, precision, sides: everyone, quick: precision === "float64", sustained: true,
      job: { kind: "train", network: sigmoids }, inputs: () => trainingInputs(sigmoids, 32),
      ...(precision === "float64" ? { marks: [{ against: "numpy", least: 2 }, { against: "torch", least: 2 }] } : {}),
    },
    {
      suite: "workloads", name: `D bit flip 5-10-5, one example, ${precision}`, precision, sides: everyone, quick: precision === "float64", sustained: true,
      job: { kind: "train", network: bitFlip }, inputs: () => trainingInputs(bitFlip, 500),
      ...(precision === "float64" ? { marks: [{ against: "numpy", least: 20 }] } : {}),
    },
  ]),
];

function scaled(what: string, width: number, batch: number, hidden: number): Case {
  const sizes: Sizes = [784, ...Array.from({ length: hidden }, () => width), 10];
  const network: Network = { ...digits, layers: layersOf(sizes, [...Array.from({ length: hidden }, () => "relu" as const), "sigmoid"]) };
  return {
    suite: "scaling", name: `A with ${what}`, precision: "float32", sides: ["ndgrad", "numpy", "jax"], sustained: true,
    job: { kind: "train", network }, inputs: () => trainingInputs(network, batch),
  };
}

/** How the time of A grows with width, batch and depth. */
export const scaling: readonly Case[] = [
  ...[32, 64, 256, 512, 1024].map((width) => scaled(`width ${width}`, width, 256, 1)),
  ...[16, 64, 1024].map((batch) => scaled(`batch ${batch}`, 128, batch, 1)),
  ...[2, 4, 8].map((hidden) => scaled(`${hidden} hidden layers`, 128, 256, hidden)),
];
