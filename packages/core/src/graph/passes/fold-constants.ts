import { bind } from "../bind.ts";
import { rewrite, type Graph } from "../graph.ts";

/** Computes now what needs no input: nodes whose operands all have elements. */
export const foldConstants = (graph: Graph): Graph => rewrite(graph, (node) => {
  const { primitive, inputs, attributes } = node.recipe;
  const constant = inputs.length > 0 && inputs.every(({ storage }) => storage !== null);
  return constant ? bind(primitive, inputs, attributes) : node;
});
