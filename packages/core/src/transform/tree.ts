import { Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";

/** Tensors in arrays and records of any depth; anything else in it is passed through as it is. */
export type Tree = unknown;

/** The tree that holds the gradients of a tree: the same arrays and records with a tensor for each tensor and each variable. */
export type GradientsOf<T> =
  T extends Tensor<infer S, infer D> ? Tensor<S, D>
  : T extends Variable<infer S, infer D> ? Tensor<S, D>
  : T extends (...args: never[]) => unknown ? T
  : T extends object ? { [K in keyof T]: GradientsOf<T[K]> }
  : T;

/** One gradient (or tree of them) for each argument of a function. */
export type GradientsOfEach<Args extends readonly unknown[]> = { [K in keyof Args]: GradientsOf<Args[K]> };

/** Arrays and plain records are branches; class instances and functions are leaves. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Calls `visit` on every leaf in order: elements by index, entries as they were written. */
export function forEachLeaf(tree: unknown, visit: (leaf: unknown, path: string) => void, path = ""): void {
  if (Array.isArray(tree)) tree.forEach((branch, i) => forEachLeaf(branch, visit, `${path}[${i}]`));
  else if (isRecord(tree)) for (const [key, branch] of Object.entries(tree)) forEachLeaf(branch, visit, path === "" ? key : `${path}.${key}`);
  else visit(tree, path);
}

/** The same arrays and records with each leaf replaced. */
export function mapLeaves(tree: unknown, replace: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(tree)) return tree.map((branch: unknown) => mapLeaves(branch, replace));
  if (isRecord(tree)) return Object.fromEntries(Object.entries(tree).map(([key, branch]) => [key, mapLeaves(branch, replace)]));
  return replace(tree);
}

/** The tensors of a tree, in order. */
export function tensorsOf(tree: unknown): readonly Tensor[] {
  const found: Tensor[] = [];
  forEachLeaf(tree, (leaf) => { if (leaf instanceof Tensor) found.push(leaf); });
  return found;
}

/** The variables of a tree, in order. */
export function variablesOf(tree: unknown): readonly Variable[] {
  const found: Variable[] = [];
  forEachLeaf(tree, (leaf) => { if (leaf instanceof Variable) found.push(leaf); });
  return found;
}

/** The tree with its tensors (and variables) replaced, in order, by `tensors`. */
export function withTensors<T>(tree: T, tensors: readonly Tensor[]): T {
  let next = 0;
  // Every tensor gives way to a tensor, so the tree keeps its type.
  return mapLeaves(tree, (leaf) => (leaf instanceof Tensor || leaf instanceof Variable ? tensors[next++] : leaf)) as T;
}
