import type { Tensor } from "@ndgrad/core";
import { callback, checkOptions, flag, isRecord, type OptionNames } from "@ndgrad/core/internal";
import { described } from "./described.ts";
import { TrainingError } from "./errors.ts";
import { batchesFrom, checkCount, toSource, type BatchSource, type Data, type Position } from "./examples.ts";
import { measure, type Metrics } from "./evaluate.ts";
import { checkParameters, lossFailure, type FailedBatch } from "./failure.ts";
import { checkRecord, checkedMeasures } from "./measures.ts";
import type { Metric } from "./metrics.ts";
import type { Optimizer } from "./optimizer.ts";
import { pacer } from "./pause.ts";
import type { EpochReport, Progress } from "./progress.ts";
import { averages, type Averages } from "./averages.ts";
import { measuringStep, trainingStep, type Step, type Trainable } from "./step.ts";

export interface FitOptions<P extends Tensor, X extends Tensor, Y extends Tensor, M extends Metrics<P, Y>> {
  /** What is made small: a scalar from predictions and targets. */
  readonly loss: Metric<P, Y>;
  readonly optimizer: Optimizer;
  /** How often every example is seen, in all; 1 unless given. */
  readonly epochs?: number | undefined;
  /** 32 unless given; of no effect on data that come in batches, nor are `shuffle` and `seed`. */
  readonly batchSize?: number | undefined;
  /** Whether the examples come in another order in every epoch; yes unless `false`. */
  readonly shuffle?: boolean | undefined;
  /** Decides the orders; a whole number below 2³², 0 unless given. */
  readonly seed?: number | undefined;
  /**
   * Where to go on: a position that an earlier training reported, with the model and the optimizer as they were then. The
   * history has what comes after it.
   */
  readonly from?: Position | undefined;
  /** What else to measure, by name. */
  readonly metrics?: M | undefined;
  /** Measured after every epoch, never learnt from. */
  readonly validation?: Data<X, Y> | undefined;
  /** Who is told how it goes: `progressBar()` of `@ndgrad/nn/progress`, or something of yours. */
  readonly progress?: Progress | undefined;
  /** Called after every epoch; returning `false` ends the training. */
  readonly onEpoch?: ((report: EpochReport) => unknown) | undefined;
  /**
   * Whether a step (forward, backward, update, metrics) becomes one program; yes unless `false`. Model, loss, metrics and
   * the optimizer's rate are then called once for each shape of batch, and cannot look at the numbers in their tensors.
   */
  readonly compile?: boolean | undefined;
}

const fitOptions: OptionNames<FitOptions<Tensor, Tensor, Tensor, Metrics<Tensor, Tensor>>> = {
  loss: true, optimizer: true, epochs: true, batchSize: true, shuffle: flag, seed: true, from: true, metrics: true, validation: true, progress: true,
  onEpoch: callback, compile: flag,
};
const positionNames: OptionNames<Position> = { epoch: true, taken: true };
const progressNames: OptionNames<Progress> = { batch: callback, epoch: callback, end: callback };

/** A score for each epoch, by name. */
export type ScoreLists<M> = { readonly [K in "loss" | keyof M]: readonly number[] };

/** How a training went, epoch by epoch. */
export type History<M> = ScoreLists<M> & {
  /** What each epoch took, without its validation. */
  readonly seconds: readonly number[];
  /** The same scores on the validation data; empty lists without any. */
  readonly validation: ScoreLists<M>;
};

/**
 * Trains a model: for each epoch, for each batch, one step of the optimizer along the gradient of the loss. Losses and
 * metrics in the history are averages over an epoch's examples, taken while the parameters change. The step is compiled
 * into one program, one more for a last batch that is smaller. The event loop gets its turn several times a second. An
 * error, of `progress` and `onEpoch` too, ends the training; the parameters are then those after the last whole step.
 *
 * @throws TrainingError for an unknown option, data without examples, a position beyond an epoch's end, batches that are no tensors `x` and
 *   `y`, a model without parameters, a loss or metric that gives no single number, a step that cannot be compiled; for a
 *   loss that is no finite number (the parameters are then those before the batch), and for parameters that are none any
 *   more, because a gradient was not finite though the loss was.
 * @example
 * const history = await fit(mlp, { x, y }, { loss: crossEntropy, optimizer: adam(), epochs: 5, metrics: { accuracy } });
 * history.accuracy.at(-1);
 */
