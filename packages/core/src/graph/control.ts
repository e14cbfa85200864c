import { allocate } from "../dtype.ts";
import { anyPrimitive, type Primitive, type Spec } from "../primitive.ts";
import { fromData, Tensor } from "../tensor.ts";
import { bind } from "./bind.ts";
import { computedNodes, type Computed, type Graph } from "./graph.ts";

/** A loop or branch over graphs. The node's inputs are, in order, those named here, and then what the graphs take from outside. */
export type ControlFlow =
  /** Inputs: initial carries, then sequences along axis 0. `body` takes the carries, one element of each sequence and the rest; gives the next carries, then one element of each result sequence. */
  | { readonly kind: "scan"; readonly length: number; readonly carries: number; readonly sequences: number; readonly body: Graph }
  /** Inputs: initial carries. Both graphs take the carries and the rest; `test` gives a bool scalar, `body` the next carries. */
  | { readonly kind: "while"; readonly carries: number; readonly test: Graph; readonly body: Graph }
  /** Inputs: a bool scalar. Both graphs take the rest. */
  | { readonly kind: "cond"; readonly ifTrue: Graph; readonly ifFalse: Graph };

/** One of the results of a control flow; nodes that share the flow are computed together. */
export interface ControlAttributes {
  readonly flow: ControlFlow;
  readonly output: number;
}

/** Runs a graph's operations on tensors: eagerly, or into the trace that they belong to. */
export function runGraph(graph: Graph, inputs: readonly Tensor[]): readonly Tensor[] {
  const values = new Map<Tensor, Tensor>(graph.inputs.map((node, i) => [node, inputs[i]]));
  const valueOf = (node: Tensor): Tensor => values.get(node) ?? node;
  for (const node of computedNodes(graph)) {
    const { primitive, inputs: operands, attributes } = node.recipe;
    values.set(node, bind(primitive, operands.map(valueOf), attributes));
  }
  return graph.outputs.map(valueOf);
}

/** What each result of a flow is, without its elements. */
export function controlSpecs(flow: ControlFlow): readonly Spec[] {
  const spec = ({ shape, dtype }: Tensor): Spec => ({ shape, dtype });
  switch (flow.kind) {
    case "scan": return flow.body.outputs.map((node, i) => (i < flow.carries ? spec(node) : { shape: [flow.length, ...node.shape], dtype: node.dtype }));
    case "while": return flow.body.outputs.map(spec);
    case "cond": return flow.ifTrue.outputs.map(spec);
  }
}

const controlPrimitive: Primitive<ControlAttributes> = {
  name: "control",
  doc: "A loop or branch over graphs, as scan, whileLoop and cond make them. JAX: lax.scan, lax.while_loop, lax.cond.",
  infer: (_, { flow, output }) => controlSpecs(flow)[output],
  define(inputs, { flow, output }, out) {
    const tensors = inputs.map(({ shape, dtype, data }) => {
      const own = allocate(dtype, data.length);
      own.set(data);
      return fromData(own, shape, dtype);
    });
    out.data.set(evaluateFlow(flow, tensors)[output]);
  },
  lower: { kind: "control" },
  // The transforms that make control flow give it rules of their own.
  vjp: null,
  sample: () => ({ inputs: [], attributes: { flow: { kind: "cond", ifTrue: { inputs: [], outputs: [] }, ifFalse: { inputs: [], outputs: [] } }, output: 0 } }),
};

/** The definition: plain loops and branches. */
function evaluateFlow(flow: ControlFlow, inputs: readonly Tensor[]): readonly Float64Array[] {
  const numbers = (tensor: Tensor): Float64Array => Float64Array.from(tensor.data);
  switch (flow.kind) {
    case "cond": return runGraph(inputs[0].item() === 0 ? flow.ifFalse : flow.ifTrue, inputs.slice(1)).map(numbers);
    case "while": {
      const outside = inputs.slice(flow.carries);
      let carries = inputs.slice(0, flow.carries);
      while (runGraph(flow.test, [...carries, ...outside])[0].item() !== 0) carries = [...runGraph(flow.body, [...carries, ...outside])];
      return carries.map(numbers);
    }
    case "scan": {
      const sequences = inputs.slice(flow.carries, flow.carries + flow.sequences);
      const outside = inputs.slice(flow.carries + flow.sequences);
      let carries = inputs.slice(0, flow.carries);
      const results: Float64Array[] = controlSpecs(flow).slice(flow.carries).map(({ shape }) => new Float64Array(shape.reduce((a, b) => a * b, 1)));
      for (let turn = 0; turn < flow.length; turn++) {
        const elements = sequences.map((sequence) => {
          const size = sequence.size / flow.length;
          return fromData(sequence.data.slice(turn * size, (turn + 1) * size), sequence.shape.slice(1), sequence.dtype);
        });
        const made = runGraph(flow.body, [...carries, ...elements, ...outside]);
        carries = made.slice(0, flow.carries);
        made.slice(flow.carries).forEach((element, i) => results[i].set(element.data, turn * element.size));
      }
      return [...carries.map(numbers), ...results];
    }
  }
}

/** The results of a flow as nodes. */
export const bindControl = (flow: ControlFlow, inputs: readonly Tensor[]): readonly Tensor[] =>
  controlSpecs(flow).map((_, output) => bind(controlPrimitive, inputs, { flow, output }));

/** The flow that a node is a result of, if it is one. */
export const flowOf = (node: { readonly recipe: { readonly primitive: Primitive; readonly attributes: unknown } }): ControlAttributes | null =>
  node.recipe.primitive === anyPrimitive(controlPrimitive) ? (node.recipe.attributes as ControlAttributes) : null;

/** The same flow over other graphs. */
export function withGraphs(flow: ControlFlow, replace: (graph: Graph) => Graph): ControlFlow {
  switch (flow.kind) {
    case "scan": return { ...flow, body: replace(flow.body) };
    case "while": return { ...flow, test: replace(flow.test), body: replace(flow.body) };
    case "cond": return { ...flow, ifTrue: replace(flow.ifTrue), ifFalse: replace(flow.ifFalse) };
  }
}

/** The same result of another flow. */
export const withFlow = (node: Computed, attributes: ControlAttributes): Tensor =>
  new Tensor(node.shape, node.dtype, null, { ...node.recipe, attributes });
