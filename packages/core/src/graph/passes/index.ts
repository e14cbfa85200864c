import type { Graph } from "../graph.ts";
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

/** Runs all passes. */
export const optimize = (graph: Graph): Graph => passes.reduce((result, { run }) => run(result), graph);
