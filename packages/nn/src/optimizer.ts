import { NdgradError, Tensor, Variable, add, eagerly, tensor, variable, zeros } from "@ndgrad/core";
import { callback, checkOptions, isRecord, sameShape, showSpec, type OptionNames } from "@ndgrad/core/internal";
import { described } from "./described.ts";
import type { Variables } from "./module.ts";

/**
 * A rate: a number, or a function of the number of updates so far, a float32 scalar. A compiled step calls the function
 * once, so write it in operations. A rate that changes as the program goes is a variable that the function reads.
 *
 * @example
 * const rate = variable(tensor(0.1));
 * const optimizer = sgd({ lr: () => rate.value });
 * rate.assign(tensor(0.01)); // from the next update on, in a compiled step too
 */
export type Rate = number | ((step: Tensor<[], "float32">) => Tensor | number);

/** Gradients by the paths of their parameters. */
export type Gradients = Readonly<Record<string, Tensor>>;

/** Changes parameters by their gradients. It counts its updates in one place, so each model has its own. */
export interface Optimizer {
  /** How many updates were made. */
  readonly step: Variable<[], "int32">;
  /**
   * Makes one update. Both records have the same names.
   * @throws NdgradError where names, shapes or dtypes differ, or there is nothing to update; nothing is changed then.
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

const ruleNames: OptionNames<OptimizerRule<string>> = { name: true, rate: true, moments: true, rule: callback };

/**
 * Makes an optimizer out of its formula: what `sgd` and `adam` are made with, for rules of your own. All it keeps is in
 * variables, so that a compiled step updates them in place.
 *
 * @throws NdgradError for an unknown name, a part that is missing, and a rate that is negative or not finite; when it updates,
 *   for a rule that gives no tensor of the parameter's shape and dtype, or leaves a moment out.
 * @example
 * const signSgd = defineOptimizer({
 *   name: "signSgd", rate: 0.01, moments: [],
 *   rule: ({ parameter, gradient, rate }) => ({ parameter: parameter.sub(gradient.sign().mul(rate)), moments: {} }),
 * });
 */
export function defineOptimizer<Moment extends string>(definition: OptimizerRule<Moment>): Optimizer {
  checkRule(definition);
  const { name, rate, moments, rule } = definition;
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
      const now = typeof rate === "number" ? rate : rateAt(name, rate, step.value.cast("float32"));
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
        return { parameter, own, result: checkResult(`${name}: the rule, for ${path},`, rule(context), parameter, moments) };
      });
      // Assigned last, so that a rule that throws has changed nothing.
      for (const { parameter, own, result } of results) {
        for (const moment of moments) own[moment].assign(result.moments[moment]);
        parameter.assign(result.parameter);
      }
      step.assign(next);
    },
    state(parameters) {
      checkParameters(name, "state", parameters);
      const entries = Object.entries(parameters).flatMap(([path, parameter]) =>
        Object.entries<Variable>(momentsOf(parameter)).map(([moment, each]) => [`${path}.${moment}`, each] as const));
      return { step, ...Object.fromEntries(entries) };
    },
  };
}

/** A schedule's rate. */
function rateAt(name: string, rate: Exclude<Rate, number>, step: Tensor<[], "float32">): Tensor | number {
  const now = rate(step);
  if (now instanceof Tensor) {
    if (now.size === 1) return now;
    throw new NdgradError(`${name}: the function lr gave ${showSpec(now)}, and a rate is one number; compute a scalar from the step it is given`);
  }
  checkSetting(name, "lr", now, notNegative);
  // A number is written into the program: whatever it was computed from, it would stay what it is now.
  if (step.storage === null) {
    throw new NdgradError(`${name}: the function lr returned the number ${now} while a step is compiled, and would not be called again; compute a tensor from the step it is given, or read a variable: lr: () => rate.value`);
  }
  return now;
}

/** The numbers a setting may be, and how errors call them. */
export interface Range { readonly holds: (value: number) => boolean; readonly called: string }
export const notNegative: Range = { holds: (value) => value >= 0, called: "a number of at least 0" };
export const positive: Range = { holds: (value) => value > 0, called: "a number above 0" };
/** What is kept of a running mean: all of it would be no mean. */
export const share: Range = { holds: (value) => value >= 0 && value < 1, called: "a number from 0 up to, but not, 1" };

