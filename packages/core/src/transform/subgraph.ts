import { withLens } from "../graph/bind.ts";
import type { Graph } from "../graph/graph.ts";
import { ownOutputs } from "../graph/passes/own-outputs.ts";
import { withScope } from "../graph/scope.ts";
import type { Spec } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import { withVariableStore, type Variable } from "../variable.ts";
import { tensorsOf } from "./tree.ts";
import { standIn } from "./trace.ts";

/** A function traced inside another trace, for a loop or a branch. */
export interface Subgraph<Out> {
  /** Its inputs: the parameters, the carried variables, then stand-ins for `outside`. Its outputs: the tensors of the result, then the carried variables' new values. */
  readonly graph: Graph;
  readonly result: Out;
  /** What it takes from outside, in the order of the graph's last inputs. */
  readonly outside: readonly Tensor[];
  /** Variables that it assigned though they are not carried. */
  readonly assigned: readonly Variable[];
}

/**
 * Traces `f` on stand-ins for `parameters`. Tensors of enclosing traces and transforms become inputs. Variables in
 * `carried` are read from and assigned to the graph; others are read from outside.
 */
export function traceInside<Out>(f: (parameters: readonly Tensor[]) => Out, parameters: readonly Spec[], carried: readonly Variable[]): Subgraph<Out> {
  return withScope("trace", (scope) => {
    const inputs = parameters.map((spec) => standIn(spec, scope));
    const values = new Map<Variable, Tensor>(carried.map((variable) => [variable, standIn(variable, scope)]));
    const variableInputs = [...values.values()];
    const outside = new Map<Tensor, Tensor>();
    const assigned = new Set<Variable>();
    const look = (input: Tensor): Tensor => {
      // What is computed in here belongs to this trace or to a transform within it.
      if (input.recipe === null || !input.recipe.scope.open || input.recipe.scope.depth >= scope.depth) return input;
      let inside = outside.get(input);
      if (inside === undefined) outside.set(input, (inside = standIn(input, scope)));
      return inside;
    };
    const result = withVariableStore((outer) => ({
      ...outer,
      read: (variable) => values.get(variable) ?? outer.read(variable),
      assign(variable, value) {
        if (!carried.includes(variable)) assigned.add(variable);
        values.set(variable, value);
      },
    }), () => withLens(look, () => f(inputs)));
    const outputs = [...tensorsOf(result), ...carried.map((variable) => values.get(variable) ?? variable.value)].map(look);
    const graph = ownOutputs({ inputs: [...inputs, ...variableInputs, ...outside.values()], outputs }, scope);
    return { graph, result, outside: [...outside.keys()], assigned: [...assigned] };
  });
}

/** Traces with ever more variables carried, until all that are assigned are. */
export function traceCarrying<Out>(trace: (carried: readonly Variable[]) => readonly Subgraph<Out>[]): { readonly traced: readonly Subgraph<Out>[]; readonly carried: readonly Variable[] } {
  let carried: readonly Variable[] = [];
  for (;;) {
    const traced = trace(carried);
    const missing = traced.flatMap(({ assigned }) => assigned);
    if (missing.length === 0) return { traced, carried };
    carried = [...new Set([...carried, ...missing])];
  }
}
