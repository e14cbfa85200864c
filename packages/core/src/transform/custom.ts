import { isFloat } from "../dtype.ts";
import { NdgradError, showSpec } from "../errors.ts";
import { bind, currentLens, withOnlyLens } from "../graph/bind.ts";
import { withScope } from "../graph/scope.ts";
import type { JointAttributes, Primitive } from "../primitive.ts";
import { Tensor, detach, newestId } from "../tensor.ts";
import { Variable, withVariableStore } from "../variable.ts";
import { pullBack } from "./backward.ts";
import { leaf } from "./leaf.ts";
import { checkFunction } from "./gradient.ts";
import { alignTangents, checkArguments, checkPresent, checkResult, leavesOf, tensorsOf, withTensors } from "./tree.ts";
import type { GradientsOf, GradientsOfEach } from "./tree-types.ts";

/** The gradients for those of `inputs` where they are wanted, given a cotangent for each result and the results (which have this rule again). */
export type CallRule = (cotangents: readonly Tensor[], results: readonly Tensor[], inputs: readonly Tensor[], wanted: readonly boolean[]) => readonly (Tensor | null)[];

/** Results whose gradient with respect to `inputs` comes from `rule`, not from the operations that made them. */
export function withRule(name: string, results: readonly Tensor[], inputs: readonly Tensor[], rule: CallRule): readonly Tensor[] {
  const primitive: Primitive<JointAttributes> = {
    name,
    doc: "out = the first input, with a gradient rule of its own for what the call was given.",
    infer: ([first]) => ({ shape: first.shape, dtype: first.dtype }),
    define: ([first], _, out) => out.data.set(first.data),
    lower: { kind: "view", layout: (layout) => layout },
    vjp: { results: results.length, pull: (cotangents, made, given, wanted) => rule(cotangents, withRule(name, made, given, rule), given, wanted) },
    sample: () => ({ inputs: [{ shape: [], dtype: "float32", range: [0, 1] }], attributes: { result: 0 } }),
  };
  return results.map((result, i) => (isFloat(result.dtype) ? bind(primitive, [result, ...results, ...inputs], { result: i }) : result));
}

/**
 * Runs `f` unwatched: what it takes from outside loses its history on the way in. `found` hears of it, and of whether a gradient
 * could flow through what it is taken for.
 */
function withoutHistory<T>(run: () => T, found: (outside: Tensor, differentiable: boolean) => void): T {
  const start = newestId();
  const outer = currentLens();
  return withOnlyLens((taken, differentiable = true) => {
    const input = outer(taken, differentiable);
    // Older than the run: whatever an enclosing trace puts in its place is newer.
    if (taken.id > start || input.recipe?.scope.open !== true) return input;
    found(input, differentiable);
    return input.storage === null ? input : detach(input);
  }, run);
}

/** What a rule of the user's is given. */
export interface CustomRuleContext<Args extends readonly unknown[], Out> {
  /** The cotangent of the result, in the result's structure. */
  readonly g: GradientsOf<Out>;
  readonly value: Out;
  readonly args: Args;
}

/**
 * `f` with a gradient rule of your own: for results with a better derivative than the one of their operations (a
 * straight-through estimator, a solver's implicit derivative). The rule gives a cotangent for each argument, in the
 * arguments' structure, as tensors computed by operations; so derivatives of higher order differentiate the rule.
 * Gradients flow to the arguments only. What `f` closes over is a constant: to differentiate by it is an error, unless `f` takes
 * it by `stopGradient`.
 *
 * @throws ShapeError when the rule's results do not match the arguments; NdgradError when the result is differentiated by a tensor
 *   or variable that `f` takes from its closure.
 * @example
 * const roundStraightThrough = customVjp((x: Tensor) => x.round(), ({ g }) => [g]);
 */
