import { input } from "../../engine/expr.ts";
import { expressionCost } from "../../engine/work.ts";
import type { Tensor } from "../../tensor.ts";
import type { Computed } from "../graph.ts";

/** Operations that follow one another in one expression: what walks an expression calls itself as deep as it is. */
export const mostDepth = 512;
/** Operations of one expression in all: code that runs once for each element should stay in the instruction cache. */
export const mostOperations = 2048;
/** Arrays that one loop reads: more streams than these and neither pointers nor caches keep up. */
export const mostReads = 64;

export const kindOf = (node: Computed): string => node.recipe.primitive.lower.kind;

/** Whether a node is computed inside the kernels that use it, unless it is given an array. */
export const canBeInlined = (node: Computed): boolean => kindOf(node) === "elementwise" || kindOf(node) === "view";

/** The operations of one element of a node. */
export function ownCost(node: Computed): number {
  const { primitive: { lower }, inputs, attributes } = node.recipe;
  if (lower.kind !== "elementwise") return 0;
  return expressionCost([lower.expr(inputs.map(({ dtype }, i) => input(i, dtype)), attributes)]);
}

/**
 * Gives arrays to nodes, inputs first, where the expression that would compute them became too deep or too large: whatever is
 * fused then has a bounded size, however long the program. Nodes in `forced` have arrays already.
 */
export function boundExpressions(
  nodes: readonly Computed[], costs: ReadonlyMap<Tensor, number>, usesOf: (node: Tensor) => readonly Computed[], forced: Set<Tensor>,
): void {
  const sizes = new Map<Tensor, { readonly depth: number; readonly operations: number }>();
  for (const node of nodes) {
    if (forced.has(node) || !canBeInlined(node)) continue;
    const own = Math.max(1, costs.get(node) ?? 0);
    let depth = own;
    let operations = own;
    for (const each of new Set(node.recipe.inputs)) {
      const below = sizes.get(each);
      if (below === undefined) continue;
      depth = Math.max(depth, own + below.depth);
      // What several nodes use is counted where it is put into a kernel: counted for each use, it would double from node to node.
      if (usesOf(each).length === 1) operations += below.operations;
    }
    if (depth > mostDepth || operations > mostOperations) forced.add(node);
    else sizes.set(node, { depth, operations });
  }
}

/** What the kernel of a root computes and reads so far. */
interface Load {
  operations: number;
  readonly reads: Set<Tensor>;
}

/** Counts what the kernels of roots compute and read while nodes are put into them, outputs first. */
export interface KernelLoads {
  /** Whether a root's kernel has room for one node more, which it then computes. */
  take(root: Tensor, node: Computed): boolean;
}

export function kernelLoads(costs: ReadonlyMap<Tensor, number>, isRead: (node: Tensor) => boolean): KernelLoads {
  const loads = new Map<Tensor, Load>();
  return {
    take(root, node) {
      let load = loads.get(root);
      if (load === undefined) loads.set(root, (load = { operations: 0, reads: new Set() }));
      const operations = load.operations + (costs.get(node) ?? 0);
      const { reads: known } = load;
      const reads = node.recipe.inputs.filter((each) => isRead(each) && !known.has(each));
      if (node !== root && (operations > mostOperations || load.reads.size + reads.length > mostReads)) {
        load.reads.add(node);
        return false;
      }
      load.operations = operations;
      for (const each of reads) load.reads.add(each);
      return true;
    },
  };
}
