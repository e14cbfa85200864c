import type { Tensor } from "../../tensor.ts";
import { computedNodes, uniformValue, type Computed, type Graph } from "../graph.ts";
import { boundExpressions, canBeInlined, kernelLoads, kindOf, ownCost } from "./bounds.ts";

/** Which nodes get an array; all others are computed inside the kernels that use them. */
export interface Roots {
  /** Nodes with an array, each after its inputs. */
  readonly roots: readonly Computed[];
  /** Of a root whose kernel begins with a reduction or a product: that node. Other roots begin with themselves. */
  readonly cores: ReadonlyMap<Tensor, Computed>;
}

/** What building kernels has found out to be impossible; the choice is made again with it known. */
export interface Constraints {
  /** Must have an array: a view of it cannot be expressed by strides otherwise. */
  readonly materialized: Set<Tensor>;
  /** Must be written as they are: what follows does not fit as an epilogue. */
  readonly bare: Set<Tensor>;
}

/** Above this many operations a value that several kernels use is stored rather than computed again. */
const recomputeLimit = 6;

/** Chooses the roots of a graph whose outputs are distinct computed nodes. */
export function chooseRoots(graph: Graph, { materialized, bare }: Constraints): Roots {
  const nodes = computedNodes(graph);
  const computed = new Set<Tensor>(nodes);
  const consumers = new Map<Tensor, Computed[]>();
  for (const node of nodes) {
    for (const each of new Set(node.recipe.inputs)) {
      const known = consumers.get(each);
      if (known === undefined) consumers.set(each, [node]);
      else known.push(node);
    }
  }
  const usesOf = (node: Tensor): readonly Computed[] => consumers.get(node) ?? [];

  const forced = new Set<Tensor>([...graph.outputs, ...materialized]);
  for (const node of nodes) {
    const kind = kindOf(node);
    if (canBeInlined(node) || kind === "reduce") continue;
    // A product reads its operands many times, and kernels that are no loops read arrays: operands are stored. Products and places see them through views.
    for (let operand of node.recipe.inputs) {
      while (kind !== "named" && kind !== "control" && computed.has(operand) && !forced.has(operand) && kindOf(operand as Computed) === "view") [operand] = (operand as Computed).recipe.inputs;
      if (computed.has(operand)) forced.add(operand);
    }
  }

  const ownCosts = new Map<Tensor, number>(nodes.map((node) => [node, ownCost(node)]));
  /** What computing a node on the spot takes; what is expensive and used in several places will not be computed there again. */
  const inlineCost = new Map<Tensor, number>();
  for (const node of nodes) {
    const below = !canBeInlined(node) ? [] : node.recipe.inputs.map((each) => {
      const cost = inlineCost.get(each) ?? 0;
      return cost > recomputeLimit && usesOf(each).length > 1 ? 0 : cost;
    });
    inlineCost.set(node, below.reduce((sum, cost) => sum + cost, ownCosts.get(node) ?? 0));
  }
  boundExpressions(nodes, ownCosts, usesOf, forced);

  // What follows a reduction or product alone, element by element, becomes its epilogue.
  const cores = new Map<Tensor, Computed>();
  const absorbed = new Set<Tensor>();
  for (const core of [...nodes].reverse()) {
    if ((kindOf(core) !== "reduce" && kindOf(core) !== "contract") || bare.has(core)) continue;
    let last: Computed = core;
    for (;;) {
      const next = followingElementwise(last, usesOf, forced);
      if (next === null || cores.has(next) || absorbed.has(next)) break;
      last = next;
    }
    if (last === core) continue;
    cores.set(last, core);
    for (let node: Computed = core; node !== last; node = usesOf(node)[0]) absorbed.add(node);
  }

  const roots = new Set<Tensor>();
  /** The root in whose kernel a node would be computed; `null` where there are several. */
  const homes = new Map<Tensor, Tensor | null>();
  const homeOf = (uses: readonly Computed[]): Tensor | null => {
    const first = homes.get(uses[0]) ?? null;
    return uses.every((use) => homes.get(use) === first) ? first : null;
  };
  const finalOf = new Map<Tensor, Tensor>([...cores].map(([last, core]) => [core, last]));
  const loads = kernelLoads(ownCosts, (node) => forced.has(node) || (computed.has(node) ? !canBeInlined(node as Computed) : uniformValue(node) === null));
  for (const node of [...nodes].reverse()) {
    const isElementwise = kindOf(node) === "elementwise";
    let home = finalOf.get(node) ?? (forced.has(node) ? node : homeOf(usesOf(node)));
    const hasRoom = home === null || loads.take(home, node);
    const isRoot = forced.has(node) || cores.has(node) || (!absorbed.has(node) && (!canBeInlined(node) || (isElementwise && (!hasRoom || isStored(node)))));
    if (isRoot) {
      roots.add(node);
      if (home !== node) loads.take(node, node);
      home = node;
    }
    homes.set(node, home);
  }
  function isStored(node: Computed): boolean {
    const cost = inlineCost.get(node) ?? 0;
    const uses = usesOf(node);
    if (cost > 0 && uses.some((use) => kindOf(use) === "view" && use.size > node.size)) return true;
    return cost > recomputeLimit && homeOf(uses) === null;
  }
  return { roots: nodes.filter((node) => roots.has(node)), cores };
}

/** The one elementwise node of equal size that a node's value goes to, perhaps under another shape; `null` where there is none. */
function followingElementwise(from: Computed, usesOf: (node: Tensor) => readonly Computed[], forced: ReadonlySet<Tensor>): Computed | null {
  for (let node = from; ;) {
    const uses = usesOf(node);
    if (forced.has(node) || uses.length !== 1) return null;
    const [next] = uses;
    if (next.size !== from.size) return null;
    if (kindOf(next) === "elementwise") return next;
    if (kindOf(next) !== "view") return null;
    node = next;
  }
}
