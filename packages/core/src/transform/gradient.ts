import { isFloat } from "../dtype.ts";
import { DTypeError, NdgradError, ShapeError, showShape, showSpec } from "../errors.ts";
import { withScope, type Scope } from "../graph/scope.ts";
import { onesLike } from "../ops/creation.ts";
import { Tensor, detach } from "../tensor.ts";
import { variableStore, withVariableStore, type Variable } from "../variable.ts";
import { orZeros, pullBack } from "./backward.ts";
import { leaf } from "./leaf.ts";
import { forEachLeaf, mapLeaves, tensorsOf, variablesOf, withTensors, type GradientsOf } from "./tree.ts";

/** A scalar loss, or a tuple that begins with one and goes on with whatever else the caller wants to see. */
export type Loss = Tensor | readonly [loss: Tensor, ...rest: unknown[]];

/** A function's result and the gradients of its loss. */
export interface ValueAndGrads<Value, Grads> {
  readonly value: Value;
  readonly grads: Grads;
}

/** What is differentiated: the argument's position (the first unless given). */
export interface GradOptions<Position extends number = number> {
  readonly argument?: Position;
}

/** Results that outlive the transform give up the recipes it asked for. */
export function release<T>(tree: T, scope: Scope): T {
  return mapLeaves(tree, (each) => (each instanceof Tensor && each.recipe?.scope === scope ? detach(each) : each)) as T;
}

/** Throws unless gradients with respect to `x` exist. */
export function checkDifferentiable(op: string, x: Tensor | Variable, where: string): void {
  if (!isFloat(x.dtype)) {
    throw new DTypeError(`${op}: ${where} is ${showSpec(x)}, and only float32 and float64 have gradients; cast it, or pass it outside the tree that is differentiated`);
  }
}

function checkLoss(op: string, result: unknown): Tensor {
  const loss: unknown = Array.isArray(result) ? result[0] : result;
  if (loss instanceof Promise) throw new NdgradError(`${op}: the function is asynchronous; differentiate a function that returns its loss at once`);
  if (!(loss instanceof Tensor)) throw new NdgradError(`${op}: the function returned ${typeof loss}, not a tensor; return the loss`);
  if (!isFloat(loss.dtype)) throw new DTypeError(`${op}: the function returned ${showSpec(loss)}, and only float32 and float64 have gradients; return a float`);
  if (loss.shape.length !== 0) {
    throw new ShapeError(`${op}: the function returned shape ${showShape(loss.shape)}, not a scalar; reduce it with sum() or mean(), or use jacobian`);
  }
  return loss;
}

/** What pulling back a loss needs of a run. */
interface Run<Value> { readonly value: Value; readonly leaves: readonly Tensor[] }

/** Runs a function in a scope of its own, and pulls its loss's gradient back to the leaves. */
function differentiate<Value>(op: string, run: (scope: Scope) => Run<Value>): { readonly value: Value; readonly gradients: readonly Tensor[] } {
  return withScope("gradient", (scope) => {
    const { value, leaves } = run(scope);
    const loss = checkLoss(op, value);
    // From here on only outer transforms watch: the rules' own operations are not recorded for this one.
    scope.open = false;
    const gradients = pullBack([loss], [onesLike(loss)], leaves).map((gradient, i) => orZeros(gradient, leaves[i]));
    return { value: release(value, scope), gradients: release(gradients, scope) };
  });
}

/** Gradients with respect to the tensors in one argument. */
function differentiateArgument<Args extends readonly unknown[], Value>(op: string, f: (...args: Args) => Value, args: Args, position: number): ValueAndGrads<Value, unknown> {
  const argument = args[position];
  forEachLeaf(argument, (each, path) => { if (each instanceof Tensor) checkDifferentiable(op, each, `argument ${position}${path === "" ? "" : ` (${path})`}`); });
  const { value, gradients } = differentiate(op, (scope) => {
    const leaves = tensorsOf(argument).map((x) => leaf(x, scope));
    const replaced = args.map((arg, at) => (at === position ? withTensors(arg, leaves) : arg));
    return { value: f(...(replaced as unknown as Args)), leaves };
  });
  return { value, grads: withTensors(argument, gradients) };
}