export async function fit<X extends Tensor, P extends Tensor, Y extends Tensor, M extends Metrics<P, Y> = Readonly<Record<never, never>>>(
  model: Trainable<X, P>, data: Data<X, Y>, options: FitOptions<P, X, Y, M>,
): Promise<History<M>> {
  checkFit(model, options);
  const { epochs = 1, batchSize = 32, shuffle = true, seed = 0, from = { epoch: 0, taken: 0 }, metrics, optimizer, progress, validation, compile: compiled = true } = options;
  checkCount("fit", "epochs", epochs, 0);
  checkCount("fit", "from.epoch", from.epoch, 0);
  checkCount("fit", "from.taken", from.taken, 0);
  const named: Metrics<P, Y> = { loss: options.loss, ...metrics };
  const names = Object.keys(named);
  const measures = checkedMeasures("fit", named);
  const source = toSource("fit", data, { batchSize, shuffle, seed });
  if (source.size !== undefined && from.taken > source.size) {
    throw new TrainingError(`fit: from.taken is ${from.taken}, but an epoch has ${source.size} batches; give the position that the training on these data in these batches reported`);
  }
  const held = validation === undefined ? undefined : toSource(validating, validation, { batchSize, shuffle: false, seed: 0 });
  const validate = measuringStep("fit", model, measures, compiled);
  let step: Step<X, Y> | undefined;
  // Made when the first batch is there: layers may learn their sizes from it.
  const learn: Step<X, Y> = (x, y) => (step ??= trainingStep({ model, measures, optimizer, compiled, first: x }))(x, y);
  const failure = (failed: Failed<X, Y>): TrainingError => lossFailure({ ...failed, model, loss: options.loss });
  const rest = pacer();
  const history = emptyHistory(names);
  try {
    for (let epoch = from.epoch + 1; epoch <= epochs; epoch++) {
      const began = performance.now();
      const scores = averages(names);
      const taken = epoch === from.epoch + 1 ? from.taken : 0;
      const batches = await trainEpoch(learn, source, { epoch, epochs, taken, began, scores, names, progress, rest, failure });
      // Saved after an epoch's last batch: the next one goes on.
      if (batches === 0) continue;
      const seconds = (performance.now() - began) / 1000;
      history.seconds.push(seconds);
      append(history.lists, scores.means());
      const validated = held === undefined ? undefined : await measure(validating, validate, held, names);
      if (validated !== undefined) append(history.validation, validated);
      const report: EpochReport = { epoch, epochs, seconds, position: { epoch, taken: 0 }, scores: { ...scores.means(), ...prefixed(validated) } };
      progress?.epoch?.(report);
      if ((await options.onEpoch?.(report)) === false) break;
    }
    if (step !== undefined) checkParameters(model);
  } finally {
    progress?.end?.();
  }
  return { ...history.lists, seconds: history.seconds, validation: history.validation } as unknown as History<M>;
}

/** Who is at fault where validation data are. */
const validating = "fit: validation";

/** Throws unless there is what training needs: the compiler has seen to it, where there was one. */
function checkFit(model: unknown, options: object | undefined): void {
  checkOptions<object>("fit", options, fitOptions, TrainingError);
  const { loss, optimizer, metrics, from, progress } = Object(options) as Readonly<Record<string, unknown>>;
  const { update, state } = Object(optimizer) as Partial<Optimizer>;
  if (typeof (model as { readonly parameters?: unknown } | undefined)?.parameters !== "function") {
    throw new TrainingError(`fit: the model is ${described(model)} without parameters(); make it by sequential, model or defineModule`);
  }
  if (loss === undefined || optimizer === undefined) throw new TrainingError(`fit: there is no ${loss === undefined ? "loss" : "optimizer"}; fit takes (model, { x, y }, { loss: crossEntropy, optimizer: adam(), … })`);
  if (typeof update !== "function" || typeof state !== "function") throw new TrainingError(`fit: the optimizer is ${described(optimizer)}; give what adam() or sgd({ lr }) returns`);
  checkOptions<object>("fit: from", from as object | undefined, positionNames, TrainingError);
  if (progress !== undefined && (typeof progress !== "object" || progress === null)) throw new TrainingError(`fit: progress is ${described(progress)}; give progressBar() of @ndgrad/nn/progress, or an object with batch, epoch and end`);
  // An object of a class may have methods of its own.
  if (isRecord(progress)) checkOptions<Progress>("fit: progress", progress, progressNames, TrainingError);
  if (metrics === undefined) return;
  checkRecord("fit", metrics);
  for (const name of ["loss", "seconds", "validation"]) {
    if (Object.hasOwn(metrics as object, name)) throw new TrainingError(`fit: a metric cannot be called "${name}"; the history has that name already`);
  }
}

type Failed<X extends Tensor, Y extends Tensor> = Omit<FailedBatch<X, Tensor, Y>, "model" | "loss">;

interface Epoch<X extends Tensor, Y extends Tensor> {
  readonly epoch: number;
  readonly epochs: number;
  /** How many of its batches were seen before. */
  readonly taken: number;
  readonly began: number;
  readonly scores: Averages;
  /** The measures' names; the loss comes first. */
  readonly names: readonly string[];
  readonly progress: Progress | undefined;
  readonly rest: () => Promise<void> | undefined;
  /** What to throw where a loss is no finite number. */
  readonly failure: (failed: Failed<X, Y>) => TrainingError;
}

/** Trains on the batches of an epoch; how many there were. */
async function trainEpoch<X extends Tensor, Y extends Tensor>(
  learn: Step<X, Y>, source: BatchSource<X, Y>, { epoch, epochs, taken, began, scores, names, progress, rest, failure }: Epoch<X, Y>,
): Promise<number> {
  let batch = taken;
  for await (const { x, y } of batchesFrom("fit", source, { epoch: epoch - 1, taken })) {
    batch++;
    const values = learn(x, y).map((value) => value.item());
    const [loss] = values;
    if (!Number.isFinite(loss)) throw failure({ x, y, value: loss, epoch, batch });
    names.forEach((name, i) => scores.add(name, values[i], x.shape[0]));
    const seconds = (performance.now() - began) / 1000;
    progress?.batch?.({ epoch, epochs, batch, batches: source.size, position: { epoch: epoch - 1, taken: batch }, scores: scores.means(), seconds });
    await rest();
  }
  if (batch === 0) throw new TrainingError(epoch === 1 ? "fit: the data have no batches" : `fit: epoch ${epoch} has no batches; a source must give its batches again in every epoch`);
  return batch - taken;
}

type Lists = Record<string, number[]>;
const emptyLists = (names: readonly string[]): Lists => Object.fromEntries(names.map((name) => [name, []]));
const emptyHistory = (names: readonly string[]): { readonly lists: Lists; readonly validation: Lists; readonly seconds: number[] } =>
  ({ lists: emptyLists(names), validation: emptyLists(names), seconds: [] });

function append(lists: Lists, scores: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(scores)) lists[name].push(value);
}

const prefixed = (scores: Readonly<Record<string, number>> | undefined): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(scores ?? {}).map(([name, value]) => [`validation ${name}`, value]));
