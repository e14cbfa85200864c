import { NdgradError, argMax, equal, greaterEqual, isNaN, less, logicalAnd, logicalNot, notEqual, where, type Tensor } from "@ndgrad/core";
import { checkOptions, isFloat, type OptionNames } from "@ndgrad/core/internal";
import { checkTensors } from "./check-tensors.ts";
import { described } from "./described.ts";

/** How good predictions are: the mean of something over the examples, as a scalar. */
export type Metric<P = Tensor, Y = Tensor> = (prediction: P, target: Y) => Tensor;

/**
 * The share of examples whose largest prediction (the first of several) is at the right class; where one is NaN, none is right.
 * Targets are class indices (the prediction's shape without its last axis) or one-hot rows (its shape). Of no examples it is NaN.
 * @throws NdgradError for targets of another shape, and for predictions of a single number: see `binaryAccuracy`.
 * @example
 * accuracy(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([1, 1], { dtype: "int32" })); // 0.5
 */
export function accuracy(prediction: Tensor, target: Tensor): Tensor<[]> {
  checkTensors("accuracy", { prediction, target });
  const { shape } = prediction;
  const rank = shape.length;
  if (rank === 0 || shape[rank - 1] < 2) {
    throw new NdgradError(`accuracy: a prediction of shape [${shape.join(", ")}] has no classes on its last axis; binaryAccuracy compares single probabilities`);
  }
  const indices = target.shape.length === rank - 1;
  const fits = target.shape.every((size, axis) => size === shape[axis]) && (indices || target.shape.length === rank);
  if (!fits) {
    throw new NdgradError(`accuracy: predictions of shape [${shape.join(", ")}] need class indices [${shape.slice(0, -1).join(", ")}] or one-hot rows, got targets of shape [${target.shape.join(", ")}]`);
  }
  const right = equal(argMax(prediction, { axis: -1 }), indices ? target : argMax(target, { axis: -1 }));
  return share(logicalAnd(right, logicalNot(isNaN(prediction).any({ axis: -1 }))));
}

export interface BinaryAccuracyOptions {
  /** From where on a prediction says yes: 0.5, for probabilities, unless given; 0 for logits. */
  readonly threshold?: number | undefined;
}

const binaryAccuracyOptions: OptionNames<BinaryAccuracyOptions> = { threshold: true };

/**
 * The share of elements on the right side of a threshold: 0.5 for probabilities (unless given), 0 for logits; NaN is on
 * neither. Targets are 0 and 1, in the prediction's shape.
 * @throws NdgradError for targets of another shape, and a threshold that is no number.
 * @example binaryAccuracy(tensor([-2, 0.5]), tensor([0, 1]), { threshold: 0 }); // 1
 */
export function binaryAccuracy(prediction: Tensor, target: Tensor, options: BinaryAccuracyOptions = {}): Tensor<[]> {
  checkOptions("binaryAccuracy", options, binaryAccuracyOptions);
  const { threshold = 0.5 } = options;
  if (typeof threshold !== "number" || Number.isNaN(threshold)) throw new NdgradError(`binaryAccuracy: threshold must be a number, got ${described(threshold)}`);
  checkTensors("binaryAccuracy", { prediction, target });
  if (prediction.shape.join() !== target.shape.join()) {
    throw new NdgradError(`binaryAccuracy: predictions are [${prediction.shape.join(", ")}] and targets [${target.shape.join(", ")}]; reshape one to the other's shape`);
  }
  // The threshold is a fraction, which integers cannot be compared with.
  const score = isFloat(prediction.dtype) ? prediction : prediction.cast("float64");
  return share(where(notEqual(target, 0), greaterEqual(score, threshold), less(score, threshold)));
}

const share = (right: Tensor): Tensor<[]> => right.cast("float32").mean() as Tensor<[]>;
