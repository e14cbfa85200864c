import { Tensor, concat } from "@ndgrad/core";
import { checkOptions, flag, type OptionNames } from "@ndgrad/core/internal";
import { averages } from "./averages.ts";
import { described, tensorOf } from "./described.ts";
import { TrainingError } from "./errors.ts";
import { batchesFrom, checkCount, rows, toSource, type BatchSource, type Data } from "./examples.ts";
import { checkRecord, checkedMeasures } from "./measures.ts";
import type { Metric } from "./metrics.ts";
import { pacer } from "./pause.ts";
import { compiledFor, measuringStep, type Step } from "./step.ts";

/** What to measure, by name. */
export type Metrics<P, Y> = Readonly<Record<string, Metric<P, Y>>>;

/** How a model is run on many inputs. */
export interface PredictOptions {
  /** How many examples are looked at at once; 256 unless given. */
  readonly batchSize?: number | undefined;
  /** Whether what is done with a batch becomes one program where there is more than one batch; yes unless `false`. */
  readonly compile?: boolean | undefined;
}

export interface EvaluateOptions<M> extends PredictOptions {
  /** What to measure, by name; a loss is a metric too. */
  readonly metrics: M;
}

const predictOptions: OptionNames<PredictOptions> = { batchSize: true, compile: flag };
const evaluateOptions: OptionNames<EvaluateOptions<unknown>> = { ...predictOptions, metrics: true };

/**
 * Measures a model on data: the average of each metric over the examples.
 *
 * @throws TrainingError for an unknown option, for data without examples, without metrics, for a metric that gives no single number, and for a model or a metric
 *   that cannot be compiled.
 * @example
 * const { accuracy: share } = await evaluate(mlp, { x, y }, { metrics: { accuracy } });
 */
export async function evaluate<X extends Tensor, P extends Tensor, Y extends Tensor, M extends Metrics<P, Y>>(
  model: (x: X) => P, data: Data<X, Y>, options: EvaluateOptions<M>,
): Promise<{ readonly [K in keyof M]: number }> {
  checkOptions("evaluate", options, evaluateOptions, TrainingError);
  checkModel("evaluate", model);
  // Whoever has no compiler may give none at all.
  const { metrics, batchSize = 256, compile: compiled = true } = Object(options) as EvaluateOptions<M>;
  if (metrics === undefined) throw new TrainingError("evaluate: there are no metrics; evaluate takes (model, { x, y }, { metrics: { accuracy } })");
  checkRecord("evaluate", metrics);
  const source = toSource("evaluate", data, { batchSize, shuffle: false, seed: 0 });
  const step = measuringStep("evaluate", model, checkedMeasures("evaluate", metrics), compiled && source.size !== 1);
  // Every metric has its mean: the names are those of the record.
  return await measure("evaluate", step, source, Object.keys(metrics)) as { readonly [K in keyof M]: number };
}

/** The average over a source's examples of what a step measures, by name. */
export async function measure<X extends Tensor, Y extends Tensor>(
  caller: string, step: Step<X, Y>, source: BatchSource<X, Y>, names: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const scores = averages(names);
  const rest = pacer();
  let batches = 0;
  for await (const { x, y } of batchesFrom(caller, source, { epoch: 0, taken: 0 })) {
    batches++;
    const values = step(x, y);
    names.forEach((name, i) => scores.add(name, values[i].item(), x.shape[0]));
    await rest();
  }
  if (batches === 0) throw new TrainingError(`${caller}: the data have no batches`);
  return scores.means();
}

/**
 * What a model makes of many inputs, a batch at a time, so that what it needs in between stays small.
 *
 * @throws TrainingError for an unknown option, for a scalar, and for a model that cannot be compiled.
 * @example
 * predict(mlp, x).argMax({ axis: -1 });
 */
export function predict<X extends Tensor, P extends Tensor>(model: (x: X) => P, x: X, options: PredictOptions = {}): P {
  checkOptions("predict", options, predictOptions, TrainingError);
  checkModel("predict", model);
  const { batchSize = 256, compile: compiled = true } = options;
  checkCount("predict", "batchSize", batchSize, 1);
  if (!(x instanceof Tensor)) throw new TrainingError(`predict: the inputs are ${described(x)}, not a tensor; ${x === undefined ? "predict takes (model, x)" : tensorOf(x)}`);
  if (x.shape.length === 0) throw new TrainingError("predict: examples lie along the first axis, and a scalar has none; give [n, …]");
  const [size] = x.shape;
  if (size <= batchSize) return model(x);
  const run = compiled ? compiledFor("predict", "the model", model) : model;
  const results: Tensor[] = [];
  // Fewer examples have the type of all of them but for their number, and so have the results.
  for (let from = 0; from < size; from += batchSize) results.push(run(rows(x, undefined, from, Math.min(size, from + batchSize)) as X));
  return concat(results, { axis: 0 }) as P;
}

function checkModel(caller: string, model: unknown): void {
  if (typeof model !== "function") throw new TrainingError(`${caller}: the model is ${described(model)}; give a function of a batch, such as what dense, sequential or model makes`);
}
