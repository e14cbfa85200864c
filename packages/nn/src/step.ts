import { TraceError, compile, isFinite, valueAndGrad, where, type Tensor } from "@ndgrad/core";
import { isFloat, showSpec } from "@ndgrad/core/internal";
import { ModuleError, TrainingError } from "./errors.ts";
import type { Measures } from "./measures.ts";
import type { Variables } from "./module.ts";
import type { Gradients, Optimizer } from "./optimizer.ts";

/** A function with parameters: a module, or an object of yours with both. */
export interface Trainable<X extends Tensor, P extends Tensor> {
  (x: X): P;
  parameters(): Variables;
}

/** Measures a batch: a scalar for each measure, in their order. */
export type Step<X, Y> = (x: X, y: Y) => readonly Tensor[];

/** What steps of training are made of. */
export interface StepParts<X extends Tensor, P extends Tensor, Y extends Tensor> {
  readonly model: Trainable<X, P>;
  readonly measures: Measures<P, Y>;
  readonly optimizer: Optimizer;
  /** Whether a step becomes one program, made once for each shape of batch. */
  readonly compiled: boolean;
  /** A first batch, for a model that learns its sizes from it. */
  readonly first: X;
}

/**
 * Steps of training: each measures a batch and changes the parameters, unless the loss is no finite number: then all is
 * left as it was.
 */
export function trainingStep<X extends Tensor, P extends Tensor, Y extends Tensor>({ model, measures, optimizer, compiled, first }: StepParts<X, P, Y>): Step<X, Y> {
  const parameters = parametersOf(model, first);
  const [loss, ...others] = measures;
  const step = (x: X, y: Y, learn: (loss: Tensor, gradients: Gradients) => void): readonly Tensor[] => {
    const { value, grads } = valueAndGrad((): readonly [Tensor, P] => {
      const prediction = model(x);
      return [loss(prediction, y), prediction];
    }, parameters);
    const [number, prediction] = value;
    // Measured before anything changes: a metric may throw.
    const measured = [number, ...others.map((measure) => measure(prediction, y))];
    learn(number, grads);
    return measured;
  };
  if (!compiled) {
    return (x, y) => step(x, y, (number, gradients) => { if (Number.isFinite(number.item())) optimizer.update(parameters, gradients); });
  }
  // Asked for now: what an optimizer keeps is made before the step is traced.
  const changed = [...new Set([...Object.values(parameters), ...Object.values(optimizer.state(parameters))])];
  return compiledFor("fit", "the step", (x: X, y: Y) => step(x, y, (number, gradients) => {
    const before = changed.map((variable) => variable.value);
    optimizer.update(parameters, gradients);
    // A program cannot stop in the middle; it can keep what was.
    const sound = isFinite(number);
    changed.forEach((variable, i) => { if (variable.value !== before[i]) variable.assign(where(sound, variable.value, before[i])); });
  }));
}

/** Steps of measuring, which change nothing: the model runs as it does in use, for validation and `evaluate` alike. */
export function measuringStep<X extends Tensor, P extends Tensor, Y extends Tensor>(caller: string, model: (x: X) => P, measures: Measures<P, Y>, compiled: boolean): Step<X, Y> {
  const step = (x: X, y: Y): readonly Tensor[] => {
    const prediction = model(x);
    return measures.map((measure) => measure(prediction, y));
  };
  return compiled ? compiledFor(caller, "the step", step) : step;
}

/** A compiled function whose errors say how to do without. */
export function compiledFor<Args extends readonly unknown[], Out>(caller: string, what: string, f: (...args: Args) => Out): (...args: Args) => Out {
  const run = compile(f);
  return (...args) => {
    try {
      return run(...args);
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      throw new TrainingError(
        `${caller}: ${what} cannot be compiled, because it looks at numbers that are not there yet (${error.message}). ` +
          `Write it in operations (where instead of if), or give ${caller} { compile: false } to run it operation by operation`,
        { cause: error },
      );
    }
  };
}

/** The model's parameters; a model that learns its sizes from its first input is shown one. */
function parametersOf<X extends Tensor, P extends Tensor>(model: Trainable<X, P>, first: X): Variables {
  let parameters: Variables;
  try {
    parameters = model.parameters();
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    model(first);
    parameters = model.parameters();
  }
  if (Object.keys(parameters).length === 0) throw new TrainingError("fit: the model has no parameters, so there is nothing to train");
  for (const [path, parameter] of Object.entries(parameters)) {
    if (!isFloat(parameter.dtype)) throw new TrainingError(`fit: the parameter ${path} is ${showSpec(parameter)}, and only floats can be trained; keep a variable that is not learnt out of the model's parts and variables`);
  }
  return parameters;
}
