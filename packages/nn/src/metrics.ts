import { NdgradError, argMax, equal, greaterEqual, notEqual, type Tensor } from "@ndgrad/core";

/** How good predictions are: the mean of something over the examples, as a scalar. */
export type Metric<P = Tensor, Y = Tensor> = (prediction: P, target: Y) => Tensor;

/**
 * The share of examples whose largest prediction (the first of several) is at the right class. Targets are class indices
 * (the prediction's shape without its last axis) or one-hot rows (its shape). Of no examples it is NaN.
 * @throws NdgradError for targets of another shape, and for predictions of a single number: see `binaryAccuracy`.
 * @example
 * accuracy(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([1, 1], { dtype: "int32" })); // 0.5
 */
export function accuracy(prediction: Tensor, target: Tensor): Tensor<[]> {
  const { shape } = prediction;
  const rank = shape.length;
  if (rank === 0 || shape[rank - 1] < 2) {
    throw new NdgradError(`accuracy: a prediction of shape [${shape.join(", ")}] has no classes on its last axis; binaryAccuracy compares single probabilities`);
  }
  const best = argMax(prediction, { axis: -1 });
  const indices = target.shape.length === rank - 1;
  const fits = target.shape.every((size, axis) => size === shape[axis]) && (indices || target.shape.length === rank);
  if (!fits) {
    throw new NdgradError(`accuracy: predictions of shape [${shape.join(", ")}] need class indices [${shape.slice(0, -1).join(", ")}] or one-hot rows, got targets of shape [${target.shape.join(", ")}]`);
  }
  return share(equal(best, indices ? target : argMax(target, { axis: -1 })));
}

/**
 * The share of elements on the right side of a threshold: 0.5 for probabilities (unless given), 0 for logits. Targets
 * are 0 and 1, in the prediction's shape.
 * @throws NdgradError for targets of another shape.
 * @example binaryAccuracy(tensor([-2, 0.5]), tensor([0, 1]), { threshold: 0 }); // 1
 */
export function binaryAccuracy(prediction: Tensor, target: Tensor, options: { readonly threshold?: number } = {}): Tensor<[]> {
  const { threshold = 0.5 } = options;
  if (prediction.shape.join() !== target.shape.join()) {
    throw new NdgradError(`binaryAccuracy: predictions are [${prediction.shape.join(", ")}] and targets [${target.shape.join(", ")}]; reshape one to the other's shape`);
  }
  return share(equal(greaterEqual(prediction, threshold), notEqual(target, 0)));
}

const share = (right: Tensor): Tensor<[]> => right.cast("float32").mean() as Tensor<[]>;
