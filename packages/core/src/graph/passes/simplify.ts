import type { Tensor } from "../../tensor.ts";
import { rewrite, type Computed, type Graph } from "../graph.ts";

/**
 * Leaves out steps that change nothing, each by the rule that its primitive declares. All rules keep IEEE results bit for
 * bit: `x · 1`, `x / 1`, `x − 0` and `x + (−0)` go; `x + 0` and the sum of a single x (both make +0 of −0), `x · 0` and
 * `x − x` (NaN, ±∞) stay.
 */
export const simplify = (graph: Graph): Graph => {
  const given = new Set<Tensor>(graph.inputs);
  return rewrite(graph, (node) => {
    let simplest: Tensor = node;
    // What a rule gives may be simpler still: two flips are one slice that shows everything in its place.
    for (let next: Tensor | null = node; next !== null;) {
      simplest = next;
      next = simplest.storage !== null || given.has(simplest) ? null : step(simplest as Computed);
    }
    return simplest;
  });
};

/** One rule applied; `null` where none applies. */
function step(node: Computed): Tensor | null {
  const { primitive, inputs, attributes } = node.recipe;
  return primitive.simplify?.(inputs, attributes, node) ?? withoutEmptyView(node);
}

/** A view that shows its input as it is, is its input. */
function withoutEmptyView(node: Computed): Tensor | null {
  const { primitive: { lower }, inputs, attributes } = node.recipe;
  if (lower.kind !== "view" || inputs[0].dtype !== node.dtype) return null;
  const [{ shape }] = inputs;
  if (shape.length !== node.shape.length || shape.some((extent, axis) => extent !== node.shape[axis])) return null;
  // Strides that no two walks share tell whether elements stay in their places.
  const probe = shape.map((_, axis) => 1 + axis * 7919);
  const seen = lower.layout({ shape, strides: probe, offset: 0 }, attributes);
  const same = seen !== null && seen.offset === 0 && seen.strides.every((stride, axis) => stride === probe[axis] || shape[axis] === 1);
  return same ? inputs[0] : null;
}