/** Gradients with respect to variables that the function reads. */
function differentiateVariables<Value, T>(op: string, f: () => Value, tree: T): ValueAndGrads<Value, GradientsOf<T>> {
  const variables = variablesOf(tree);
  variables.forEach((variable, i) => checkDifferentiable(op, variable, `variable ${variable.name ?? i}`));
  const distinct = [...new Set(variables)];
  const assigned = new Map<Variable, Tensor>();
  const { value, gradients } = differentiate(op, (scope) => {
    const leaves = distinct.map((variable) => leaf(variable.value, scope));
    const held = new Map<Variable, Tensor>(distinct.map((variable, i) => [variable, leaves[i]]));
    const result = withVariableStore((outer) => ({
      read: (variable) => held.get(variable) ?? outer.read(variable),
      // Held back until the function has succeeded, so that a failed call changes nothing.
      assign(variable, next) { held.set(variable, next); assigned.set(variable, next); },
    }), f);
    return { value: result, leaves };
  });
  for (const [variable, next] of assigned) variableStore().assign(variable, withoutClosedRecipe(next));
  const ordered = variables.map((variable) => gradients[distinct.indexOf(variable)]);
  return { value, grads: withTensors(tree, ordered) as GradientsOf<T> };
}

/** A value whose transform has ended, without the history that it kept for it. */
const withoutClosedRecipe = (x: Tensor): Tensor => (x.storage !== null && x.recipe?.scope.open === false ? detach(x) : x);

/**
 * The gradient of a scalar function with respect to one of its arguments (the first unless `argument` says otherwise):
 * `grad(f)(x)` is ∂f(x)/∂x, with the argument's own structure: a tensor, or arrays and records of tensors of any depth.
 * Gradients of gradients are taken by applying it again. An argument that `f` ignores has zeros as its gradient.
 *
 * @throws ShapeError if `f` does not return a scalar; DTypeError if the argument or the result is not a float.
 * @example
 * grad((x: Tensor) => x.mul(x).sum())(tensor([1, 2, 3])); // [2, 4, 6]
 */
export function grad<Args extends readonly unknown[], P extends number = 0>(
  f: (...args: Args) => Loss, options: GradOptions<P> = {},
): (...args: Args) => GradientsOf<Args[P]> {
  return (...args) => differentiateArgument("grad", f, args, options.argument ?? 0).grads as GradientsOf<Args[P]>;
}

/**
 * A scalar function's value and its gradient in one go. With a function alone: a new function of the same arguments
 * that gives `{ value, grads }`, where `grads` is for the first argument (or `argument`). With variables (in arrays and
 * records of any depth): runs `f` now, and `grads` has the tree's structure with a gradient for each variable.
 * `f` returns its loss, or a tuple that begins with it.
 *
 * @throws ShapeError if `f` does not return a scalar; DTypeError if something differentiated is not a float.
 * @example
 * const w = variable(tensor([1, 2]));
 * const { value, grads } = valueAndGrad(() => w.value.square().sum(), [w]); // 5, [[2, 4]]
 */
export function valueAndGrad<Value extends Loss, T>(f: () => Value, variables: T): ValueAndGrads<Value, GradientsOf<T>>;
export function valueAndGrad<Args extends readonly unknown[], Value extends Loss, P extends number = 0>(
  f: (...args: Args) => Value, options?: GradOptions<P>,
): (...args: Args) => ValueAndGrads<Value, GradientsOf<Args[P]>>;
export function valueAndGrad(f: (...args: readonly unknown[]) => Loss, second: unknown = {}): unknown {
  if (variablesOf(second).length > 0 || Array.isArray(second)) return differentiateVariables("valueAndGrad", f, second);
  const { argument = 0 } = second as GradOptions;
  return (...args: readonly unknown[]) => differentiateArgument("valueAndGrad", f, args, argument);
}
