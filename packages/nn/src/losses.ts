import {
  NdgradError, abs, broadcastTo, clip, equal, expandDims, greaterEqual, less, stopGradient, sub, takeAlongAxis, where,
  type AnyDType, type AnyShape, type DType, type FloatDType, type PromotedFloat, type Shape, type Tensor,
} from "@ndgrad/core";
import { checkOptions, showSpec, type OptionNames } from "@ndgrad/core/internal";
import { checkTensors } from "./check-tensors.ts";
import { described } from "./described.ts";
import {
  huberOf, leastSurprise, logisticLoss, powersOf, probabilityLoss, surpriseOf, weightedSurprise, withRuleAt, withRuleUnder, type Surprise,
} from "./loss-kernels.ts";

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
  // As a float32 a larger one would be infinite.
  const bound = Math.min(delta, p.dtype === "float32" ? 2 ** 128 - 2 ** 104 : Number.MAX_VALUE);
  return reduce("huber", huberOf(sub(p, y), bound), dtype, options);
}

/**
 * −(y log p + (1 − y) log(1 − p)) for probabilities p, which are kept within [1e-7, 1 − 1e-7] so that the logarithms
 * stay finite; outside of it the gradient is 0. Where the model can put out logits, `binaryCrossEntropyWithLogits` needs no
 * such bounds. (PyTorch bounds the logarithms instead, at −100.)
 * @throws NdgradError unless both have the same shape.
 * @see Keras: BinaryCrossentropy
 * @example binaryCrossEntropy(tensor([0.5]), tensor([1])); // log 2
 */
export function binaryCrossEntropy<D extends DType, E extends DType, R extends Reduction = "mean">(
  probability: Tensor<AnyShape, D>, target: Tensor<AnyShape, E>, options: LossOptions<R> = {},
): Reduced<R, PromotedFloat<D, E>> {
  checkOptions("binaryCrossEntropy", options, lossOptions);
  checkSameShape("binaryCrossEntropy", probability, target);
  const { p, y, dtype } = floats(probability, target);
  return reduce("binaryCrossEntropy", probabilityLoss(p, y), dtype, options);
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
  return reduce("binaryCrossEntropyWithLogits", logisticLoss(x, y), dtype, options);
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
    const losses = surpriseAt(x, target, known === undefined).reshape(examples);
    return reduce("crossEntropy", known === undefined ? losses : where(known, losses, NaN), dtype, options);
  }
  if (sameShape(target.shape, shape)) {
    const { p: x, y, dtype } = floats(logits, target);
    return reduce("crossEntropy", surpriseUnder(x, y).reshape(examples), dtype, options);
  }
  throw new NdgradError(
    `crossEntropy: logits are ${showSpec(logits)} and targets ${showSpec(target)}; give class indices as int32[${examples.join(", ")}], or one-hot rows as ${showSpec(logits)}${remedy(target, examples)}`,
  );
}

/** −log softmax(x) at one class of each row, the last axis kept; of an index that is no class, at the nearest one. */
function surpriseAt(logits: Tensor, target: Tensor, known: boolean): Tensor {
  const x = stopGradient(logits);
  const classes = x.shape[x.shape.length - 1];
  const chosen = expandDims(target, -1);
  const { least, ...rest } = likeliest(x);
  const own = takeAlongAxis(x, known ? chosen : clip(chosen, { min: 0, max: classes - 1 }), { axis: -1 });
  return withRuleAt(surpriseOf(own, rest.top, least), logits, chosen, rest);
}

/** Σ y · −log softmax(x) over each row, the last axis kept. */
function surpriseUnder(logits: Tensor, target: Tensor): Tensor {
  const [x, y] = [stopGradient(logits), stopGradient(target)];
  const { least, ...rest } = likeliest(x);
  const [tops, leasts] = [broadcastTo(rest.top, x.shape), broadcastTo(least, x.shape)];
  return withRuleUnder(weightedSurprise(x, y, tops, leasts).sum(rows), logits, target, rest);
}

const rows = { axis: -1, keepDims: true } as const;

/** The largest logit of each row, and −log softmax there, with what that is made of. */
function likeliest(x: Tensor): Surprise & { readonly least: Tensor } {
  const top = x.max(rows);
  const powers = powersOf(x, broadcastTo(top, x.shape));
  const sum = powers.sum(rows);
  const ties = equal(x, top).sum(rows);
  return { top, powers, sum, ties, least: leastSurprise(sum, ties, top) };
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
function floats(prediction: Tensor, target: Tensor): { readonly p: Tensor; readonly y: Tensor; readonly dtype: FloatDType } {
  const dtypes = [prediction.dtype, target.dtype];
  const dtype = dtypes.includes("float64") ? "float64" : "float32";
  const exact = dtypes.includes("int32") ? "float64" : dtype;
  return { p: as(prediction, exact), y: as(target, exact), dtype };
}

/** A cast, where there is something to do. */
const as = (x: Tensor, dtype: FloatDType): Tensor => (x.dtype === dtype ? x : x.cast(dtype));

function reduce<R extends Reduction>(loss: string, losses: Tensor, dtype: FloatDType, { reduction }: LossOptions<R>): Reduced<R> {
  // The type follows from the option that is looked at here, and the dtype from the arguments, as `floats` reads them.
  if (reduction === "none") return as(losses, dtype) as Reduced<R>;
  if (reduction === undefined || reduction === "mean") return as(losses.mean(), dtype) as Reduced<R>;
  if (reduction === "sum") return as(losses.sum(), dtype) as Reduced<R>;
  throw new NdgradError(`${loss}: reduction must be "mean", "sum" or "none", got ${described(reduction)}`);
}

function checkSameShape(loss: string, prediction: Tensor, target: Tensor): void {
  checkTensors(loss, { prediction, target });
  if (sameShape(prediction.shape, target.shape)) return;
  throw new NdgradError(`${loss}: the prediction is ${showSpec(prediction)} and the target ${showSpec(target)}; reshape one to the other's shape (oneHot turns class indices into rows)`);
}

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);
