import { showShape } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { flowOf, graphsOf, type ControlFlow } from "./control.ts";
import { computedNodes, uniformValue, type Graph } from "./graph.ts";

const showType = ({ dtype, shape }: Tensor): string => `${dtype}${showShape(shape)}`;

/** Attributes as they read in a listing: `axes=[0] keepDims=false`. */
function showAttributes(attributes: unknown): string {
  if (typeof attributes !== "object" || attributes === null) return "";
  return Object.entries(attributes).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join("");
}

/** What a loop or branch says of itself: ` length=4 carries=1`. */
const showFlow = (flow: ControlFlow): string =>
  Object.entries(flow).flatMap(([key, value]) => (typeof value === "number" ? [` ${key}=${value}`] : [])).join("");

/** A graph as text: one line a node, `%3 = mul %1 %2 : float32[4]`; the graphs of a loop or branch stand indented before its results. */
export function showGraph(graph: Graph): string {
  let count = 0;
  let flowCount = 0;
  const linesOf = ({ inputs, outputs }: Graph): readonly string[] => {
    const names = new Map<Tensor, string>();
    const lines: string[] = [];
    const nameNext = (node: Tensor): string => {
      const name = `%${count++}`;
      names.set(node, name);
      return name;
    };
    const nameOf = (node: Tensor): string => {
      const known = names.get(node);
      if (known !== undefined) return known;
      const value = uniformValue(node);
      return value === null ? `constant ${showType(node)}` : `${value} : ${showType(node)}`;
    };
    for (const input of inputs) lines.push(`${nameNext(input)} = input : ${showType(input)}`);
    const flows = new Map<ControlFlow, string>();
    for (const node of computedNodes({ inputs, outputs })) {
      const { primitive, inputs: given, attributes } = node.recipe;
      const operands = given.map((input) => ` ${nameOf(input)}`).join("");
      const control = flowOf(node);
      if (control === null) {
        lines.push(`${nameNext(node)} = ${primitive.name}${operands}${showAttributes(attributes)} : ${showType(node)}`);
        continue;
      }
      const { flow, output } = control;
      let called = flows.get(flow);
      if (called === undefined) {
        flows.set(flow, (called = `${flow.kind} ${flowCount++}`));
        lines.push(`${called}:${operands}${showFlow(flow)}`);
        for (const [name, inner] of graphsOf(flow)) lines.push(`  ${name}:`, ...linesOf(inner).map((line) => `    ${line}`));
      }
      lines.push(`${nameNext(node)} = result ${output} of ${called} : ${showType(node)}`);
    }
    lines.push(`return ${outputs.map(nameOf).join(", ")}`);
    return lines;
  };
  return linesOf(graph).join("\n");
}
