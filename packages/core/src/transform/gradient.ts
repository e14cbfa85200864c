import { isFloat } from "../dtype.ts";
import { DTypeError, NdgradError, ShapeError, showShape, showSpec } from "../errors.ts";
import { withScope, type Scope } from "../graph/scope.ts";
import { onesLike } from "../ops/creation.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { isRecord } from "../realm.ts";
import { Tensor } from "../tensor.ts";
import { Variable, variableStore, withVariableStore } from "../variable.ts";
import { orZeros, pullBack } from "./backward.ts";
import { leaf } from "./leaf.ts";
import { checkDifferentiated, checkPresent, checkVariables, leavesOf, withLeaves, withTensors } from "./tree.ts";
import type { DifferentiableTree, DifferentiatedArgument, GradientsOf, OfVariables, VariableTree } from "./tree-types.ts";

/** A scalar loss, or a tuple that begins with one and goes on with whatever else the caller wants to see. */
export type Loss = Tensor | readonly [loss: Tensor, ...rest: unknown[]];

/** A function's result and the gradients of its loss. */
export interface ValueAndGrads<Value, Grads> {
  readonly value: Value;
  readonly grads: Grads;
}

/** What is differentiated: the argument's position (the first unless given). */
export interface GradOptions<Position extends number = number> {
  readonly argument?: Position | undefined;
}

const optionNames: OptionNames<GradOptions> = { argument: true };

/** The position that options name. */
export function positionOf(op: string, options: GradOptions | undefined): number {
  checkOptions(op, options, optionNames);
  const position = options?.argument ?? 0;
  if (!Number.isInteger(position) || position < 0) throw new NdgradError(`${op}: argument is ${String(position)}; give the position of an argument, a whole number from 0 up`);
  return position;
}

export function checkFunction(op: string, f: unknown): void {
  if (typeof f !== "function") throw new NdgradError(`${op}: ${f instanceof Tensor ? "a tensor" : f === null ? "null" : `a ${typeof f}`} was given, not a function; give the function itself`);
}

function checkLoss(op: string, result: unknown): Tensor {
  const loss: unknown = Array.isArray(result) ? result[0] : result;
  checkPresent(op, loss, "return the loss", "differentiate a function that returns its loss at once");
  if (!(loss instanceof Tensor)) throw new NdgradError(`${op}: the function returned ${Array.isArray(result) ? "an array that begins with " : ""}${typeof loss}, not a tensor; return the loss`);
  if (!isFloat(loss.dtype)) throw new DTypeError(`${op}: the function returned ${showSpec(loss)}, and only float32 and float64 have gradients; return a float`);
  if (loss.shape.length !== 0) {
    throw new ShapeError(`${op}: the function returned shape ${showShape(loss.shape)}, not a scalar; reduce it with sum() or mean(), or use jacobian`);
  }
  return loss;
}

/** A function's result and what its gradients are pulled back by, in the order of the tree's leaves. */
export interface Watched<Value> {
  readonly value: Value;
  readonly leaves: readonly Tensor[];
}

/**
 * Runs a function in a scope of its own, with new leaves for the tensors of a tree and for the variables in it; `use` takes what it
 * needs of the run before recipes are given up. Assignments are held back until all has succeeded: a failed call changes nothing.
 */
export function watching<T, Value, Out>(tree: T, run: (tree: T) => Value, use: (run: Watched<Value>, scope: Scope) => Out): Out {
  const assigned = new Map<Variable, Tensor>();
  const out = withScope("gradient", (scope) => {
    const held = new Map<Variable, Tensor>();
    const tensors: Tensor[] = [];
    const leaves = leavesOf(tree).map((each) => {
      const known = each instanceof Variable ? held.get(each) : undefined;
      if (known !== undefined) return known;
      const watched = leaf(each instanceof Variable ? each.value : each, scope);
      if (each instanceof Variable) held.set(each, watched);
      else tensors.push(watched);
      return watched;
    });
    const value = withVariableStore((outer) => ({
      ...outer,
      read: (variable) => assigned.get(variable) ?? held.get(variable) ?? outer.read(variable),
      assign: (variable, next) => { assigned.set(variable, next); },
    }), () => run(withTensors(tree, tensors)));
    return use({ value, leaves }, scope);
  });
  for (const [variable, next] of assigned) variableStore().assign(variable, next);
  return out;
}

/** A run's value and the gradients of its loss, in a tree like the one that is differentiated by. */
function differentiate<T, Value>(op: string, tree: T, run: (tree: T) => Value): ValueAndGrads<Value, unknown> {
  return watching(tree, run, ({ value, leaves }, scope) => {
    const loss = checkLoss(op, value);
    // From here on only outer transforms watch: the rules' own operations are not recorded for this one.
    scope.open = false;
    // One gradient for each place: a variable may stand in several.
    const distinct = [...new Set(leaves)];
    const gradients = new Map(pullBack([loss], [onesLike(loss)], distinct).map((gradient, i) => [distinct[i], orZeros(gradient, distinct[i])]));
    return { value, grads: withLeaves(tree, leaves.map((each) => gradients.get(each))) };
  });
}

