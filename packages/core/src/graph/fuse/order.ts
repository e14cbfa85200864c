import { withOperands, type Kernel } from "../../engine/program.ts";
import type { Tensor } from "../../tensor.ts";
import type { Computed } from "../graph.ts";
import { mergeLoops } from "./merge.ts";

/** A kernel in the making, and what it reads and writes. */
export interface Draft {
  readonly kind: "map" | "reduce" | "contract" | "other";
  /** The nodes it writes. */
  readonly roots: readonly Computed[];
  /** The nodes whose arrays it reads. */
  readonly sources: readonly Tensor[];
  /** Those of them that are read at the position that is written only: the result may take their place. */
  readonly pointwise: ReadonlySet<Tensor>;
  /** Of a loop's expressions: operations in all, and those that follow one another. */
  readonly operations: number;
  readonly depth: number;
  readonly kernels: readonly Kernel[];
}

export interface OrderOptions {
  /** One loop for two. */
  readonly merge: (a: Draft, b: Draft) => Draft;
  readonly bufferOf: (node: Tensor) => number;
  /** For the new value of an assigned variable: the node that stands for the old one. */
  readonly newValues: ReadonlyMap<Tensor, Tensor>;
}

export interface Ordered {
  readonly kernels: readonly Kernel[];
  /** Buffers of roots that are written into a variable's buffer instead. */
  readonly inPlace: ReadonlySet<number>;
}

/** Merges loops over one shape, puts kernels in an order in which everything is there when it is read, and lets variables be updated in place. */
export function orderAndMerge(drafts: readonly Draft[], options: OrderOptions): Ordered {
  const merged = mergeLoops(drafts, options.merge);
  const { order, inPlace } = scheduleUpdates(merged, options.newValues);
  const target = new Map<number, number>();
  for (const root of inPlace) target.set(options.bufferOf(root), options.bufferOf(options.newValues.get(root) ?? root));
  const kernels = order.flatMap(({ kernels: own }) => own).map((kernel) => redirect(kernel, target));
  const copies = [...options.newValues].filter(([root]) => !inPlace.has(root) && root.size > 0).map(([root, old]): Kernel => ({
    kind: "loop", extents: [root.size], values: [{ kind: "input", index: 0, type: root.dtype }], reduce: null, epilogue: null,
    inputs: [{ buffer: options.bufferOf(root), dtype: root.dtype, strides: [1], offset: 0 }],
    outputs: [{ buffer: options.bufferOf(old), dtype: root.dtype, strides: [1], offset: 0 }],
  }));
  return { kernels: [...kernels, ...copies], inPlace: new Set(target.keys()) };
}

/** The same kernel on other buffers. */
const redirect = (kernel: Kernel, target: ReadonlyMap<number, number>): Kernel =>
  target.size === 0 ? kernel : withOperands(kernel, (operand) => ({ ...operand, buffer: target.get(operand.buffer) ?? operand.buffer }));

/** Which draft writes a node. */
const writersOf = (drafts: readonly Draft[]): ReadonlyMap<Tensor, Draft> => new Map(drafts.flatMap((draft) => draft.roots.map((root) => [root, draft] as const)));

/** Puts drafts in order; a variable is updated in place where every other reader of the old value comes before. */
function scheduleUpdates(drafts: readonly Draft[], newValues: ReadonlyMap<Tensor, Tensor>): { readonly order: readonly Draft[]; readonly inPlace: ReadonlySet<Tensor> } {
  const writers = writersOf(drafts);
  const before = new Map<Draft, Set<Draft>>(drafts.map((draft) => [draft, new Set(draft.sources.flatMap((source) => writers.get(source) ?? []).filter((each) => each !== draft))]));
  const positions = new Map(drafts.map((draft, at) => [draft, at]));
  const positionOf = (draft: Draft): number => positions.get(draft) ?? 0;
  const readersOf = new Map<Tensor, Draft[]>([...newValues.values()].map((variable) => [variable, []]));
  for (const draft of drafts) for (const source of new Set(draft.sources)) readersOf.get(source)?.push(draft);
  /** The first draft so far that has to wait for one behind it. */
  let firstWaiting = Infinity;
  const inPlace = new Set<Tensor>();
  for (const [root, variable] of newValues) {
    const writer = writers.get(root);
    if (writer === undefined || writer.kind === "other" || (writer.sources.includes(variable) && !writer.pointwise.has(variable))) continue;
    const readers = (readersOf.get(variable) ?? []).filter((draft) => draft !== writer);
    // What comes before both the writer and all that wait for later drafts can only lead further back.
    const least = Math.min(positionOf(writer), firstWaiting);
    if (readers.some((each) => reaches(each, writer, before, (draft) => positionOf(draft) >= least))) continue;
    for (const each of readers) {
      before.get(writer)?.add(each);
      if (positionOf(each) > positionOf(writer)) firstWaiting = Math.min(firstWaiting, positionOf(writer));
    }
    inPlace.add(root);
  }
  return { order: sort(drafts, before), inPlace };
}

/** Whether `from` comes after `target` by what must come before it; `leads` tells what may lead there. */
function reaches(from: Draft, target: Draft, before: ReadonlyMap<Draft, ReadonlySet<Draft>>, leads: (draft: Draft) => boolean): boolean {
  const seen = new Set<Draft>();
  const pending = [from];
  for (let draft = pending.pop(); draft !== undefined; draft = pending.pop()) {
    if (draft === target) return true;
    if (seen.has(draft) || !leads(draft)) continue;
    seen.add(draft);
    pending.push(...(before.get(draft) ?? []));
  }
  return false;
}

/** Each draft after those that must come before it, otherwise in the order given. */
function sort(drafts: readonly Draft[], before: ReadonlyMap<Draft, ReadonlySet<Draft>>): readonly Draft[] {
  const done = new Set<Draft>();
  const order: Draft[] = [];
  const pending = [...drafts].reverse();
  for (let draft = pending.pop(); draft !== undefined; draft = pending.pop()) {
    if (done.has(draft)) continue;
    const missing = [...(before.get(draft) ?? [])].filter((each) => !done.has(each));
    if (missing.length === 0) {
      done.add(draft);
      order.push(draft);
    } else pending.push(draft, ...missing.reverse());
  }
  return order;
}
