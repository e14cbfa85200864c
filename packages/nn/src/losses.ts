import {
  NdgradError, abs, arange, argMax, clip, equal, exp, expandDims, greaterEqual, isFinite, less, log, log1p, logicalAnd, softplus, stopGradient, sub, where,
  type AnyDType, type AnyShape, type DType, type FloatDType, type PromotedFloat, type Shape, type Tensor,
} from "@ndgrad/core";
import { checkOptions, showSpec, type OptionNames } from "@ndgrad/core/internal";
import { checkTensors } from "./check-tensors.ts";
import { described } from "./described.ts";

/** What becomes of the losses of single elements: their mean (NaN where there are none), their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions<R extends Reduction = Reduction> {
  /** `mean` unless given. */
  readonly reduction?: R | undefined;
}

export interface HuberOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** The distance from which on the loss grows linearly; 1 unless given. */
  readonly delta?: number | undefined;
}

const lossOptions: OptionNames<LossOptions> = { reduction: true };
const huberOptions: OptionNames<HuberOptions> = { reduction: true, delta: true };

/** A scalar, or the losses themselves, in a float's dtype. */
export type Reduced<R extends Reduction, D extends DType = AnyDType> = R extends "none" ? Tensor<AnyShape, D> : Tensor<[], D>;

/**
 * (prediction − target)², averaged over all elements. Integers are subtracted exactly, and give a float32 loss.
 * @throws NdgradError unless both have the same shape: a loss that broadcasts hides mistakes.
 * @see PyTorch: mse_loss
 * @example meanSquaredError(tensor([1, 3]), tensor([1, 1])); // 2
 */
export function meanSquaredError<D extends DType, E extends DType, R extends Reduction = "mean">(
  prediction: Tensor<AnyShape, D>, target: Tensor<AnyShape, E>, options: LossOptions<R> = {},
): Reduced<R, PromotedFloat<D, E>> {
  checkOptions("meanSquaredError", options, lossOptions);
  checkSameShape("meanSquaredError", prediction, target);
  const { p, y, dtype } = floats(prediction, target);
  const difference = sub(p, y);
  return reduce("meanSquaredError", difference.mul(difference), dtype, options);
}

/**
 * |prediction − target|, averaged over all elements. The gradient where they are equal is 0. Integers are subtracted
 * exactly, and give a float32 loss.
 * @throws NdgradError unless both have the same shape.
 * @see PyTorch: l1_loss
 * @example meanAbsoluteError(tensor([1, 3]), tensor([1, 1])); // 1
 */
export function meanAbsoluteError<D extends DType, E extends DType, R extends Reduction = "mean">(
  prediction: Tensor<AnyShape, D>, target: Tensor<AnyShape, E>, options: LossOptions<R> = {},
): Reduced<R, PromotedFloat<D, E>> {
  checkOptions("meanAbsoluteError", options, lossOptions);
  checkSameShape("meanAbsoluteError", prediction, target);
  const { p, y, dtype } = floats(prediction, target);
  return reduce("meanAbsoluteError", abs(sub(p, y)), dtype, options);
}

/**
 * With e = prediction − target: e² / 2 where |e| ≤ delta, else delta · (|e| − delta / 2). Huber, 1964. Integers are
 * subtracted exactly, and give a float32 loss.
 * @throws NdgradError unless both have the same shape and delta is positive and finite.
 * @see PyTorch: huber_loss
 * @example huber(tensor([1.5, 4]), tensor([1, 1]), { reduction: "none" }); // [0.125, 2.5]
 */
export function huber<D extends DType, E extends DType, R extends Reduction = "mean">(
  prediction: Tensor<AnyShape, D>, target: Tensor<AnyShape, E>, options: HuberOptions<R> = {},
): Reduced<R, PromotedFloat<D, E>> {
  checkOptions("huber", options, huberOptions);
  const { delta = 1 } = options;
  if (!(Number.isFinite(delta) && delta > 0)) throw new NdgradError(`huber: delta must be a positive number, got ${described(delta)}; with an infinite one it would be half of meanSquaredError`);
  checkSameShape("huber", prediction, target);
  const { p, y, dtype } = floats(prediction, target);
  const difference = sub(p, y);
  const distance = abs(difference);
  // As a float32 a larger one would be infinite, and its product with the gradient 0 of the branch that is not taken NaN.
  const bound = Math.min(delta, p.dtype === "float32" ? 2 ** 128 - 2 ** 104 : Number.MAX_VALUE);
  const near = less(distance, bound);
  // The square of a large difference is not taken, but its gradient would be 0 · ∞: it is computed of 0 there.
  const small = where(near, difference, 0);
  return reduce("huber", where(near, small.mul(0.5).mul(small), distance.sub(bound / 2).mul(bound)), dtype, options);
}

