import { showSpec } from "../errors.ts";
import { sameShape } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";
import { computedNodes, type Graph } from "./graph.ts";

/** Throws unless every node's shape and dtype are what its primitive says and everything it needs is there. */
export function verify(graph: Graph, after: string): void {
  const known = new Set<Tensor>(graph.inputs);
  for (const node of computedNodes(graph)) {
    const { primitive, inputs, attributes } = node.recipe;
    for (const input of inputs) {
      if (input.storage === null && !known.has(input)) throw new Error(`verify: after ${after}, ${primitive.name} uses a node that nothing computes`);
    }
    const spec = primitive.infer(inputs, attributes);
    if (spec.dtype !== node.dtype || !sameShape(spec.shape, node.shape)) {
      throw new Error(`verify: after ${after}, ${primitive.name} is ${showSpec(node)} and should be ${showSpec(spec)}`);
    }
    known.add(node);
  }
  for (const output of graph.outputs) {
    if (output.storage === null && !known.has(output)) throw new Error(`verify: after ${after}, an output is computed by nothing`);
  }
}
