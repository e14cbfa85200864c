import { valueAndGrad, type Tensor } from "@ndgrad/core";
import { ModuleError, TrainingError } from "./errors.ts";
import { checkCount, toSource, type BatchSource, type Data } from "./examples.ts";
import { evaluate, type Metrics } from "./evaluate.ts";
import type { Metric } from "./metrics.ts";
import type { Variables } from "./module.ts";
import type { Optimizer } from "./optimizer.ts";
import { pacer } from "./pause.ts";
import type { EpochReport, Progress } from "./progress.ts";
import { averages, type Averages } from "./averages.ts";

/** A function with parameters: a module, or an object of yours with both. */
export interface Trainable<X extends Tensor, P extends Tensor> {
  (x: X): P;
  parameters(): Variables;
}

export interface FitOptions<P extends Tensor, X extends Tensor, Y extends Tensor, M extends Metrics<P, Y>> {
  /** What is made small: a scalar from predictions and targets. */
  readonly loss: Metric<P, Y>;
  readonly optimizer: Optimizer;
  /** How often every example is seen; 1 unless given. */
  readonly epochs?: number;
  /** 32 unless given; of no effect on data that come in batches. */
  readonly batchSize?: number;
  /** Whether the examples come in another order in every epoch; yes unless `false`. */
  readonly shuffle?: boolean;
  /** Decides the orders; 0 unless given. */
  readonly seed?: number;
  /** What else to measure, by name. */
  readonly metrics?: M;
  /** Measured after every epoch, never learnt from. */
  readonly validation?: Data<X, Y>;
  /** Who is told how it goes: `progressBar()`, or something of yours. */
  readonly progress?: Progress;
  /** Called after every epoch; returning `false` ends the training. */
  readonly onEpoch?: (report: EpochReport) => unknown;
}

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
 * metrics in the history are averages over an epoch's examples, taken while the parameters change. The event loop gets
 * its turn several times a second.
 *
 * @throws TrainingError for data without examples, a model without parameters, or a loss that is no finite number.
 * @example
 * const history = await fit(mlp, { x, y }, { loss: crossEntropy, optimizer: adam(), epochs: 5, metrics: { accuracy } });
 * history.accuracy.at(-1);
 */
export async function fit<X extends Tensor, P extends Tensor, Y extends Tensor, M extends Metrics<P, Y> = Readonly<Record<never, never>>>(
  model: Trainable<X, P>, data: Data<X, Y>, options: FitOptions<P, X, Y, M>,
): Promise<History<M>> {
  const { epochs = 1, batchSize = 32, shuffle = true, seed = 0, metrics, progress } = options;
  checkCount("fit", "epochs", epochs, 0);
  const measures: Metrics<P, Y> = { loss: options.loss, ...metrics };
  for (const name of ["loss", "seconds", "validation"]) {
    if (metrics !== undefined && Object.hasOwn(metrics, name)) throw new TrainingError(`fit: a metric cannot be called "${name}"; the history has that name already`);
  }
  const source = toSource("fit", data, { batchSize, shuffle, seed });
  const rest = pacer();
  const history = emptyHistory(Object.keys(measures));
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const began = performance.now();
      const scores = averages(Object.keys(measures));
      await trainEpoch(model, source, options, { epoch, epochs, began, scores, measures, rest });
      const seconds = (performance.now() - began) / 1000;
      history.seconds.push(seconds);
      append(history.lists, scores.means());
      const validation = options.validation === undefined ? undefined : await evaluate(model, options.validation, { metrics: measures, batchSize });
      if (validation !== undefined) append(history.validation, validation);
      const report: EpochReport = { epoch, epochs, seconds, scores: { ...scores.means(), ...prefixed(validation) } };
      progress?.epoch?.(report);
      if ((await options.onEpoch?.(report)) === false) break;
    }
  } finally {
    progress?.end?.();
  }
  return { ...history.lists, seconds: history.seconds, validation: history.validation } as unknown as History<M>;
}

interface Epoch<P, Y> {
  readonly epoch: number;
  readonly epochs: number;
  readonly began: number;
  readonly scores: Averages;
  readonly measures: Readonly<Record<string, Metric<P, Y>>>;
  readonly rest: () => Promise<void> | undefined;
}

async function trainEpoch<X extends Tensor, P extends Tensor, Y extends Tensor, M extends Metrics<P, Y>>(
  model: Trainable<X, P>, source: BatchSource<X, Y>, { loss, optimizer, progress }: FitOptions<P, X, Y, M>, run: Epoch<P, Y>,
): Promise<void> {
  const { epoch, epochs, began, scores, measures, rest } = run;
  let batch = 0;
  for await (const { x, y } of source.epoch(epoch - 1)) {
    batch++;
    const parameters = parametersOf(model, x);
    const step = valueAndGrad((): readonly [Tensor, P] => {
      const prediction = model(x);
      return [loss(prediction, y), prediction];
    }, parameters);
    const [value, prediction] = step.value;
    const number = value.item();
    if (!Number.isFinite(number)) {
      throw new TrainingError(
        `fit: the loss became ${number} in epoch ${epoch}, batch ${batch}; the parameters are those before this batch. ` +
          "Lower the learning rate, scale the inputs to about 1, or take a loss that works on logits",
      );
    }
    optimizer.update(parameters, step.grads);
    const count = x.shape[0];
    for (const [name, measure] of Object.entries(measures)) scores.add(name, name === "loss" ? number : measure(prediction, y).item(), count);
    const seconds = (performance.now() - began) / 1000;
    progress?.batch?.({ epoch, epochs, batch, batches: source.length, scores: scores.means(), seconds });
    await rest();
  }
  if (batch === 0) throw new TrainingError(`fit: epoch ${epoch} has no batches; a source must give its batches again in every epoch`);
}

/** The model's parameters; a model that learns its sizes from its first input is shown one. */
function parametersOf<X extends Tensor, P extends Tensor>(model: Trainable<X, P>, x: X): Variables {
  let parameters: Variables;
  try {
    parameters = model.parameters();
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    model(x);
    parameters = model.parameters();
  }
  if (Object.keys(parameters).length === 0) throw new TrainingError("fit: the model has no parameters, so there is nothing to train");
  return parameters;
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
