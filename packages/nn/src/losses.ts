import {
  NdgradError, Tensor, abs, clip, exp, expandDims, greaterEqual, less, log, softplus, stopGradient, sub, takeAlongAxis, where, type DType, type Shape,
} from "@ndgrad/core";

/** What becomes of the losses of single elements: their mean (NaN where there are none), their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions<R extends Reduction = Reduction> {
  /** `mean` unless given. */
  readonly reduction?: R;
}

/** A scalar, or the losses themselves. */
export type Reduced<R extends Reduction> = R extends "none" ? Tensor : Tensor<[]>;

/**
 * (prediction − target)², averaged over all elements.
 * @throws NdgradError unless both have the same shape: a loss that broadcasts hides mistakes.
 * @see PyTorch: mse_loss
 * @example meanSquaredError(tensor([1, 3]), tensor([1, 1])); // 2
 */
export function meanSquaredError<R extends Reduction = "mean">(prediction: Tensor, target: Tensor, options: LossOptions<R> = {}): Reduced<R> {
  checkSameShape("meanSquaredError", prediction, target);
  const difference = sub(prediction, target);
  return reduce(difference.mul(difference), options);
}

/**
 * |prediction − target|, averaged over all elements. The gradient where they are equal is 0.
 * @throws NdgradError unless both have the same shape.
 * @see PyTorch: l1_loss
 * @example meanAbsoluteError(tensor([1, 3]), tensor([1, 1])); // 1
 */
export function meanAbsoluteError<R extends Reduction = "mean">(prediction: Tensor, target: Tensor, options: LossOptions<R> = {}): Reduced<R> {
  checkSameShape("meanAbsoluteError", prediction, target);
  return reduce(abs(sub(prediction, target)), options);
}

/**
 * With e = prediction − target: e² / 2 where |e| ≤ delta, else delta · (|e| − delta / 2). Huber, 1964.
 * @throws NdgradError unless both have the same shape and delta is positive and finite.
 * @see PyTorch: huber_loss
 * @example huber(tensor([1.5, 4]), tensor([1, 1]), { reduction: "none" }); // [0.125, 2.5]
 */
export function huber<R extends Reduction = "mean">(
  prediction: Tensor, target: Tensor, options: LossOptions<R> & { readonly delta?: number } = {},
): Reduced<R> {
  const { delta = 1 } = options;
  if (!(delta > 0 && Number.isFinite(delta))) throw new NdgradError(`huber: delta must be a positive number, got ${String(delta)}; with an infinite one it would be half of meanSquaredError`);
  checkSameShape("huber", prediction, target);
  const difference = sub(prediction, target);
  const distance = abs(difference);
  return reduce(where(less(distance, delta), difference.mul(difference).mul(0.5), distance.sub(delta / 2).mul(delta)), options);
}

/**
 * −(y log p + (1 − y) log(1 − p)) for probabilities p, which are kept within [1e-7, 1 − 1e-7] so that the logarithms
 * stay finite; outside of it the gradient is 0. Where the model can put out logits, `binaryCrossEntropyWithLogits` needs no
 * such bounds. (PyTorch bounds the logarithms instead, at −100.)
 * @throws NdgradError unless both have the same shape.
 * @see Keras: BinaryCrossentropy
 * @example binaryCrossEntropy(tensor([0.5]), tensor([1])); // log 2
 */
export function binaryCrossEntropy<R extends Reduction = "mean">(probability: Tensor, target: Tensor, options: LossOptions<R> = {}): Reduced<R> {
  checkSameShape("binaryCrossEntropy", probability, target);
  const p = clip(probability, { min: 1e-7, max: 1 - 1e-7 });
  const happens = log(p).mul(target);
  const happensNot = log(sub(1, p)).mul(sub(1, target));
  return reduce(happens.add(happensNot).neg(), options);
}

/**
 * The same of logits x, where p = sigmoid(x): softplus(x) − x · y, finite for every x.
 * @throws NdgradError unless both have the same shape.
 * @see PyTorch: binary_cross_entropy_with_logits
 * @example binaryCrossEntropyWithLogits(tensor([0]), tensor([1])); // log 2
 */
export function binaryCrossEntropyWithLogits<R extends Reduction = "mean">(logits: Tensor, target: Tensor, options: LossOptions<R> = {}): Reduced<R> {
  checkSameShape("binaryCrossEntropyWithLogits", logits, target);
  return reduce(softplus(logits).sub(logits.mul(target)), options);
}

