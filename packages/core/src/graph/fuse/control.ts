import { copyKernel, placeRowMajor, type Placed } from "../../engine/lower.ts";
import type { ControlKernel, Kernel, Operand } from "../../engine/program.ts";
import type { Tensor } from "../../tensor.ts";
import type { ControlFlow } from "../control.ts";
import type { Graph } from "../graph.ts";

/** What lowering a flow needs of the program it becomes part of. */
export interface ControlSurroundings {
  /** How many loops are around. */
  readonly depth: number;
  /** A new array like a node. */
  readonly addBuffer: (node: Tensor) => number;
  /** The kernels of a graph whose inputs stand in these buffers; gives the buffers of its outputs. */
  readonly lowerGraph: (graph: Graph, inputs: readonly number[], depth: number) => { readonly kernels: readonly Kernel[]; readonly outputs: readonly number[] };
}

const whole = (node: Tensor, buffer: number): Placed => placeRowMajor(node, buffer);

/** Copies one array to another of the same kind; nothing where there are no elements. */
const copies = (node: Tensor, from: number, to: number): readonly Kernel[] => (node.size === 0 ? [] : [copyKernel(whole(node, from), whole(node, to))]);

/** An array's element `turn` along axis 0, which has the node's shape. */
const elementOf = (node: Tensor, buffer: number, loop: number) => (operand: Operand): Operand =>
  (operand.buffer === buffer ? { ...operand, offset: { start: 0, step: node.size, loop } } : operand);

/** The kernels of a flow whose inputs stand in these buffers, writing these results. */
export function lowerFlow(flow: ControlFlow, inputs: readonly number[], results: readonly number[], surroundings: ControlSurroundings): readonly Kernel[] {
  const { depth, addBuffer, lowerGraph } = surroundings;
  const control = (written: ControlKernel["flow"]): ControlKernel => ({ kind: "control", depth, flow: written });
  const flag = (buffer: number): Operand => ({ buffer, dtype: "bool", strides: [], offset: 0 });
  /** Lowers a graph and moves its outputs to where they are wanted. */
  const into = (graph: Graph, given: readonly number[], targets: readonly number[], around: number): readonly Kernel[] => {
    const { kernels, outputs } = lowerGraph(graph, given, around);
    return [...kernels, ...graph.outputs.flatMap((node, i) => copies(node, outputs[i], targets[i]))];
  };

  switch (flow.kind) {
    case "cond": {
      const outside = inputs.slice(1);
      return [control({ kind: "if", condition: flag(inputs[0]), ifTrue: into(flow.ifTrue, outside, results, depth), ifFalse: into(flow.ifFalse, outside, results, depth) })];
    }
    case "while": {
      const outside = inputs.slice(flow.carries);
      const start = flow.body.outputs.flatMap((node, i) => copies(node, inputs[i], results[i]));
      const given = [...results, ...outside];
      const test = lowerGraph(flow.test, given, depth);
      return [...start, control({ kind: "while", condition: flag(test.outputs[0]), test: test.kernels, body: into(flow.body, given, results, depth) })];
    }
    case "scan": {
      const { carries, sequences, body, length } = flow;
      const carryNodes = body.outputs.slice(0, carries);
      const elementNodes = body.inputs.slice(carries, carries + sequences);
      const start = carryNodes.flatMap((node, i) => copies(node, inputs[i], results[i]));
      const elements = elementNodes.map(addBuffer);
      const taken = elementNodes.flatMap((node, i) => copies(node, inputs[carries + i], elements[i])
        .map((kernel) => moveInputs(kernel, elementOf(node, inputs[carries + i], depth))));
      const { kernels, outputs } = lowerGraph(body, [...results.slice(0, carries), ...elements, ...inputs.slice(carries + sequences)], depth + 1);
      const kept = body.outputs.flatMap((node, i) => (i < carries ? copies(node, outputs[i], results[i])
        : copies(node, outputs[i], results[i]).map((kernel) => moveOutputs(kernel, elementOf(node, results[i], depth)))));
      return [...start, control({ kind: "repeat", times: length, body: [...taken, ...kernels, ...kept] })];
    }
  }
}

const moveInputs = (kernel: Kernel, move: (operand: Operand) => Operand): Kernel => (kernel.kind === "loop" ? { ...kernel, inputs: kernel.inputs.map(move) } : kernel);
const moveOutputs = (kernel: Kernel, move: (operand: Operand) => Operand): Kernel => (kernel.kind === "loop" ? { ...kernel, outputs: kernel.outputs.map(move) } : kernel);
