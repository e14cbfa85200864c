import { anyPrimitive, type Primitive } from "../primitive.ts";
import { Tensor, type Recipe } from "../tensor.ts";
import { bind } from "./bind.ts";

/**
 * A traced function: what comes in and what goes out. The nodes are tensors themselves; those with elements are constants,
 * those among `inputs` are given at each run, all others have a recipe.
 */
export interface Graph {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** A node that is computed: traced and not an input. */
export interface Computed extends Tensor { readonly recipe: Recipe }

/** The nodes that the outputs need and that are computed, each after its inputs. */
export function computedNodes({ inputs, outputs }: Graph): readonly Computed[] {
  const seen = new Set<Tensor>(inputs);
  const found: Computed[] = [];
  // An explicit stack: graphs are deeper than the call stack.
  const pending: { readonly node: Tensor; readonly entered: boolean }[] = outputs.map((node) => ({ node, entered: false })).reverse();
  for (let top = pending.pop(); top !== undefined; top = pending.pop()) {
    const { node, entered } = top;
    if (entered) { found.push(node as Computed); continue; }
    if (seen.has(node) || node.storage !== null || node.recipe === null) continue;
    seen.add(node);
    pending.push({ node, entered: true });
    for (let i = node.recipe.inputs.length - 1; i >= 0; i--) pending.push({ node: node.recipe.inputs[i], entered: false });
  }
  return found;
}

/** A node like `node` computed from other inputs. */
const withInputs = (node: Computed, inputs: readonly Tensor[]): Tensor =>
  new Tensor(node.shape, node.dtype, null, { ...node.recipe, inputs });

/** A node beside those of a finished trace, as passes make them; of a constant another constant. */
export function nodeOf<A>(primitive: Primitive<A>, x: Tensor, attributes: A): Tensor {
  if (x.storage !== null) return bind(primitive, [x], attributes);
  const { shape, dtype } = primitive.infer([x], attributes);
  const { scope } = (x as Computed).recipe;
  return new Tensor([...shape], dtype, null, { primitive: anyPrimitive(primitive), inputs: [x], attributes, scope });
}

/** What `primitive` was given to compute a traced node; `null` where another one computed it. */
export function callOf<A>(primitive: Primitive<A>, node: Tensor): { readonly inputs: readonly Tensor[]; readonly attributes: A } | null {
  const { recipe, storage } = node;
  // A primitive's own nodes have its attributes.
  return storage === null && recipe?.primitive === anyPrimitive(primitive) ? { inputs: recipe.inputs, attributes: recipe.attributes as A } : null;
}

/** The one value of a constant that is the same everywhere. */
export function uniformValue(node: Tensor): number | null {
  if (node.storage === null || node.size === 0) return null;
  const { data, offset, strides } = node.storage;
  return node.shape.every((extent, axis) => extent === 1 || strides[axis] === 0) ? data[offset] : null;
}

/**
 * A graph in which each computed node, inputs first, gives way to what `replace` returns for it: the node itself, another
 * one, or a constant. `replace` gets the node with its inputs replaced already.
 */
export function rewrite(graph: Graph, replace: (node: Computed) => Tensor): Graph {
  const replaced = new Map<Tensor, Tensor>();
  const now = (node: Tensor): Tensor => replaced.get(node) ?? node;
  for (const node of computedNodes(graph)) {
    const inputs = node.recipe.inputs.map(now);
    const moved = inputs.every((input, i) => input === node.recipe.inputs[i]) ? node : (withInputs(node, inputs) as Computed);
    replaced.set(node, replace(moved));
  }
  return { inputs: graph.inputs, outputs: graph.outputs.map(now) };
}
