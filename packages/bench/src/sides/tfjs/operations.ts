import * as tf from "@tensorflow/tfjs-core";
import type { ElementwiseOperation, Input, ReductionOperation } from "../../harness/job.ts";

/** An input as a tensor. */
export const load = ({ data, shape }: Input): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape], "float32");

export const elementwise: Readonly<Record<ElementwiseOperation, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
  add: (a, b) => tf.add(a, b),
  mul: (a, b) => tf.mul(a, b),
  exp: (a) => tf.exp(a),
  tanh: (a) => tf.tanh(a),
  sigmoid: (a) => tf.sigmoid(a),
  chain: (a, b) => tf.tidy(() => tf.sub(tf.sigmoid(tf.add(tf.mul(a, b), a)), tf.mul(b, 0.5))),
};

export const reductions: Readonly<Record<ReductionOperation, (a: tf.Tensor) => tf.Tensor>> = {
  sumAll: (a) => tf.sum(a),
  sumRows: (a) => tf.sum(a, 0),
  sumColumns: (a) => tf.sum(a, 1),
  maxAll: (a) => tf.max(a),
  softmax: (a) => tf.softmax(a, 1),
};
