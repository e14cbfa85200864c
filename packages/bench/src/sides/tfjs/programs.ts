import * as tf from "@tensorflow/tfjs-core";
import { comparedSteps, sample, type Inputs, type Network, type Prepared } from "../../harness/job.ts";
import { load } from "./operations.ts";

/** A function that is called again and again; each result is disposed when the next is there. */
export function calling(f: () => tf.Tensor): Prepared {
  return {
    run(times) { for (let i = 0; i < times; i++) f().dispose(); },
    values: () => sample(f().dataSync()),
  };
}

const losses: Readonly<Record<Network["loss"], (p: tf.Tensor, y: tf.Tensor) => tf.Scalar>> = {
  meanSquares: (p, y) => tf.mean(tf.square(tf.sub(p, y))),
  sumSquares: (p, y) => tf.mean(tf.sum(tf.square(tf.sub(p, y)), 1)),
  crossEntropy: (p, y) => tf.neg(tf.mean(tf.add(tf.mul(y, tf.log(p)), tf.mul(tf.sub(1, y), tf.log(tf.sub(1, p)))))),
};

/** Training with the library's own optimizer. */
export function train(network: Network, inputs: Inputs): Prepared {
  const layers = network.layers.map(({ bias, activation }, at) => ({
    weight: tf.variable(load(inputs[`w${at}`])),
    bias: bias ? tf.variable(load(inputs[`b${at}`])) : null,
    activate: activation === "relu" ? tf.relu : tf.sigmoid,
  }));
  const forward = (x: tf.Tensor): tf.Tensor => {
    let out = x;
    for (const { weight, bias, activate } of layers) {
      const product = tf.matMul(out, weight);
      out = activate(bias === null ? product : tf.add(product, bias)) as tf.Tensor;
    }
    return out;
  };
  const [x, y] = [load(inputs["x"]), load(inputs["y"])];
  const [xs, ys] = network.oneByOne ? [tf.split(x, x.shape[0]), tf.split(y, y.shape[0])] : [[x], [y]];
  const optimizer = tf.train.sgd(network.rate);
  const loss = losses[network.loss];
  let next = 0;
  const step = (): tf.Scalar => {
    const at = next++ % xs.length;
    return optimizer.minimize(() => loss(forward(xs[at]), ys[at]), true) as tf.Scalar;
  };
  return {
    // Every operation of this backend is done when its call returns.
    run(times) { for (let i = 0; i < times; i++) step().dispose(); },
    values: () => Array.from({ length: comparedSteps }, () => step().dataSync()[0]),
  };
}

/** The mean over rows of −log softmax(x)[class], and its gradient. */
export function softmaxCrossEntropy(inputs: Inputs): Prepared {
  const x = load(inputs["x"]);
  const [rows, classes] = x.shape;
  const target = tf.oneHot(tf.tensor1d(Int32Array.from(inputs["y"].data), "int32"), classes);
  const f = tf.valueAndGrad((logits: tf.Tensor) => tf.neg(tf.div(tf.sum(tf.mul(tf.logSoftmax(logits), target)), rows)));
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        const { value, grad } = f(x);
        tf.dispose([value, grad]);
      }
    },
    values() {
      const { value, grad } = f(x);
      return [value.dataSync()[0], ...sample(grad.dataSync())];
    },
  };
}

/** (x − mean) / √(variance + 1e-5) · scale + shift over the last axis. */
function normalize(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), scale), shift);
}

export function layerNorm(inputs: Inputs): Prepared {
  const [x, scale, shift] = ["x", "scale", "shift"].map((name) => load(inputs[name]));
  return calling(() => tf.tidy(() => normalize(x, scale, shift)));
}

export function adam(inputs: Inputs): Prepared {
  const w = tf.variable(load(inputs["w"]));
  const g = load(inputs["g"]);
  // The library's usual epsilon differs.
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-8);
  const update = (): void => { optimizer.applyGradients([{ name: w.name, tensor: g }]); };
  return {
    run(times) { for (let i = 0; i < times; i++) update(); },
    values() {
      update();
      return sample(w.dataSync());
    },
  };
}

type Parameters = Readonly<Record<string, tf.Variable>>;

/** Attention and a relu network, each behind a layer-norm and beside a residual path. */
function block(x: tf.Tensor, parameters: Parameters, at: number, heads: number): tf.Tensor {
  const [batch, length, width] = x.shape;
  const parameter = (name: string): tf.Variable => parameters[`${name}${at}`];
  const flat = (each: tf.Tensor): tf.Tensor => tf.reshape(each, [batch * length, -1]);
  const split = (each: tf.Tensor): tf.Tensor => tf.transpose(tf.reshape(each, [batch, length, heads, width / heads]), [0, 2, 1, 3]);

  const normal = flat(normalize(x, parameter("scale1_"), parameter("shift1_")));
  const [query, key, value] = ["query", "key", "value"].map((name) => split(tf.matMul(normal, parameter(name))));
  const scores = tf.softmax(tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(width / heads)), -1);
  const mixed = tf.matMul(flat(tf.transpose(tf.matMul(scores, value), [0, 2, 1, 3])), parameter("mix"));
  const between = tf.add(x, tf.reshape(mixed, [batch, length, width]));

  const second = flat(normalize(between, parameter("scale2_"), parameter("shift2_")));
  const hidden = tf.relu(tf.add(tf.matMul(second, parameter("up")), parameter("upBias")));
  return tf.add(between, tf.reshape(tf.add(tf.matMul(hidden, parameter("down")), parameter("downBias")), [batch, length, width]));
}

export function transformer(inputs: Inputs, blocks: number, heads: number): Prepared {
  const x = load(inputs["x"]);
  const parameters: Parameters = Object.fromEntries(
    Object.entries(inputs).filter(([name]) => name !== "x").map(([name, input]) => [name, tf.variable(load(input))]));
  const work = (): ReturnType<typeof tf.variableGrads> => tf.variableGrads(() => {
    let out = x;
    for (let at = 0; at < blocks; at++) out = block(out, parameters, at, heads);
    return tf.mean(tf.square(out));
  });
  return {
    run(times) {
      for (let i = 0; i < times; i++) {
        const { value, grads } = work();
        tf.dispose([value, grads]);
      }
    },
    values() {
      const { value, grads } = work();
      return [value.dataSync()[0], ...sample(grads[parameters["query0"].name].dataSync())];
    },
  };
}
