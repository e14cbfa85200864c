import type { Tensor } from "@ndgrad/core";
import { messageOf } from "@ndgrad/core/internal";
import { TrainingError } from "./errors.ts";
import type { Examples } from "./examples.ts";
import type { Metric } from "./metrics.ts";
import type { Trainable } from "./step.ts";

/** A batch whose loss is no finite number. */
export interface FailedBatch<X extends Tensor, P extends Tensor, Y extends Tensor> extends Examples<X, Y> {
  readonly model: Trainable<X, P>;
  readonly loss: Metric<P, Y>;
  readonly value: number;
  /** Counted from 1, as the batch is. */
  readonly epoch: number;
  readonly batch: number;
}

/** Why a loss is no finite number, as far as can be found out when it has happened. */
export function lossFailure<X extends Tensor, P extends Tensor, Y extends Tensor>({ model, loss, x, y, value, epoch, batch }: FailedBatch<X, P, Y>): TrainingError {
  const what = `fit: the loss became ${value} in epoch ${epoch}, batch ${batch}`;
  const broken = brokenParameters(model);
  if (broken !== undefined) return new TrainingError(`${what}, because ${broken}`);
  const kept = "the parameters are those before this batch";
  for (const [name, part] of [["x", x], ["y", y]] as const) {
    if (!isFinite(part)) return new TrainingError(`${what}: this batch's ${name} holds NaN or Infinity; ${kept}. Leave such examples out, or replace what is missing in them`);
  }
  try {
    // A program cannot throw for the numbers it meets. Operation by operation, what is wrong with them is said.
    loss(model(x), y);
  } catch (error) {
    return new TrainingError(`fit: epoch ${epoch}, batch ${batch}: ${messageOf(error)}; ${kept}`, { cause: error });
  }
  return new TrainingError(`${what}; ${kept}. Lower the learning rate, scale the inputs to about 1, or take a loss that works on logits`);
}

/** Throws if training has left numbers in the parameters that are not finite, which the next loss would have shown. */
export function checkParameters<X extends Tensor, P extends Tensor>(model: Trainable<X, P>): void {
  const broken = brokenParameters(model);
  if (broken !== undefined) throw new TrainingError(`fit: after the last batch ${broken}`);
}

function brokenParameters<X extends Tensor, P extends Tensor>(model: Trainable<X, P>): string | undefined {
  const names = Object.entries(model.parameters()).flatMap(([path, { value }]) => (isFinite(value) ? [] : [path]));
  if (names.length === 0) return undefined;
  return `${names.join(", ")} ${names.length === 1 ? "is" : "are"} not finite any more: a step carried it off, or a gradient was not finite although its batch's loss was, ` +
    "as those of √x and log x at 0 and of x / 0 are. Lower the learning rate, or add a little to such x, and begin again with fresh parameters and a fresh optimizer";
}

const isFinite = ({ data }: Tensor): boolean => data.every(Number.isFinite);
