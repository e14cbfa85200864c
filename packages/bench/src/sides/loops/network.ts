import type { Inputs, LayerSpec, Network, Precision } from "../../harness/job.ts";
import { allocate, inputOf, load, type Floats } from "./arrays.ts";
import { product } from "./product.ts";

/** One layer's parameters, and room for what a step computes there. */
interface Layer {
  readonly spec: LayerSpec;
  readonly weight: Floats;
  readonly bias: Floats | null;
  readonly output: Floats;
  /** The gradient at the layer's sum, before its activation. */
  readonly delta: Floats;
  readonly weightGradient: Floats;
}

/** A training step in plain loops, all room allocated once: forward, backward by the chain rule, descent. Gives the loss. */
export function trainer(network: Network, inputs: Inputs, precision: Precision): () => number {
  const x = load(precision, inputOf(inputs, "x"));
  const y = load(precision, inputOf(inputs, "y"));
  const examples = inputOf(inputs, "x").shape[0];
  const batch = network.oneByOne ? 1 : examples;
  const layers = network.layers.map((spec, at): Layer => ({
    spec,
    weight: load(precision, inputOf(inputs, `w${at}`)),
    bias: spec.bias ? load(precision, inputOf(inputs, `b${at}`)) : null,
    output: allocate(precision, batch * spec.outputs),
    delta: allocate(precision, batch * spec.outputs),
    weightGradient: allocate(precision, spec.inputs * spec.outputs),
  }));
  const last = layers[layers.length - 1];
  const inputSize = layers[0].spec.inputs;
  const outputSize = last.spec.outputs;
  let step = 0;

  return () => {
    const example = network.oneByOne ? step++ % examples : 0;
    const input = network.oneByOne ? x.subarray(example * inputSize, (example + 1) * inputSize) : x;
    const target = network.oneByOne ? y.subarray(example * outputSize, (example + 1) * outputSize) : y;
    layers.forEach((layer, at) => { forward(layer, at === 0 ? input : layers[at - 1].output, batch); });
    const loss = lossAndDelta(network, last, target, batch);
    for (let at = layers.length - 1; at >= 0; at--) {
      const layer = layers[at];
      throughActivation(layer);
      // The layer below needs this layer's weights as they were.
      if (at > 0) product(layer.delta, layer.weight, layers[at - 1].delta, { m: batch, k: layer.spec.outputs, n: layer.spec.inputs, batches: 1 }, false, true);
      descend(layer, at === 0 ? input : layers[at - 1].output, batch, network.rate);
    }
    return loss;
  };
}

function forward({ spec, weight, bias, output }: Layer, input: Floats, batch: number): void {
  const { inputs, outputs, activation } = spec;
  product(input, weight, output, { m: batch, k: inputs, n: outputs, batches: 1 }, false, false);
  for (let row = 0; row < batch; row++) {
    for (let column = 0; column < outputs; column++) {
      const at = row * outputs + column;
      const sum = bias === null ? output[at] : output[at] + bias[column];
      output[at] = activation === "relu" ? Math.max(sum, 0) : 1 / (1 + Math.exp(-sum));
    }
  }
}

/** The loss, and its gradient at the network's output, into the last layer's delta. */
function lossAndDelta({ loss }: Network, { output, delta, spec }: Layer, target: Floats, batch: number): number {
  let total = 0;
  if (loss === "crossEntropy") {
    const share = 1 / output.length;
    for (let i = 0; i < output.length; i++) {
      const [p, y] = [output[i], target[i]];
      total -= y * Math.log(p) + (1 - y) * Math.log(1 - p);
      delta[i] = (share * (p - y)) / (p * (1 - p));
    }
    return total * share;
  }
  const share = loss === "meanSquares" ? 1 / (batch * spec.outputs) : 1 / batch;
  for (let i = 0; i < output.length; i++) {
    const difference = output[i] - target[i];
    total += difference * difference;
    delta[i] = 2 * share * difference;
  }
  return total * share;
}

/** Takes delta from the activation's result to its argument. */
function throughActivation({ spec: { activation }, output, delta }: Layer): void {
  if (activation === "relu") {
    for (let i = 0; i < delta.length; i++) if (output[i] <= 0) delta[i] = 0;
  } else {
    for (let i = 0; i < delta.length; i++) delta[i] *= output[i] * (1 - output[i]);
  }
}

function descend({ spec: { inputs, outputs }, weight, bias, delta, weightGradient }: Layer, input: Floats, batch: number, rate: number): void {
  product(input, delta, weightGradient, { m: inputs, k: batch, n: outputs, batches: 1 }, true, false);
  for (let i = 0; i < weight.length; i++) weight[i] -= rate * weightGradient[i];
  if (bias === null) return;
  for (let row = 0; row < batch; row++) for (let column = 0; column < outputs; column++) bias[column] -= rate * delta[row * outputs + column];
}