/**
 * −log softmax(logits)[class], over the last axis, averaged over examples. Targets are class indices (int32, the logits'
 * shape without its last axis) or a distribution over the classes, such as one-hot rows (a float, the logits' shape).
 * @throws NdgradError for targets of another shape or dtype, and for an index that is no class. A compiled function
 *   cannot throw for the numbers it meets: the loss of such an example is NaN there.
 * @see PyTorch: cross_entropy (whose classes lie along axis 1)
 * @example
 * crossEntropy(tensor([[2, 0, 0]]), tensor([0], { dtype: "int32" })); // log(1 + 2 e⁻²)
 */
export function crossEntropy<R extends Reduction = "mean">(logits: Tensor, target: Tensor, options: LossOptions<R> = {}): Reduced<R> {
  checkTensors("crossEntropy", logits, target);
  const examples = logits.shape.slice(0, -1);
  if (logits.shape.length === 0) throw new NdgradError("crossEntropy: the logits are a scalar; give [classes] or [n, classes]");
  const byClass = target.dtype === "int32" && sameShape(target.shape, examples);
  if (byClass || (target.dtype !== "int32" && sameShape(target.shape, logits.shape))) {
    // Taken off before anything is added up: beside logits of 1000, a loss of 10⁻⁵ would be lost in float32.
    const largest = stopGradient(logits.max({ axis: -1, keepDims: true }));
    const normalizer = log(exp(logits.sub(largest)).sum({ axis: -1, keepDims: true }));
    if (!byClass) return reduce(normalizer.sub(logits.sub(largest)).mul(target).sum({ axis: -1 }), options);
    const known = areClasses(target, logits);
    const chosen = takeAlongAxis(logits, expandDims(target, -1), -1);
    const losses = normalizer.sub(chosen.sub(largest)).reshape(examples);
    return reduce(known === undefined ? losses : where(known, losses, NaN), options);
  }
  throw new NdgradError(
    `crossEntropy: logits are ${spec(logits)} and targets ${spec(target)}; give class indices as int32[${examples.join(", ")}], or one-hot rows as ${spec(logits)}${remedy(target, logits)}`,
  );
}

/** Throws unless targets are classes; of targets whose numbers are not there yet, it gives which are. Gathering would clamp larger indices, and count negative ones from the end. */
function areClasses(target: Tensor, logits: Tensor): Tensor | undefined {
  const classes = logits.shape[logits.shape.length - 1];
  if (target.storage === null) return greaterEqual(target, 0).logicalAnd(less(target, classes));
  const wrong = target.data.find((index) => index < 0 || index >= classes);
  if (wrong === undefined) return undefined;
  throw new NdgradError(`crossEntropy: target ${wrong} is no class; logits are ${spec(logits)}, so classes are 0 … ${classes - 1}. Number the classes from 0, or give the last layer more outputs`);
}

/** What makes targets of another dtype or with an axis too many fit. */
function remedy(target: Tensor, logits: Tensor): string {
  const examples = logits.shape.slice(0, -1);
  if (sameShape(target.shape, logits.shape)) return `: target.cast("${logits.dtype}")`;
  if (sameShape(target.shape, examples)) return `: target.cast("int32")`;
  if (sameShape(target.shape, [...examples, 1])) return `: target.reshape([${examples.join(", ")}])${target.dtype === "int32" ? "" : `.cast("int32")`}`;
  return "";
}

function reduce<R extends Reduction>(losses: Tensor, { reduction }: LossOptions<R>): Reduced<R> {
  // The type follows from the option that is looked at here.
  if (reduction === "none") return losses as Reduced<R>;
  if (reduction === undefined || reduction === "mean") return losses.mean() as Reduced<R>;
  if (reduction === "sum") return losses.sum() as Reduced<R>;
  throw new NdgradError(`reduction must be "mean", "sum" or "none", got "${String(reduction)}"`);
}

function checkTensors(loss: string, prediction: Tensor, target: Tensor): void {
  for (const [name, value] of [["prediction", prediction], ["target", target]] as const) {
    if (!(value instanceof Tensor)) throw new NdgradError(`${loss}: the ${name} is ${Array.isArray(value) ? "an array" : `a ${typeof value}`}, not a tensor; make one of it by tensor(…)`);
  }
}

function checkSameShape(loss: string, prediction: Tensor, target: Tensor): void {
  checkTensors(loss, prediction, target);
  if (sameShape(prediction.shape, target.shape)) return;
  throw new NdgradError(`${loss}: the prediction is ${spec(prediction)} and the target ${spec(target)}; reshape one to the other's shape (oneHot turns class indices into rows)`);
}

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);
const spec = ({ dtype, shape }: { readonly dtype: DType; readonly shape: Shape }): string => `${dtype}[${shape.join(", ")}]`;
