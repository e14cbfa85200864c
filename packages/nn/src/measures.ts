import { Tensor } from "@ndgrad/core";
import { described } from "./described.ts";
import { TrainingError } from "./errors.ts";
import type { Metric } from "./metrics.ts";

/** What to measure, in order. For a step of training the first is the loss. */
export type Measures<P, Y> = readonly Metric<P, Y>[];

/** Losses and metrics as functions that give one number each, or an error that names them. */
export function checkedMeasures<P, Y>(caller: string, measures: Readonly<Record<string, Metric<P, Y>>>): Measures<P, Y> {
  return Object.entries(measures).map(([name, measure]) => {
    const called = name === "loss" ? "the loss" : `metric "${name}"`;
    if (typeof measure !== "function") throw new TrainingError(`${caller}: ${called} is ${described(measure)}; give a function of predictions and targets, such as crossEntropy or accuracy`);
    return (prediction, target) => {
      const value: unknown = measure(prediction, target);
      if (value instanceof Tensor && value.size === 1) return value;
      throw new TrainingError(value instanceof Tensor
        ? `${caller}: ${called} gave ${value.dtype}[${value.shape.join(", ")}], not one number; average it: mean(), or { reduction: "mean" }`
        : `${caller}: ${called} gave ${described(value)}, not a tensor; write it in operations, and return what they give`);
    };
  });
}

/** Throws unless metrics are a record. */
export function checkRecord(caller: string, metrics: unknown): void {
  if (typeof metrics === "object" && metrics !== null && !Array.isArray(metrics)) return;
  throw new TrainingError(`${caller}: metrics is ${described(metrics)}; give functions by name, such as { accuracy }`);
}