/**
 * −(y log p + (1 − y) log(1 − p)) for probabilities p, which are kept within [1e-7, 1 − 1e-7] so that the logarithms
 * stay finite; outside of it the gradient is 0. Computed in float64 throughout: float32 has no number 1 − 1e-7. Where the
 * model can put out logits, `binaryCrossEntropyWithLogits` needs no such bounds. (PyTorch bounds the logarithms instead, at −100.)
 * @throws NdgradError unless both have the same shape.
 * @see Keras: BinaryCrossentropy
 * @example binaryCrossEntropy(tensor([0.5]), tensor([1])); // log 2
 */
export function binaryCrossEntropy<D extends DType, E extends DType, R extends Reduction = "mean">(
  probability: Tensor<AnyShape, D>, target: Tensor<AnyShape, E>, options: LossOptions<R> = {},
): Reduced<R, PromotedFloat<D, E>> {
  checkOptions("binaryCrossEntropy", options, lossOptions);
  checkSameShape("binaryCrossEntropy", probability, target);
  const { p, y, dtype } = floats(probability, target, "float64");
  const bounded = clip(p, { min: 1e-7, max: 1 - 1e-7 });
  const happens = log(bounded).mul(y);
  const happensNot = log1p(bounded.neg()).mul(sub(1, y));
  return reduce("binaryCrossEntropy", happens.add(happensNot).neg(), dtype, options);
}

/**
 * The same of logits x, where p = sigmoid(x): y · softplus(−x) + (1 − y) · softplus(x), exact and finite for every finite x.
 * An infinite logit on the right side has the loss 0, on the wrong side an infinite one.
 * @throws NdgradError unless both have the same shape.
 * @see PyTorch: binary_cross_entropy_with_logits
 * @example binaryCrossEntropyWithLogits(tensor([0]), tensor([1])); // log 2
 */
export function binaryCrossEntropyWithLogits<D extends DType, E extends DType, R extends Reduction = "mean">(
  logits: Tensor<AnyShape, D>, target: Tensor<AnyShape, E>, options: LossOptions<R> = {},
): Reduced<R, PromotedFloat<D, E>> {
  checkOptions("binaryCrossEntropyWithLogits", options, lossOptions);
  checkSameShape("binaryCrossEntropyWithLogits", logits, target);
  const { p: x, y, dtype } = floats(logits, target);
  const happens = timesLoss(y, softplus(x.neg()));
  const happensNot = timesLoss(sub(1, y), softplus(x));
  return reduce("binaryCrossEntropyWithLogits", happens.add(happensNot), dtype, options);
}

/**
 * −log softmax(logits)[class], over the last axis, averaged over examples. Targets are class indices (int32, the logits'
 * shape without its last axis) or a distribution over the classes, such as one-hot rows (the logits' shape). Exact
 * next to 0 and for logits of any size; a class with the logit −Infinity has the probability 0.
 * @throws NdgradError for targets of another shape or dtype, and for an index that is no class. A compiled function
 *   cannot throw for the numbers it meets: the loss of such an example is NaN there.
 * @see PyTorch: cross_entropy (whose classes lie along axis 1)
 * @example
 * crossEntropy(tensor([[2, 0, 0]]), tensor([0], { dtype: "int32" })); // log(1 + 2 e⁻²)
 */
export function crossEntropy<D extends DType, E extends DType, R extends Reduction = "mean">(
  logits: Tensor<AnyShape, D>, target: Tensor<AnyShape, E>, options: LossOptions<R> = {},
): Reduced<R, PromotedFloat<D, E>> {
  checkOptions("crossEntropy", options, lossOptions);
  checkTensors("crossEntropy", { logits, target });
  const { shape } = logits;
  const examples = shape.slice(0, -1);
  const classes = shape[shape.length - 1];
  if (shape.length === 0) throw new NdgradError("crossEntropy: the logits are a scalar; give [classes] or [n, classes]");
  if (classes === 0) throw new NdgradError(`crossEntropy: logits of shape [${shape.join(", ")}] have no classes on their last axis; give [n, classes]`);
  if (target.dtype === "int32" && sameShape(target.shape, examples)) {
    const known = areClasses(target, logits);
    const { p: x, dtype } = floats(logits, logits);
    const losses = surpriseAt(x, equal(arange(classes), expandDims(target, -1))).reshape(examples);
    return reduce("crossEntropy", known === undefined ? losses : where(known, losses, NaN), dtype, options);
  }
  if (sameShape(target.shape, shape)) {
    const { p: x, y, dtype } = floats(logits, target);
    return reduce("crossEntropy", timesLoss(y, surprise(x)).sum({ axis: -1 }), dtype, options);
  }
  throw new NdgradError(
    `crossEntropy: logits are ${showSpec(logits)} and targets ${showSpec(target)}; give class indices as int32[${examples.join(", ")}], or one-hot rows as ${showSpec(logits)}${remedy(target, examples)}`,
  );
}

