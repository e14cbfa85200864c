import { NdgradError, TraceError, showSpec } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Scope } from "../graph/scope.ts";
import { withScope } from "../graph/scope.ts";
import { anyPrimitive, type Primitive, type Spec } from "../primitive.ts";
import { Tensor } from "../tensor.ts";
import { withVariableStore, type Variable } from "../variable.ts";
import { forEachLeaf, tensorsOf, withTensors } from "./tree.ts";

/** Stands for what is given at each run. */
const given: Primitive<undefined> = {
  name: "input",
  doc: "A value that is given when the compiled function runs.",
  infer: ([x]) => x,
  define: () => { throw new TraceError("input: a traced value has no elements"); },
  lower: { kind: "view", layout: (layout) => layout },
  vjp: null,
  sample: () => ({ inputs: [], attributes: undefined }),
};

/** A tensor without elements that stands for one to come. */
export const standIn = ({ shape, dtype }: Spec, scope: Scope): Tensor =>
  new Tensor([...shape], dtype, null, { primitive: anyPrimitive(given), inputs: [], attributes: undefined, scope });

/** A function as a graph: its arguments' tensors, then the variables that it reads or assigns, are the graph's inputs. */
export interface Trace {
  readonly graph: Graph;
  readonly variables: readonly Variable[];
  /** For each output after the results: which variable gets it. */
  readonly assigned: readonly number[];
  /** The function's result with traced tensors in it, in the order of the graph's outputs. */
  readonly result: unknown;
  readonly resultCount: number;
  readonly scope: Scope;
}

/** Runs `f` once on stand-ins for the tensors of its arguments and writes down what it does. */
export function trace(f: (...args: readonly unknown[]) => unknown, args: readonly unknown[]): Trace {
  return withScope("trace", (scope) => {
    const parameters = tensorsOf(args).map((each) => standIn(each, scope));
    const before = new Map<Variable, Tensor>();
    const now = new Map<Variable, Tensor>();
    const standInFor = (variable: Variable): Tensor => {
      let input = before.get(variable);
      if (input === undefined) before.set(variable, (input = standIn(variable, scope)));
      return input;
    };
    const result = withVariableStore(() => ({
      read: (variable) => now.get(variable) ?? standInFor(variable),
      assign(variable, value) {
        standInFor(variable);
        now.set(variable, value);
      },
    }), () => f(...(withTensors(args, parameters) as readonly unknown[])));
    if (result instanceof Promise) throw new NdgradError("compile: the function is asynchronous; compile a function that returns its result at once");
    forEachLeaf(result, (leaf, path) => {
      if (leaf instanceof Tensor && leaf.storage === null && leaf.recipe?.scope.open !== true) {
        throw new TraceError(`compile: result ${path} (${showSpec(leaf)}) belongs to a trace that has ended; compute it inside this function`);
      }
    });
    const variables = [...before.keys()];
    const changed = [...now].filter(([variable, value]) => value !== before.get(variable));
    const results = tensorsOf(result);
    return {
      graph: { inputs: [...parameters, ...before.values()], outputs: [...results, ...changed.map(([, value]) => value)] },
      variables, assigned: changed.map(([variable]) => variables.indexOf(variable)), result, resultCount: results.length, scope,
    };
  });
}
