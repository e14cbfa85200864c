import type { Tensor } from "../../tensor.ts";
import { rewrite, uniformValue, type Graph } from "../graph.ts";

/** Computes once what is computed twice: nodes of one primitive with the same inputs and attributes. */
export function shareCommon(graph: Graph): Graph {
  const numbers = new Map<unknown, number>();
  const numberOf = (key: unknown): number => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
  // Constants are alike when they are one value of one type: a literal is made anew each time it is written.
  const identityOf = (input: Tensor): number => {
    const value = uniformValue(input);
    return numberOf(value === null ? input : `${input.dtype}[${input.shape.join()}]${Object.is(value, -0) ? "-0" : value}`);
  };
  const first = new Map<string, Tensor>();
  return rewrite(graph, (node) => {
    const { primitive, inputs, attributes } = node.recipe;
    // Loops and branches are told apart by the graphs in them: no two are the same.
    if (primitive.lower.kind === "control") return node;
    const key = `${numberOf(primitive)}(${inputs.map(identityOf).join()})${keyOf(attributes)}`;
    const same = first.get(key);
    if (same !== undefined) return same;
    first.set(key, node);
    return node;
  });
}

/** Attributes as a key; JSON alone would take NaN, ∞ and −∞ for one value. */
const keyOf = (attributes: unknown): string =>
  JSON.stringify(attributes, (_, value: unknown) => (typeof value === "number" ? (Object.is(value, -0) ? "-0" : String(value)) : value)) ?? "";