/** weight · loss, and 0 where the weight is 0: an infinite loss there says nothing, and 0 · ∞ would be NaN. */
const timesLoss = (weight: Tensor, loss: Tensor): Tensor => weight.mul(where(logicalAnd(equal(weight, 0), equal(loss, Infinity)), 0, loss));

/**
 * −log softmax(x) at one class of each row. As softplus(log Σ eˣ over the others − x) it is exact where the softmax is next to
 * 1, and so is its gradient, softmax − 1; the difference of two logarithms would leave nothing.
 */
function surpriseAt(x: Tensor, chosen: Tensor): Tensor {
  const own = where(chosen, x, 0).sum({ axis: -1, keepDims: true });
  return softplus(logSumExpAbove(where(chosen, -Infinity, x), own));
}

/** −log softmax(x) at every class: only the most likely one can be next to 1. */
function surprise(x: Tensor): Tensor {
  const first = equal(arange(x.shape[x.shape.length - 1]), expandDims(argMax(x, { axis: -1 }), -1));
  return where(first, surpriseAt(x, first), logSumExpAbove(x, x));
}

/**
 * log Σ eˣ over the last axis, less `from`. What is alike in both is taken off before anything is added up: beside logits of
 * 1000, a loss of 10⁻⁵ would be lost in float32. Where the largest is infinite, it is all that counts.
 */
function logSumExpAbove(x: Tensor, from: Tensor): Tensor {
  const largest = x.max({ axis: -1, keepDims: true });
  const finite = isFinite(largest);
  const base = stopGradient(where(finite, largest, 0));
  const total = exp(where(finite, x, 0).sub(base)).sum({ axis: -1, keepDims: true });
  return where(finite, log(total).add(base.sub(from)), largest.sub(from));
}

/** Throws unless targets are classes; of targets whose numbers are not there yet, it gives which are. Other indices equal no class, and would have a loss like any. */
function areClasses(target: Tensor, logits: Tensor): Tensor | undefined {
  const classes = logits.shape[logits.shape.length - 1];
  if (target.storage === null) return greaterEqual(target, 0).logicalAnd(less(target, classes));
  const wrong = target.data.find((index) => index < 0 || index >= classes);
  if (wrong === undefined) return undefined;
  throw new NdgradError(`crossEntropy: target ${wrong} is no class; logits are ${showSpec(logits)}, so classes are 0 … ${classes - 1}. Number the classes from 0, or give the last layer more outputs`);
}

/** What makes targets of another dtype or with an axis too many fit. */
function remedy(target: Tensor, examples: Shape): string {
  if (sameShape(target.shape, examples)) return `: target.cast("int32")`;
  if (sameShape(target.shape, [...examples, 1])) return `: target.reshape([${examples.join(", ")}])${target.dtype === "int32" ? "" : `.cast("int32")`}`;
  return "";
}

/**
 * Both as floats of one dtype, and the dtype of the loss: the wider of theirs, float32 for integers. Beside integers the
 * arithmetic is done in float64, which holds each of them and their differences exactly.
 */
function floats(prediction: Tensor, target: Tensor, least: FloatDType = "float32"): { readonly p: Tensor; readonly y: Tensor; readonly dtype: FloatDType } {
  const dtypes = [prediction.dtype, target.dtype];
  const dtype = dtypes.includes("float64") ? "float64" : "float32";
  const exact = dtypes.includes("int32") ? "float64" : dtype === "float32" ? least : dtype;
  return { p: prediction.cast(exact), y: target.cast(exact), dtype };
}

function reduce<R extends Reduction>(loss: string, losses: Tensor, dtype: FloatDType, { reduction }: LossOptions<R>): Reduced<R> {
  // The type follows from the option that is looked at here, and the dtype from the arguments, as `floats` reads them.
  if (reduction === "none") return losses.cast(dtype) as Reduced<R>;
  if (reduction === undefined || reduction === "mean") return losses.mean().cast(dtype) as Reduced<R>;
  if (reduction === "sum") return losses.sum().cast(dtype) as Reduced<R>;
  throw new NdgradError(`${loss}: reduction must be "mean", "sum" or "none", got ${described(reduction)}`);
}

function checkSameShape(loss: string, prediction: Tensor, target: Tensor): void {
  checkTensors(loss, { prediction, target });
  if (sameShape(prediction.shape, target.shape)) return;
  throw new NdgradError(`${loss}: the prediction is ${showSpec(prediction)} and the target ${showSpec(target)}; reshape one to the other's shape (oneHot turns class indices into rows)`);
}

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);
