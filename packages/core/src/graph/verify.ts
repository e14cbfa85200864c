import { showSpec } from "../errors.ts";
import type { Spec } from "../primitive.ts";
import { sameShape } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";
import { flowOf, graphsOf, type ControlFlow } from "./control.ts";
import { computedNodes, type Graph } from "./graph.ts";

/** Throws unless every node's shape and dtype are what its primitive says and everything it needs is there, inside of loops and branches too. */
export function verify(graph: Graph, after: string): void {
  const known = new Set<Tensor>(graph.inputs);
  const flows = new Set<ControlFlow>();
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
    const flow = flowOf(node)?.flow;
    if (flow === undefined || flows.has(flow)) continue;
    flows.add(flow);
    verifyFlow(flow, inputs, after);
  }
  for (const output of graph.outputs) {
    if (output.storage === null && !known.has(output)) throw new Error(`verify: after ${after}, an output is computed by nothing`);
  }
}

/** Throws unless the graphs of a loop or branch are in order, and take and give what it says. */
function verifyFlow(flow: ControlFlow, inputs: readonly Tensor[], after: string): void {
  const expectAlike = (what: string, nodes: readonly Tensor[], specs: readonly Spec[]): void => {
    const [is, should] = [nodes, specs].map((each) => each.map(showSpec).join(", "));
    if (is !== should) throw new Error(`verify: after ${after}, the ${what} of a ${flow.kind} are (${is}) and should be (${should})`);
  };
  const element = ({ shape, dtype }: Tensor): Spec => ({ shape: shape.slice(1), dtype });
  switch (flow.kind) {
    case "scan": {
      const first = flow.carries + flow.sequences;
      expectAlike("inputs", flow.body.inputs, [...inputs.slice(0, flow.carries), ...inputs.slice(flow.carries, first).map(element), ...inputs.slice(first)]);
      expectAlike("carries", flow.body.outputs.slice(0, flow.carries), inputs.slice(0, flow.carries));
      break;
    }
    case "while":
      for (const { inputs: own } of [flow.test, flow.body]) expectAlike("inputs", own, inputs);
      expectAlike("carries", flow.body.outputs, inputs.slice(0, flow.carries));
      expectAlike("condition", flow.test.outputs, [{ shape: [], dtype: "bool" }]);
      break;
    case "cond":
      for (const { inputs: own } of [flow.ifTrue, flow.ifFalse]) expectAlike("inputs", own, inputs.slice(1));
      expectAlike("results", flow.ifFalse.outputs, flow.ifTrue.outputs);
      break;
  }
  for (const [name, graph] of graphsOf(flow)) verify(graph, `${after}, in the ${name} of a ${flow.kind}`);
}