/** The arguments with another one in a position. */
export const withArgument = <Args extends readonly unknown[]>(args: Args, position: number, argument: unknown): Args =>
  args.map((each, at) => (at === position ? argument : each)) as unknown as Args;

/** The argument that a function is differentiated by. */
export function argumentAt(op: string, args: readonly unknown[], position: number): unknown {
  if (position >= args.length) throw new NdgradError(`${op}: there is no argument ${position} to differentiate by among ${args.length}; give it, or name another position as { argument }`);
  const argument = args[position];
  checkDifferentiated(op, argument, `argument ${position}`);
  return argument;
}

/** Gradients with respect to one argument. */
export function differentiateArgument<Args extends readonly unknown[], Value>(op: string, f: (...args: Args) => Value, args: Args, position: number): ValueAndGrads<Value, unknown> {
  return differentiate(op, argumentAt(op, args, position), (argument) => f(...withArgument(args, position, argument)));
}

/**
 * The gradient of a scalar function with respect to one of its arguments (the first unless `argument` says otherwise):
 * `grad(f)(x)` is ∂f(x)/∂x, with the argument's own structure: a tensor, or arrays and records of tensors of any depth.
 * Variables and modules may stand in the argument: `f` reads them, and gradients stand in their places.
 * Gradients of gradients are taken by applying it again. An argument that `f` ignores has zeros as its gradient.
 *
 * @throws ShapeError if `f` does not return a scalar; DTypeError if the argument or the result is not a float; NdgradError for anything
 *   in the argument that is neither tensor nor variable.
 * @example
 * grad((x: Tensor) => x.mul(x).sum())(tensor([1, 2, 3])); // [2, 4, 6]
 */
export function grad<X extends DifferentiableTree, Rest extends readonly unknown[]>(f: (x: X, ...rest: Rest) => Loss, options?: GradOptions<0>): (x: X, ...rest: Rest) => GradientsOf<X>;
export function grad<Args extends readonly unknown[], P extends number = 0>(
  f: ((...args: Args) => Loss) & DifferentiatedArgument<"grad", Args, P>, options?: GradOptions<P>,
): (...args: Args) => GradientsOf<Args[P]>;
export function grad(f: (...args: readonly unknown[]) => Loss, options: GradOptions = {}): (...args: readonly unknown[]) => unknown {
  checkFunction("grad", f);
  const position = positionOf("grad", options);
  return (...args) => differentiateArgument("grad", f, args, position).grads;
}

/**
 * A scalar function's value and its gradient in one go. With a function alone: a new function of the same arguments
 * that gives `{ value, grads }`, where `grads` is for the first argument (or `argument`). With variables (in arrays and
 * records of any depth, or as a module): runs `f` now, and `grads` has the tree's structure with a gradient for each variable; a
 * module stands for its `parameters()`. `f` returns its loss, or a tuple that begins with it.
 *
 * @throws ShapeError if `f` does not return a scalar; DTypeError if something differentiated is not a float; NdgradError for anything in
 *   the tree that is no variable, and for a tree without any.
 * @example
 * const w = variable(tensor([1, 2]));
 * const { value, grads } = valueAndGrad(() => w.value.square().sum(), [w]); // 5, [[2, 4]]
 */
export function valueAndGrad<Value extends Loss, const T extends VariableTree>(f: () => Value, variables: T): ValueAndGrads<Value, GradientsOf<T>>;
export function valueAndGrad<X extends DifferentiableTree, Rest extends readonly unknown[], Value extends Loss>(
  f: (x: X, ...rest: Rest) => Value, options?: GradOptions<0>,
): (x: X, ...rest: Rest) => ValueAndGrads<Value, GradientsOf<X>>;
export function valueAndGrad<Value extends Loss, const T>(f: () => Value, variables: T & OfVariables<"valueAndGrad", T>): ValueAndGrads<Value, GradientsOf<T>>;
export function valueAndGrad<Args extends readonly unknown[], Value extends Loss, P extends number = 0>(
  f: ((...args: Args) => Value) & DifferentiatedArgument<"valueAndGrad", Args, P>, options?: GradOptions<P>,
): (...args: Args) => ValueAndGrads<Value, GradientsOf<Args[P]>>;
export function valueAndGrad(f: (...args: readonly unknown[]) => Loss, second?: unknown): unknown {
  checkFunction("valueAndGrad", f);
  if (!isOptions(second)) {
    checkVariables("valueAndGrad", second);
    return differentiate("valueAndGrad", second, () => f());
  }
  const position = positionOf("valueAndGrad", second);
  return (...args: readonly unknown[]) => differentiateArgument("valueAndGrad", f, args, position);
}

/** A record of numbers alone holds options, as they should be or misspelt; a tree of variables never looks like it. */
const isOptions = (value: unknown): value is GradOptions | undefined =>
  value === undefined || (isRecord(value) && Object.keys(value).length > 0 && Object.values(value).every((each) => each === undefined || typeof each === "number"));
