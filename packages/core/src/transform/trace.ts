import { TraceError, showSpec } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Scope } from "../graph/scope.ts";
import { withScope } from "../graph/scope.ts";
import { withoutChance } from "./chance.ts";
import { anyPrimitive, type Primitive, type Spec } from "../primitive.ts";
import { Tensor } from "../tensor.ts";
import { withVariableStore, type Variable } from "../variable.ts";
import { checkArguments, checkPresent, checkResult, forEachLeaf, mapLeaves, tensorsOf } from "./tree.ts";

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

/** A tensor without elements that stands for one to come; errors call it by its name. */
export const standIn = ({ shape, dtype }: Spec, scope: Scope, name = "input"): Tensor =>
  new Tensor([...shape], dtype, null, { primitive: anyPrimitive({ ...given, name }), inputs: [], attributes: undefined, scope });

/** Throws unless a tensor's elements are there or will be computed by the trace that is running. */
function checkOwn(x: Tensor, what: string): void {
  if (x.storage !== null || x.recipe?.scope.open === true) return;
  throw new TraceError(`compile: ${what} (${showSpec(x)}) belongs to a trace that has ended; compute it inside this function`);
}

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

/** Runs `f` once on stand-ins for the tensors of its arguments and writes down what it does; errors name `op`. */
export function trace(f: (...args: readonly unknown[]) => unknown, args: readonly unknown[], op = "compile"): Trace {
  checkArguments(op, args);
  return withScope("trace", (scope) => {
    const parameters: Tensor[] = [];
    forEachLeaf(args, (leaf, path) => { if (leaf instanceof Tensor) parameters.push(standIn(leaf, scope, `argument ${path}`)); });
    let next = 0;
    // Variables among the arguments stay what they are: the function reads and assigns them.
    const replaced = mapLeaves(args, (leaf) => (leaf instanceof Tensor ? parameters[next++] : leaf)) as readonly unknown[];
    const before = new Map<Variable, Tensor>();
    const now = new Map<Variable, Tensor>();
    const standInFor = (variable: Variable): Tensor => {
      let input = before.get(variable);
      if (input === undefined) before.set(variable, (input = standIn(variable, scope, `variable ${variable.name ?? before.size}`)));
      return input;
    };
    const result = withVariableStore(() => ({
      read: (variable) => now.get(variable) ?? standInFor(variable),
      assign(variable, value) {
        standInFor(variable);
        checkOwn(value, `the new value of variable ${variable.name ?? [...before.keys()].indexOf(variable)}`);
        now.set(variable, value);
      },
    }), () => withoutChance(() => f(...replaced)));
    checkPresent(op, result, null, "compile a function that returns its result at once");
    checkResult(op, result);
    forEachLeaf(result, (leaf, path) => { if (leaf instanceof Tensor) checkOwn(leaf, path === "" ? "the result" : `result ${path}`); });
    const variables = [...before.keys()];
    const changed = [...now].filter(([variable, value]) => value !== before.get(variable));
    const results = tensorsOf(result);
    return {
      graph: { inputs: [...parameters, ...before.values()], outputs: [...results, ...changed.map(([, value]) => value)] },
      variables, assigned: changed.map(([variable]) => variables.indexOf(variable)), result, resultCount: results.length, scope,
    };
  });
}
