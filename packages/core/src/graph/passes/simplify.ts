import type { Tensor } from "../../tensor.ts";
import { rewrite, type Computed, type Graph } from "../graph.ts";

/**
 * Leaves out steps that change nothing, each by the rule that its primitive declares. All rules keep IEEE results bit for
 * bit: `x · 1`, `x / 1` and `x − 0` go; `x + 0` (−0 becomes +0) and `x · 0` (NaN, ±∞) stay.
 */
export const simplify = (graph: Graph): Graph => rewrite(graph, (node) => node.recipe.primitive.simplify?.(node.recipe.inputs, node.recipe.attributes, node) ?? withoutEmptyView(node));

/** A view that shows its input as it is, is its input. */
function withoutEmptyView(node: Computed): Tensor {
  const { primitive: { lower }, inputs, attributes } = node.recipe;
  if (lower.kind !== "view" || inputs[0].dtype !== node.dtype) return node;
  const [{ shape }] = inputs;
  if (shape.length !== node.shape.length || shape.some((extent, axis) => extent !== node.shape[axis])) return node;
  // Strides that no two walks share tell whether elements stay in their places.
  const probe = shape.map((_, axis) => 1 + axis * 7919);
  const seen = lower.layout({ shape, strides: probe, offset: 0 }, attributes);
  const same = seen !== null && seen.offset === 0 && seen.strides.every((stride, axis) => stride === probe[axis] || shape[axis] === 1);
  return same ? inputs[0] : node;
}
