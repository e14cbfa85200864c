import { concat, type Tensor } from "@ndgrad/core";
import { averages } from "./averages.ts";
import { TrainingError } from "./errors.ts";
import { checkCount, rows, toSource, type Data } from "./examples.ts";
import type { Metric } from "./metrics.ts";
import { pacer } from "./pause.ts";

/** What to measure, by name. */
export type Metrics<P, Y> = Readonly<Record<string, Metric<P, Y>>>;

export interface EvaluateOptions<M> {
  /** What to measure, by name; a loss is a metric too. */
  readonly metrics: M;
  /** How many examples are looked at at once; 256 unless given. */
  readonly batchSize?: number;
}

/**
 * Measures a model on data: the average of each metric over the examples.
 *
 * @throws TrainingError for data without examples.
 * @example
 * const { accuracy: share } = await evaluate(mlp, { x, y }, { metrics: { accuracy } });
 */
export async function evaluate<X extends Tensor, P extends Tensor, Y extends Tensor, M extends Metrics<P, Y>>(
  model: (x: X) => P, data: Data<X, Y>, { metrics, batchSize = 256 }: EvaluateOptions<M>,
): Promise<{ readonly [K in keyof M]: number }> {
  const source = toSource("evaluate", data, { batchSize, shuffle: false, seed: 0 });
  const scores = averages(Object.keys(metrics));
  const rest = pacer();
  let batches = 0;
  for await (const { x, y } of source.epoch(0)) {
    batches++;
    const prediction = model(x);
    for (const [name, measure] of Object.entries(metrics)) scores.add(name, measure(prediction, y).item(), x.shape[0]);
    await rest();
  }
  if (batches === 0) throw new TrainingError("evaluate: the data have no batches");
  // Every metric has its mean: the names are those of the record.
  return scores.means() as { readonly [K in keyof M]: number };
}

/**
 * What a model makes of many inputs, a batch at a time, so that what it needs in between stays small.
 *
 * @example
 * predict(mlp, x).argMax({ axis: -1 });
 */
export function predict<X extends Tensor, P extends Tensor>(model: (x: X) => P, x: X, options: { readonly batchSize?: number } = {}): P {
  const { batchSize = 256 } = options;
  checkCount("predict", "batchSize", batchSize, 1);
  if (x.shape.length === 0) throw new TrainingError("predict: examples lie along the first axis, and a scalar has none; give [n, …]");
  const [size] = x.shape;
  if (size <= batchSize) return model(x);
  const results: Tensor[] = [];
  // Fewer examples have the type of all of them but for their number, and so have the results.
  for (let from = 0; from < size; from += batchSize) results.push(model(rows(x, undefined, from, Math.min(size, from + batchSize)) as X));
  return concat(results, { axis: 0 }) as P;
}
