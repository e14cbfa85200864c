import { showShape } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import type { ControlAttributes } from "./control.ts";
import { computedNodes, uniformValue, type Graph } from "./graph.ts";

const showType = ({ dtype, shape }: Tensor): string => `${dtype}${showShape(shape)}`;

/** Attributes as they read in a listing: `axes=[0] keepDims=false`. */
function showAttributes(attributes: unknown): string {
  if (typeof attributes !== "object" || attributes === null) return "";
  if ("flow" in attributes && "output" in attributes) return ` ${(attributes as ControlAttributes).flow.kind} result ${(attributes as ControlAttributes).output}`;
  return Object.entries(attributes).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join("");
}

/** A graph as text: one line a node, `%3 = mul %1 %2 : float32[4]`. */
export function showGraph(graph: Graph): string {
  const names = new Map<Tensor, string>();
  const lines: string[] = [];
  graph.inputs.forEach((input, i) => {
    names.set(input, `%${i}`);
    lines.push(`%${i} = input : ${showType(input)}`);
  });
  let count = graph.inputs.length;
  const nameOf = (node: Tensor): string => {
    const known = names.get(node);
    if (known !== undefined) return known;
    const value = uniformValue(node);
    return value === null ? `constant ${showType(node)}` : `${value} : ${showType(node)}`;
  };
  for (const node of computedNodes(graph)) {
    const { primitive, inputs, attributes } = node.recipe;
    const operands = inputs.map((input) => ` ${nameOf(input)}`).join("");
    const name = `%${count++}`;
    names.set(node, name);
    lines.push(`${name} = ${primitive.name}${operands}${showAttributes(attributes)} : ${showType(node)}`);
  }
  lines.push(`return ${graph.outputs.map(nameOf).join(", ")}`);
  return lines.join("\n");
}
