import { NdgradError, add, eagerly, tensor, variable, zeros, type DType, type Tensor, type Variable } from "@ndgrad/core";
import type { Variables } from "./module.ts";

/** A rate: a number, or a function of the number of updates so far, a float32 scalar (write it in operations). */
export type Rate = number | ((step: Tensor<[], "float32">) => Tensor | number);

/** Gradients by the paths of their parameters. */
export type Gradients = Readonly<Record<string, Tensor>>;

/** Changes parameters by their gradients. */
export interface Optimizer {
  /** How many updates were made. */
  readonly step: Variable<[], "int32">;
  /**
   * Makes one update. Both records have the same names.
   * @throws NdgradError where names, shapes or dtypes differ; nothing is changed then.
   */
  update(parameters: Variables, gradients: Gradients): void;
  /** The step and what is kept for each parameter, by path: what to save beside a model to go on with its training. */
  state(parameters: Variables): Variables;
}

/** What a rule makes of one parameter. */
export interface RuleContext<Moment extends string> {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  readonly moments: Readonly<Record<Moment, Tensor>>;
  /** This update's rate. */
  readonly rate: Tensor | number;
  /** This update's number, from 1, in the parameter's dtype. */
  readonly step: Tensor;
}

/** An optimizer as its formula. */
export interface OptimizerRule<Moment extends string> {
  readonly name: string;
  readonly rate: Rate;
  /** What is kept from update to update for each parameter: tensors of its shape that begin with zeros. */
  readonly moments: readonly Moment[];
  readonly rule: (context: RuleContext<Moment>) => { readonly parameter: Tensor; readonly moments: Readonly<Record<Moment, Tensor>> };
}

/**
 * Makes an optimizer out of its formula: what `sgd` and `adam` are made with, for rules of your own. All it keeps is in
 * variables, so that a compiled step updates them in place.
 *
 * @throws NdgradError for a rate that is negative or not finite.
 * @example
 * const signSgd = defineOptimizer({
 *   name: "signSgd", rate: 0.01, moments: [],
 *   rule: ({ parameter, gradient, rate }) => ({ parameter: parameter.sub(gradient.sign().mul(rate)), moments: {} }),
 * });
 */
export function defineOptimizer<Moment extends string>({ name, rate, moments, rule }: OptimizerRule<Moment>): Optimizer {
  if (typeof rate === "number") checkNumber(name, "lr", rate, (value) => value >= 0);
  const step = variable(tensor(0, { dtype: "int32" }), { name: `${name}.step` });
  const kept = new WeakMap<Variable, Readonly<Record<Moment, Variable>>>();

  const momentsOf = (parameter: Variable): Readonly<Record<Moment, Variable>> => {
    const known = kept.get(parameter);
    if (known !== undefined) return known;
    const { shape, dtype } = parameter;
    const entries = moments.map((moment) => [moment, variable(eagerly(() => zeros([...shape], { dtype })), { name: `${name}.${moment}` })] as const);
    const made = Object.fromEntries(entries) as Readonly<Record<Moment, Variable>>;
    kept.set(parameter, made);
    return made;
  };

  return {
    step,
    update(parameters, gradients) {
      checkGradients(name, parameters, gradients);
      const next = add(step.value, 1);
      // Counted from the updates made, so that a schedule begins at 0.
      const now = typeof rate === "number" ? rate : rate(step.value.cast("float32"));
      const results = Object.entries(parameters).map(([path, parameter]) => {
        const { dtype } = parameter;
        const own = momentsOf(parameter);
        const context = {
          parameter: parameter.value,
          gradient: gradients[path],
          moments: mapRecord(own, ({ value }) => value),
          rate: typeof now === "number" ? now : now.cast(dtype),
          step: next.cast(dtype),
        };
        return { parameter, own, result: rule(context) };
      });
      // Assigned last, so that a rule that throws has changed nothing.
      for (const { parameter, own, result } of results) {
        for (const moment of moments) own[moment].assign(result.moments[moment]);
        parameter.assign(result.parameter);
      }
      step.assign(next);
    },
    state(parameters) {
      const entries = Object.entries(parameters).flatMap(([path, parameter]) =>
        Object.entries<Variable>(momentsOf(parameter)).map(([moment, each]) => [`${path}.${moment}`, each] as const));
      return { step, ...Object.fromEntries(entries) };
    },
  };
}

/** Throws unless a setting is a number that `fits`. */
export function checkNumber(optimizer: string, setting: string, value: number, fits: (value: number) => boolean): void {
  if (!Number.isFinite(value) || !fits(value)) throw new NdgradError(`${optimizer}: ${setting} is out of range: ${value}`);
}

function checkGradients(name: string, parameters: Variables, gradients: Gradients): void {
  const missing = Object.keys(parameters).filter((path) => !Object.hasOwn(gradients, path));
  const extra = Object.keys(gradients).filter((path) => !Object.hasOwn(parameters, path));
  if (missing.length > 0) throw new NdgradError(`${name}: there is no gradient for ${missing.join(", ")}; give valueAndGrad the same parameters`);
  if (extra.length > 0) throw new NdgradError(`${name}: there is no parameter for the gradient of ${extra.join(", ")}; give valueAndGrad the same parameters`);
  for (const [path, parameter] of Object.entries(parameters)) {
    const gradient = gradients[path];
    if (spec(gradient) !== spec(parameter)) throw new NdgradError(`${name}: ${path} is ${spec(parameter)} and its gradient ${spec(gradient)}`);
  }
}

const spec = ({ dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] }): string => `${dtype}[${shape.join(", ")}]`;

function mapRecord<K extends string, A, B>(record: Readonly<Record<K, A>>, f: (value: A) => B): Readonly<Record<K, B>> {
  // The keys stay what they are.
  return Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, f(value)])) as Readonly<Record<K, B>>;
}
