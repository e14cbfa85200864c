import { isFloat } from "../dtype.ts";
import type { GradientRule, JointAttributes, JointRule, Primitive } from "../primitive.ts";
import { add } from "../ops/elementwise/arithmetic.ts";
import { zerosLike } from "../ops/creation.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Σ over outputs of cotangentᵀ · ∂output/∂leaf for each leaf, by walking the recipes backwards once.
 * A leaf that no output depends on gets `null`.
 */
export function pullBack(outputs: readonly Tensor[], cotangents: readonly Tensor[], leaves: readonly Tensor[]): readonly (Tensor | null)[] {
  const gradients = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, gradient: Tensor): void => {
    const sofar = gradients.get(tensor);
    gradients.set(tensor, sofar === undefined ? gradient : add(sofar, gradient));
  };
  outputs.forEach((output, i) => { if (isFloat(output.dtype)) accumulate(output, cotangents[i]); });

  const order = dependents(outputs, leaves);
  const between = new Set(order);
  const ends = new Set(leaves);
  for (let i = order.length - 1; i >= 0; i--) {
    const out = order[i];
    const g = gradients.get(out);
    if (g === undefined || out.recipe === null || ends.has(out)) continue;
    const { primitive, inputs, attributes } = out.recipe;
    const joint = jointRuleOf(primitive);
    if (joint !== null) {
      // All that uses any of the call's results is newer than all of them: their cotangents are complete.
      const given = inputs.slice(1 + joint.results);
      if (!given.some((input) => between.has(input))) continue;
      const results = inputs.slice(1, 1 + joint.results);
      const pulled = joint.pull(takeCotangents(out, results, order, i, gradients), results, given);
      given.forEach((input, at) => {
        const gradient = pulled[at];
        if (gradient !== null && between.has(input)) accumulate(input, gradient);
      });
      continue;
    }
    for (let index = 0; index < inputs.length; index++) {
      // Whole numbers carry no gradient, though a trace keeps their recipes as well.
      if (!between.has(inputs[index]) || !isFloat(inputs[index].dtype)) continue;
      const rule = ruleFor(primitive, index);
      if (rule !== null) accumulate(inputs[index], rule({ g, inputs, out, attributes, index }));
    }
    gradients.delete(out);
  }
  return leaves.map((leaf) => gradients.get(leaf) ?? null);
}

function ruleFor({ vjp }: Primitive, index: number): GradientRule<unknown> | null {
  if (vjp === null || "pull" in vjp) return null;
  return typeof vjp === "function" ? vjp : vjp[index];
}

const jointRuleOf = ({ vjp }: Primitive): JointRule | null => (vjp !== null && "pull" in vjp ? vjp : null);

/** The cotangents of all results of the call that `out` is a result of; zeros for those that nothing depends on. */
function takeCotangents(out: Tensor, results: readonly Tensor[], order: readonly Tensor[], last: number, gradients: Map<Tensor, Tensor>): readonly Tensor[] {
  const cotangents = results.map((result): Tensor => zerosLike(result));
  // Results of one call stand next to each other, but for what else was made while they were.
  for (let i = last; i >= 0 && order[i].id > results[0].id; i--) {
    const { recipe } = order[i];
    if (recipe === null || recipe.primitive !== out.recipe?.primitive || recipe.inputs[1] !== results[0]) continue;
    const g = gradients.get(order[i]);
    if (g !== undefined) cotangents[(recipe.attributes as JointAttributes).result] = g;
    gradients.delete(order[i]);
  }
  return cotangents;
}

/** Zeros where nothing depends on a leaf: a function may ignore its argument. */
export const orZeros = (gradient: Tensor | null, leaf: Tensor): Tensor => gradient ?? zerosLike(leaf);

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
    if (tensor.recipe?.inputs.some((input) => depending.has(input)) === true) depending.add(tensor);
    return depending.has(tensor);
  });
}
