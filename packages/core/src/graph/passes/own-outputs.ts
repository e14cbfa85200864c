import { anyPrimitive, type Primitive } from "../../primitive.ts";
import { Tensor } from "../../tensor.ts";
import type { Graph } from "../graph.ts";
import type { Scope } from "../scope.ts";

/** An output that is written for its own sake. */
const copy: Primitive<undefined> = {
  name: "copy",
  doc: "The elements of x in an array of their own.",
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  define: ([x], _, out) => out.data.set(x.data),
  lower: { kind: "elementwise", expr: ([x]) => x },
  vjp: [({ g }) => g],
  sample: (pick) => ({ inputs: [{ shape: pick.shape(), dtype: "float32", range: [0, 1] }], attributes: undefined }),
};

/** Gives each output an array of its own: one that is an input, a constant, a view, or there twice is copied. */
export function ownOutputs(graph: Graph, scope: Scope): Graph {
  const owned = new Set<Tensor>();
  const outputs = graph.outputs.map((output) => {
    const computed = output.storage === null && output.recipe !== null && !graph.inputs.includes(output) && output.recipe.primitive.lower.kind !== "view";
    if (computed && !owned.has(output)) {
      owned.add(output);
      return output;
    }
    return new Tensor(output.shape, output.dtype, null, { primitive: anyPrimitive(copy), inputs: [output], attributes: undefined, scope });
  });
  return { inputs: graph.inputs, outputs };
}
