import { input } from "../../engine/expr.ts";
import { expressionCost } from "../../engine/work.ts";
import type { Tensor } from "../../tensor.ts";
import { computedNodes, type Computed, type Graph } from "../graph.ts";

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

/** The operations of one element of a node. */
function ownCost(node: Computed): number {
  const { primitive: { lower }, inputs, attributes } = node.recipe;
  if (lower.kind !== "elementwise") return 0;
  return expressionCost([lower.expr(inputs.map(({ dtype }, i) => input(i, dtype)), attributes)]);
}

const kindOf = (node: Computed): string => node.recipe.primitive.lower.kind;

/** Chooses the roots of a graph whose outputs are distinct computed nodes. */
export function chooseRoots(graph: Graph, { materialized, bare }: Constraints): Roots {
  const nodes = computedNodes(graph);
  const computed = new Set<Tensor>(nodes);
  const consumers = new Map<Tensor, Computed[]>();
  for (const node of nodes) for (const each of new Set(node.recipe.inputs)) consumers.set(each, [...(consumers.get(each) ?? []), node]);
  const usesOf = (node: Tensor): readonly Computed[] => consumers.get(node) ?? [];

  const forced = new Set<Tensor>([...graph.outputs, ...materialized]);
  for (const node of nodes) {
    if (kindOf(node) !== "contract") continue;
    // A product reads its operands many times: they are stored, seen through views.
    for (let operand of node.recipe.inputs) {
      while (computed.has(operand) && !forced.has(operand) && kindOf(operand as Computed) === "view") [operand] = (operand as Computed).recipe.inputs;
      if (computed.has(operand)) forced.add(operand);
    }
  }

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

  /** What computing a node on the spot takes; what is expensive and used in several places will not be computed there again. */
  const inlineCost = new Map<Tensor, number>();
  for (const node of nodes) {
    const below = kindOf(node) !== "elementwise" && kindOf(node) !== "view" ? [] : node.recipe.inputs.map((each) => {
      const cost = inlineCost.get(each) ?? 0;
      return cost > recomputeLimit && usesOf(each).length > 1 ? 0 : cost;
    });
    inlineCost.set(node, below.reduce((sum, cost) => sum + cost, ownCost(node)));
  }

  const roots = new Set<Tensor>();
  /** The roots in whose kernels a node would be computed. */
  const homes = new Map<Tensor, ReadonlySet<Tensor>>();
  const finalOf = new Map<Tensor, Tensor>([...cores].map(([last, core]) => [core, last]));
  for (const node of [...nodes].reverse()) {
    const kind = kindOf(node);
    const isRoot = forced.has(node) || cores.has(node)
      || (!absorbed.has(node) && kind !== "elementwise" && kind !== "view")
      || (kind === "elementwise" && !absorbed.has(node) && isStored(node));
    if (isRoot) {
      roots.add(node);
      homes.set(node, new Set([node]));
      continue;
    }
    const own = finalOf.get(node);
    homes.set(node, own !== undefined ? new Set([own]) : new Set(usesOf(node).flatMap((use) => [...(homes.get(use) ?? [])])));
  }
  function isStored(node: Computed): boolean {
    const cost = inlineCost.get(node) ?? 0;
    const uses = usesOf(node);
    if (cost > 0 && uses.some((use) => kindOf(use) === "view" && use.size > node.size)) return true;
    const places = new Set(uses.flatMap((use) => [...(homes.get(use) ?? [])]));
    return places.size > 1 && cost > recomputeLimit;
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
