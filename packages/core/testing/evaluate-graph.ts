import { evaluateFlow, flowOf, type ControlFlow } from "../src/graph/control.ts";
import { computedNodes, type Graph } from "../src/graph/graph.ts";
import { referenceEngine } from "../src/engine/reference/reference.ts";
import { fromData, type Tensor } from "../src/tensor.ts";

/** What a graph gives by its primitives' definitions, node by node, each rounded to its dtype. */
export function evaluateGraph(graph: Graph, given: readonly Tensor[]): readonly Tensor[] {
  const values = new Map<Tensor, Tensor>(graph.inputs.map((input, i) => [input, given[i]]));
  const valueOf = (node: Tensor): Tensor => values.get(node) ?? node;
  const flows = new Map<ControlFlow, readonly Tensor[]>();
  for (const node of computedNodes(graph)) {
    const { primitive, inputs, attributes } = node.recipe;
    const control = flowOf(node);
    if (control !== null) {
      const results = flows.get(control.flow) ?? evaluateFlow(control.flow, inputs.map(valueOf), evaluateGraph);
      flows.set(control.flow, results);
      values.set(node, results[control.output]);
      continue;
    }
    values.set(node, fromData(referenceEngine.run(primitive, inputs.map(valueOf), attributes, node), node.shape, node.dtype));
  }
  return graph.outputs.map(valueOf);
}