export function customVjp<Args extends readonly unknown[], Out>(
  f: (...args: Args) => Out, rule: (context: CustomRuleContext<Args, Out>) => GradientsOfEach<Args>,
): (...args: Args) => Out {
  checkFunction("customVjp", f);
  checkFunction("customVjp", rule);
  return (...args) => {
    checkArguments("customVjp", args);
    const places = leavesOf(args);
    const inputs = places.map((each) => (each instanceof Variable ? each.value : each));
    const around = currentLens();
    // By whichever name an enclosing trace knows them.
    const own = new Set([...inputs, ...inputs.map((each) => around(each, false))]);
    const captured = new Set<Tensor>();
    const result = withoutHistory(() => {
      const made = f(...args);
      checkResult("customVjp", made);
      // What `f` returns as it found it is taken from outside as well, though no operation looks at it.
      const look = currentLens();
      return withTensors(made, tensorsOf(made).map((each) => look(each)));
    }, (outside, differentiable) => { if (differentiable && isFloat(outside.dtype)) captured.add(outside); });
    const constants = [...captured].filter((each) => !own.has(each));
    const results = withRule("customVjp", tensorsOf(result), [...inputs, ...constants], (cotangents, values, given, wanted) => {
      const left = constants.find((_, i) => wanted[inputs.length + i]);
      if (left !== undefined) throw new NdgradError(`customVjp: the function takes ${showSpec(left)} from outside, by which it is differentiated here, and the rule gives gradients for arguments only; pass it as an argument, or take stopGradient of it if it is a constant`);
      const now = new Map(places.flatMap((each, i) => (each instanceof Variable ? [[each, given[i]] as const] : [])));
      const pulled = withVariableStore((outer) => ({ ...outer, read: (variable) => now.get(variable) ?? outer.read(variable) }), () => rule({
        g: withTensors(result, cotangents) as GradientsOf<Out>, value: withTensors(result, values),
        args: withTensors(args, given.filter((_, i) => places[i] instanceof Tensor)),
      }));
      checkPresent("customVjp", pulled, "give a list with a gradient for each argument", "give a rule that returns its gradients at once");
      return [...alignTangents("customVjp", "what the rule gives", args, pulled), ...constants.map(() => null)];
    });
    return withTensors(result, results);
  };
}

/**
 * `f` without keeping what it computes on the way: the gradient runs it again. Trades time for memory; values and
 * gradients stay the same. Tensors and variables that `f` closes over get their gradients too, and random generators
 * draw the same numbers again.
 *
 * Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016. PyTorch: utils.checkpoint.
 *
 * @example
 * grad((x: Tensor) => checkpoint((y: Tensor) => y.sin().exp())(x).sum())(tensor([1]));
 */
export function checkpoint<Args extends readonly unknown[], Out>(f: (...args: Args) => Out): (...args: Args) => Out {
  checkFunction("checkpoint", f);
  return (...args) => {
    checkArguments("checkpoint", args);
    const captured = new Set<Tensor>();
    // What `f` takes from outside goes by the names that it had when `f` first ran.
    const around = currentLens();
    const seen = new Map<Variable, Tensor>();
    // What `f` returns as it found it is taken from outside as well, though no operation looks at it.
    const run = (now: Args): Out => {
      const made = f(...now);
      checkResult("checkpoint", made);
      const look = currentLens();
      return withTensors(made, tensorsOf(made).map((each) => look(each)));
    };
    const result = withVariableStore((outer) => ({
      ...outer,
      read(variable) {
        const value = outer.read(variable);
        if (!seen.has(variable)) seen.set(variable, value);
        return value;
      },
      assign(variable, value) { outer.assign(variable, value); },
    }), () => withoutHistory(() => run(args), (outside) => captured.add(outside)));
    const given = tensorsOf(args);
    const inputs = [...given, ...[...captured].filter((each) => !given.includes(each))];
    const results = withRule("checkpoint", tensorsOf(result), inputs, (cotangents, _, now, wanted) => withScope("gradient", (scope) => {
      const leaves = now.map((each, i) => (wanted[i] ? leaf(each, scope) : each));
      const replaced = new Map(inputs.map((input, i) => [input, leaves[i]]));
      const outer = currentLens();
      // The second run sees the variables as the first one did, and its assignments reach nobody.
      const replayed = new Map(seen);
      const again = withVariableStore((outer) => ({
        ...outer,
        read: (variable) => replayed.get(variable) ?? outer.read(variable),
        assign: (variable, value) => { replayed.set(variable, value); },
      }), () => withOnlyLens((input) => replaced.get(around(input)) ?? outer(input), () => run(withTensors(args, leaves))));
      scope.open = false;
      const gradients = [...pullBack(tensorsOf(again), cotangents, leaves.filter((__, i) => wanted[i]))];
      return wanted.map((each) => (each ? gradients.shift() ?? null : null));
    }));
    return withTensors(result, results);
  };
}
