import { allocate } from "../dtype.ts";
import { anyPrimitive, type Primitive, type Spec } from "../primitive.ts";
import { sizeOf } from "../shape/shape.ts";
import { detach, fromData, Tensor } from "../tensor.ts";
import { bind, currentLens } from "./bind.ts";
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
  const flows = new Map<ControlFlow, readonly Tensor[]>();
  for (const node of computedNodes(graph)) {
    const { primitive, inputs: operands, attributes } = node.recipe;
    const control = flowOf(node);
    if (control === null) values.set(node, bind(primitive, operands.map(valueOf), attributes));
    else {
      const results = flows.get(control.flow) ?? bindControl(control.flow, operands.map(valueOf));
      flows.set(control.flow, results);
      values.set(node, results[control.output]);
    }
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
    out.data.set(evaluateFlow(flow, tensors)[output].data);
  },
  lower: { kind: "control" },
  // The transforms that make control flow give it rules of their own.
  vjp: null,
  sample: () => ({ inputs: [], attributes: { flow: { kind: "cond", ifTrue: { inputs: [], outputs: [] }, ifFalse: { inputs: [], outputs: [] } }, output: 0 } }),
};

/** The definition: plain loops and branches. `run` computes the graphs in them. */
export function evaluateFlow(flow: ControlFlow, inputs: readonly Tensor[], run: typeof runGraph = runGraph): readonly Tensor[] {
  switch (flow.kind) {
    case "cond": return run(inputs[0].item() === 0 ? flow.ifFalse : flow.ifTrue, inputs.slice(1));
    case "while": {
      const outside = inputs.slice(flow.carries);
      let carries = inputs.slice(0, flow.carries);
      while (run(flow.test, [...carries, ...outside])[0].item() !== 0) carries = [...run(flow.body, [...carries, ...outside])];
      return carries;
    }
    case "scan": {
      const sequences = inputs.slice(flow.carries, flow.carries + flow.sequences);
      const outside = inputs.slice(flow.carries + flow.sequences);
      let carries = inputs.slice(0, flow.carries);
      const results = controlSpecs(flow).slice(flow.carries).map(({ shape, dtype }) => ({ shape, dtype, data: allocate(dtype, sizeOf(shape)) }));
      for (let turn = 0; turn < flow.length; turn++) {
        const elements = sequences.map((sequence) => {
          const size = sequence.size / flow.length;
          return fromData(sequence.data.slice(turn * size, (turn + 1) * size), sequence.shape.slice(1), sequence.dtype);
        });
        const made = run(flow.body, [...carries, ...elements, ...outside]);
        carries = made.slice(0, flow.carries);
        made.slice(flow.carries).forEach((element, i) => results[i].data.set(element.data, turn * element.size));
      }
      return [...carries, ...results.map(({ data, shape, dtype }) => fromData(data, shape, dtype))];
    }
  }
}

/** The results of a flow: nodes, or tensors with elements where all inputs have theirs. */
export function bindControl(flow: ControlFlow, inputs: readonly Tensor[]): readonly Tensor[] {
  const look = currentLens();
  const known = inputs.map((input) => look(input));
  // Computed once for all results; bound one by one, each would run the whole loop.
  if (known.every(({ storage }) => storage !== null)) return evaluateFlow(flow, known.map(detach));
  return controlSpecs(flow).map((_, output) => bind(controlPrimitive, inputs, { flow, output }));
}

/** The flow that a node is a result of, if it is one. */
export const flowOf = (node: { readonly recipe: { readonly primitive: Primitive; readonly attributes: unknown } }): ControlAttributes | null =>
  node.recipe.primitive === anyPrimitive(controlPrimitive) ? (node.recipe.attributes as ControlAttributes) : null;

/** The graphs of a flow, by what they are for. */
export function graphsOf(flow: ControlFlow): readonly (readonly [name: string, graph: Graph])[] {
  switch (flow.kind) {
    case "scan": return [["body", flow.body]];
    case "while": return [["test", flow.test], ["body", flow.body]];
    case "cond": return [["true", flow.ifTrue], ["false", flow.ifFalse]];
  }
}

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
