import { isFloat } from "../dtype.ts";
import type { GradientRule, JointAttributes, JointRule, Primitive } from "../primitive.ts";
import { add } from "../ops/elementwise/arithmetic.ts";
import { zerosLike } from "../ops/creation.ts";
import type { Recipe, Tensor } from "../tensor.ts";

/** What a gradient walks back over: the calls between leaves and outputs, kept apart from the tensors, which may give up their recipes. */
export interface Tape {
  /** Σ over outputs of cotangentᵀ · ∂output/∂leaf for each leaf; `null` for a leaf that no output depends on, as for a cotangent of zeros. May be called again. */
  pull(cotangents: readonly (Tensor | null)[]): readonly (Tensor | null)[];
}

/** One call on the tape: a result, or all results of a call that are differentiated together. */
interface Call {
  readonly recipe: Recipe;
  readonly out: Tensor;
  /** Of a call with a joint rule: the tensors that it made, by the number of the result. */
  readonly made: Map<number, Tensor> | null;
}
interface JointCall extends Call { readonly made: Map<number, Tensor> }

/** The calls that lead from leaves to outputs, in the order in which they were made. */
export function recordTape(outputs: readonly Tensor[], leaves: readonly Tensor[]): Tape {
  const order = dependents(outputs, leaves);
  const between = new Set(order);
  const calls = callsOf(order, new Set(leaves));
  return {
    pull(cotangents) {
      const gradients = new Map<Tensor, Tensor>();
      const accumulate = (tensor: Tensor, gradient: Tensor): void => {
        const sofar = gradients.get(tensor);
        gradients.set(tensor, sofar === undefined ? gradient : add(sofar, gradient));
      };
      outputs.forEach((output, i) => {
        const cotangent = cotangents[i];
        if (cotangent !== null && isFloat(output.dtype)) accumulate(output, cotangent);
      });
      for (let i = calls.length - 1; i >= 0; i--) {
        const { recipe: { primitive, inputs, attributes }, out, made } = calls[i];
        const joint = jointRuleOf(primitive);
        if (joint !== null && made !== null) pullJoint(joint, inputs, made, { gradients, between, accumulate });
        else {
          const g = gradients.get(out);
          if (g === undefined) continue;
          for (let index = 0; index < inputs.length; index++) {
            if (!between.has(inputs[index]) || !isFloat(inputs[index].dtype)) continue;
            const rule = ruleFor(primitive, index);
            if (rule !== null) accumulate(inputs[index], rule({ g, inputs, out, attributes, index }));
          }
          gradients.delete(out);
        }
      }
      return leaves.map((leaf) => gradients.get(leaf) ?? null);
    },
  };
}

/** One walk back: the gradients of `recordTape(outputs, leaves).pull(cotangents)`. */
export const pullBack = (outputs: readonly Tensor[], cotangents: readonly Tensor[], leaves: readonly Tensor[]): readonly (Tensor | null)[] =>
  recordTape(outputs, leaves).pull(cotangents);

/**
 * The tensors' recipes as calls, each at the place of its oldest result. All that uses any of a call's results is newer than
 * that one, so that their cotangents are complete when the call has its turn, whatever was made between its results: a graph
 * that is bound again binds its nodes in another order.
 */
function callsOf(order: readonly Tensor[], ends: ReadonlySet<Tensor>): readonly Call[] {
  const calls: Call[] = [];
  /** By the first result as computed, which no other call has. */
  const joint = new Map<Tensor, JointCall[]>();
  for (const out of order) {
    const { recipe } = out;
    if (recipe === null || ends.has(out)) continue;
    if (jointRuleOf(recipe.primitive) === null) {
      calls.push({ recipe, out, made: null });
      continue;
    }
    const { result } = recipe.attributes as JointAttributes;
    const [, first] = recipe.inputs;
    const known = joint.get(first) ?? [];
    let call = known.find((each) => !each.made.has(result) && sameCall(each.recipe, recipe));
    if (call === undefined) {
      calls.push((call = { recipe, out, made: new Map() }));
      joint.set(first, [...known, call]);
    }
    call.made.set(result, out);
  }
  return calls;
}

/** Whether two results belong to one call: all inputs but the first, which is the result itself as computed, are the same. */
const sameCall = ({ inputs: a }: Recipe, { inputs: b }: Recipe): boolean => a.length === b.length && a.every((input, i) => i === 0 || input === b[i]);

interface Pulling {
  readonly gradients: Map<Tensor, Tensor>;
  readonly between: ReadonlySet<Tensor>;
  readonly accumulate: (tensor: Tensor, gradient: Tensor) => void;
}

/** Pulls all results of a call back at once. */
function pullJoint(joint: JointRule, inputs: readonly Tensor[], made: ReadonlyMap<number, Tensor>, { gradients, between, accumulate }: Pulling): void {
  if (![...made.values()].some((out) => gradients.has(out))) return;
  const results = inputs.slice(1, 1 + joint.results);
  const given = inputs.slice(1 + joint.results);
  // Zeros for results that nothing depends on.
  const cotangents = results.map((result): Tensor => zerosLike(result));
  for (const [result, out] of made) {
    cotangents[result] = gradients.get(out) ?? cotangents[result];
    gradients.delete(out);
  }
  const wanted = given.map((input) => between.has(input) && isFloat(input.dtype));
  joint.pull(cotangents, results, given, wanted).forEach((gradient, at) => { if (gradient !== null && wanted[at]) accumulate(given[at], gradient); });
}

function ruleFor({ vjp }: Primitive, index: number): GradientRule<unknown> | null {
  if (vjp === null || "pull" in vjp) return null;
  return typeof vjp === "function" ? vjp : vjp[index];
}

const jointRuleOf = ({ vjp }: Primitive): JointRule | null => (vjp !== null && "pull" in vjp ? vjp : null);

/** Whether a gradient flows from a result to one of its inputs: whole numbers carry none, though a trace keeps their recipes as well. */
function flows({ primitive, inputs }: Recipe, index: number): boolean {
  if (!isFloat(inputs[index].dtype)) return false;
  const joint = jointRuleOf(primitive);
  return joint === null ? ruleFor(primitive, index) !== null : index > joint.results;
}

/** Zeros where nothing depends on a leaf: a function may ignore its argument. */
export const orZeros = (gradient: Tensor | null, leaf: Tensor): Tensor => gradient ?? zerosLike(leaf);

/** For each output whether a gradient could flow from it to one of these tensors. */
export function dependOn(outputs: readonly Tensor[], leaves: readonly Tensor[]): readonly boolean[] {
  const depending = new Set(dependents(outputs, leaves));
  return outputs.map((output) => depending.has(output));
}

/** The tensors that outputs are computed by and that depend on a leaf, leaves included, each after its inputs. */
function dependents(outputs: readonly Tensor[], leaves: readonly Tensor[]): readonly Tensor[] {
  // Nothing older than the leaves can depend on them: the walk ends there, however long the history before.
  let oldest = Infinity;
  for (const { id } of leaves) oldest = Math.min(oldest, id);
  const seen = new Set<Tensor>();
  const pending = outputs.filter(({ id }) => id >= oldest);
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    for (const input of tensor.recipe?.inputs ?? []) if (input.id >= oldest && !seen.has(input)) pending.push(input);
  }
  const depending = new Set(leaves);
  return [...seen].sort((a, b) => a.id - b.id).filter((tensor) => {
    const { recipe } = tensor;
    if (recipe?.inputs.some((input, i) => depending.has(input) && flows(recipe, i)) === true) depending.add(tensor);
    return depending.has(tensor);
  });
}
