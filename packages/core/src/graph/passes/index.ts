import { flowOf, withFlow, withGraphs, type ControlFlow } from "../control.ts";
import { rewrite, type Graph } from "../graph.ts";
import { ownOutputs } from "./own-outputs.ts";
import { foldConstants } from "./fold-constants.ts";
import { shareCommon } from "./share.ts";
import { simplify } from "./simplify.ts";

/** A step of the compiler: a graph that computes the same. */
export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
}

/** What every traced function goes through, in order. What no output needs is left behind by each of them. */
export const passes: readonly Pass[] = [
  { name: "foldConstants", run: foldConstants },
  { name: "simplify", run: simplify },
  { name: "shareCommon", run: shareCommon },
];

/** Runs all passes, on the graphs inside of loops and branches too. Until here those were as traced: gradients look at them. */
export const optimize = (graph: Graph): Graph => passes.reduce((result, { run }) => run(result), insideOut(graph, optimize));

/** A graph whose loops and branches are over graphs that `run` has gone through. */
export function insideOut(graph: Graph, run: (inner: Graph) => Graph): Graph {
  const done = new Map<ControlFlow, ControlFlow>();
  return rewrite(graph, (node) => {
    const control = flowOf(node);
    if (control === null) return node;
    const { scope } = node.recipe;
    let flow = done.get(control.flow);
    if (flow === undefined) done.set(control.flow, (flow = withGraphs(control.flow, (inner) => ownOutputs(run(inner), scope))));
    return withFlow(node, { ...control, flow });
  });
}