/** Throws unless a setting is a finite number within its range. */
export function checkSetting(optimizer: string, setting: string, value: unknown, { holds, called }: Range): void {
  if (!Number.isFinite(value) || !holds(value as number)) throw new NdgradError(`${optimizer}: ${setting} must be ${called}, got ${typeof value === "number" ? value : described(value)}`);
}

function checkGradients(name: string, parameters: Variables, gradients: Gradients): void {
  checkParameters(name, "update", parameters);
  if (!isRecord(gradients)) {
    throw new NdgradError(`${name}: the gradients are ${described(gradients)}; update takes (parameters, gradients), both by the same names: update(parameters, valueAndGrad(() => loss(), parameters).grads)`);
  }
  const missing = Object.keys(parameters).filter((path) => !Object.hasOwn(gradients, path));
  const extra = Object.keys(gradients).filter((path) => !Object.hasOwn(parameters, path));
  if (missing.length > 0) throw new NdgradError(`${name}: there is no gradient for ${missing.join(", ")}; give valueAndGrad the same parameters`);
  if (extra.length > 0) throw new NdgradError(`${name}: there is no parameter for the gradient of ${extra.join(", ")}; give valueAndGrad the same parameters`);
  if (Object.keys(parameters).length === 0) throw new NdgradError(`${name}: there are no parameters to update; give those of a model, model.parameters()`);
  for (const [path, parameter] of Object.entries(parameters)) {
    const gradient = gradients[path];
    if (!(gradient instanceof Tensor)) throw new NdgradError(`${name}: the gradient of ${path} is ${described(gradient)}, not a tensor; give the grads of valueAndGrad`);
    if (!isLike(gradient, parameter)) throw new NdgradError(`${name}: ${path} is ${showSpec(parameter)} and its gradient ${showSpec(gradient)}; give the grads of these parameters`);
  }
}

const isLike = (value: Tensor, { shape, dtype }: Variable): boolean => value.dtype === dtype && sameShape(value.shape, shape);

function checkParameters(name: string, method: string, parameters: unknown): void {
  if (isRecord(parameters)) {
    for (const [path, parameter] of Object.entries(parameters)) {
      if (!(parameter instanceof Variable)) throw new NdgradError(`${name}: ${path} is ${described(parameter)}, and only variables can change; make one of a tensor by variable(…)`);
    }
    return;
  }
  throw new NdgradError(`${name}: the parameters are ${described(parameters)}; ${method} takes variables by name, such as those of a model, model.parameters()`);
}

/** Throws unless an optimizer's formula has its parts. */
function checkRule(definition: OptimizerRule<string>): void {
  checkOptions("defineOptimizer", definition, ruleNames);
  const { name, rate, moments, rule } = Object(definition) as Partial<OptimizerRule<string>>;
  if (typeof name !== "string") throw new NdgradError(`defineOptimizer: name is ${described(name)}; give what errors are to call the optimizer, such as "lion"`);
  if (rule === undefined) throw new NdgradError(`defineOptimizer: ${name} has no rule; give a function of { parameter, gradient, moments, rate, step }`);
  if (!Array.isArray(moments) || !moments.every((moment) => typeof moment === "string")) throw new NdgradError(`defineOptimizer: moments of ${name} are ${described(moments)}; give a list of names, [] where nothing is kept`);
  if (typeof rate !== "function") checkSetting(name, "lr", rate, notNegative);
}

/** What a rule gave, if it is a tensor like the parameter for it and for each moment. */
function checkResult<Moment extends string>(
  called: string, result: ReturnType<OptimizerRule<Moment>["rule"]>, like: Variable, moments: readonly Moment[],
): ReturnType<OptimizerRule<Moment>["rule"]> {
  const { parameter, moments: kept } = Object(result) as Partial<ReturnType<OptimizerRule<Moment>["rule"]>>;
  const check = (name: string, value: unknown): void => {
    if (value instanceof Tensor && isLike(value, like)) return;
    throw new NdgradError(`${called} gave ${described(value)} as ${name}, and ${showSpec(like)} is needed; return { parameter, moments: { ${moments.join(", ")} } }`);
  };
  check("parameter", parameter);
  for (const moment of moments) check(`moments.${moment}`, (Object(kept) as Partial<Record<Moment, unknown>>)[moment]);
  return result;
}

function mapRecord<K extends string, A, B>(record: Readonly<Record<K, A>>, f: (value: A) => B): Readonly<Record<K, B>> {
  // The keys stay what they are.
  return Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, f(value)])) as Readonly<Record<K, B>>;
}
