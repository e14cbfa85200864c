import { compile, log, sub, tensor, valueAndGrad, type Tensor } from "@ndgrad/core";
import { dense, model, relu, sgd, sigmoid } from "@ndgrad/nn";
import { training, type Input, type Inputs, type Network, type Precision, type Prepared } from "../../harness/job.ts";

/** An input as a tensor. */
export const load = ({ data, shape }: Input, precision: Precision): Tensor => tensor(data, { dtype: precision }).reshape([...shape]);

/** A training step of a network: forward, backward, descent. */
type Step = (x: Tensor, y: Tensor) => Tensor;

/** The step as a user would write it, with the parameters of the inputs. */
export function makeStep(network: Network, inputs: Inputs, precision: Precision): Step {
  const layers = network.layers.map(({ inputs: from, outputs, activation, bias }) =>
    dense(from, outputs, { activation: activation === "relu" ? relu : sigmoid, bias, dtype: precision }));
  layers.forEach((layer, at) => {
    const { weight, bias } = layer.parameters();
    weight.assign(load(inputs[`w${at}`], precision));
    bias?.assign(load(inputs[`b${at}`], precision));
  });
  const mlp = model(Object.fromEntries(layers.map((layer, at) => [`layer${at}`, layer])), (parts, x: Tensor) =>
    Object.values(parts).reduce<Tensor>((out, layer) => layer(out), x));
  const parameters = mlp.parameters();
  const optimizer = sgd({ lr: network.rate });
  const loss = losses[network.loss];
  return (x, y) => {
    const { value, grads } = valueAndGrad(() => loss(mlp(x), y), parameters);
    optimizer.update(parameters, grads);
    return value;
  };
}

// The articles' cross-entropy does not keep p from 0 and 1, and no side of the comparison does.
const losses: Readonly<Record<Network["loss"], (p: Tensor, y: Tensor) => Tensor<[]>>> = {
  meanSquares: (p, y) => p.sub(y).square().mean() as Tensor<[]>,
  sumSquares: (p, y) => p.sub(y).square().sum({ axis: 1 }).mean() as Tensor<[]>,
  crossEntropy: (p, y) => y.mul(log(p)).add(sub(1, y).mul(log(sub(1, p)))).mean().neg() as Tensor<[]>,
};

/** The data of each step: all examples, or one after another. */
export function batches(network: Network, inputs: Inputs, precision: Precision): () => readonly [x: Tensor, y: Tensor] {
  const [x, y] = [load(inputs["x"], precision), load(inputs["y"], precision)];
  if (!network.oneByOne) return () => [x, y];
  const examples = Array.from({ length: x.shape[0] }, (_, i): readonly [Tensor, Tensor] => [one(inputs["x"], i, precision), one(inputs["y"], i, precision)]);
  let next = 0;
  return () => examples[next++ % examples.length];
}

/** Example `i` as a batch of one. */
function one({ data, shape: [, size] }: Input, i: number, precision: Precision): Tensor {
  return load({ data: data.slice(i * size, (i + 1) * size), shape: [1, size] }, precision);
}

/** Training, as one program or operation by operation. */
export function train(network: Network, inputs: Inputs, precision: Precision, compiled: boolean): Prepared {
  const plain = makeStep(network, inputs, precision);
  const step = compiled ? compile(plain) : plain;
  const next = batches(network, inputs, precision);
  return training(() => step(...next()), (loss) => loss.item());
}

/** What a first call costs: each run compiles another program. */
export function firstStep(network: Network, inputs: Inputs, precision: Precision): Prepared {
  const next = batches(network, inputs, precision);
  return training(() => compile(makeStep(network, inputs, precision))(...next()), (loss) => loss.item());
}
