import type { Tensor } from "../../tensor.ts";
import { mostDepth, mostOperations } from "./bounds.ts";
import type { Draft } from "./order.ts";

/** A loop that reads and writes more arrays than this runs out of registers for its pointers. */
const mostOperands = 14;

const operandsOf = ({ sources, roots }: Draft): number => sources.length + roots.length;

/** Whether one loop for two stays within bounds, though one computes what the other reads. */
const haveRoom = (a: Draft, b: Draft): boolean =>
  operandsOf(a) + operandsOf(b) <= mostOperands && a.operations + b.operations <= mostOperations && a.depth + b.depth <= mostDepth;

/** Whether two loops over one shape read or make the same arrays, and each reads the other's results, if at all, where it would compute them itself. */
function related(a: Draft, b: Draft): boolean {
  const [{ shape }] = a.roots;
  const other = b.roots[0].shape;
  if (shape.length !== other.length || shape.some((extent, axis) => extent !== other[axis])) return false;
  const straight = (reading: Draft, written: Draft): boolean => written.roots.every((root) => !reading.sources.includes(root) || reading.pointwise.has(root));
  return straight(a, b) && straight(b, a);
}

/**
 * One loop for what reads or makes the same arrays over the same shape, where the order of kernels allows it. Drafts are in an
 * order in which everything is there when it is read, and so are those that come back.
 */
export function mergeLoops(drafts: readonly Draft[], merge: (a: Draft, b: Draft) => Draft): readonly Draft[] {
  const order: (Draft | null)[] = [...drafts];
  const places = new Map(drafts.map((draft, at) => [draft, at]));
  const placeOf = (draft: Draft): number => places.get(draft) ?? -1;
  const writers = new Map<Tensor, Draft>(drafts.flatMap((draft) => draft.roots.map((root) => [root, draft] as const)));
  /** The loops so far that read or write a node and have room for more. */
  const users = new Map<Tensor, Set<Draft>>();

  const enter = (draft: Draft): void => {
    if (operandsOf(draft) >= mostOperands - 1) return;
    for (const node of [...draft.sources, ...draft.roots]) {
      const known = users.get(node);
      if (known === undefined) users.set(node, new Set([draft]));
      else known.add(draft);
    }
  };
  const leave = (draft: Draft): void => { for (const node of [...draft.sources, ...draft.roots]) users.get(node)?.delete(draft); };

  /** What `to` needs of the drafts behind `from`; `null` if that needs `from` in turn: the two cannot be one. */
  const between = (from: Draft, to: Draft): ReadonlySet<Draft> | null => {
    const found = new Set<Draft>();
    const pending: Draft[] = [];
    const visit = (draft: Draft): void => {
      for (const source of draft.sources) {
        const writer = writers.get(source);
        if (writer !== undefined && placeOf(writer) >= placeOf(from) && !found.has(writer)) pending.push(writer);
      }
    };
    visit(to);
    // What `to` reads of `from` itself it will compute by itself.
    for (let draft = pending.pop(); draft !== undefined; draft = pending.pop()) {
      if (draft === from || draft === to || found.has(draft)) continue;
      found.add(draft);
      if (draft.sources.some((source) => writers.get(source) === from)) return null;
      visit(draft);
    }
    return found;
  };

  /** Puts the one loop where the first of two stood, behind what the second needs. */
  const replace = (first: Draft, second: Draft, one: Draft, needed: ReadonlySet<Draft>): void => {
    const [start, end] = [placeOf(first), placeOf(second)];
    const stretch = order.slice(start, end + 1).filter((draft) => draft !== null && draft !== first && draft !== second);
    const moved = [...stretch.filter((draft) => draft !== null && needed.has(draft)), one, ...stretch.filter((draft) => draft !== null && !needed.has(draft))];
    for (let at = start; at <= end; at++) {
      const draft = moved[at - start] ?? null;
      order[at] = draft;
      if (draft !== null) places.set(draft, at);
    }
    for (const root of one.roots) writers.set(root, one);
    leave(first);
    leave(second);
  };

  /** The first loop that can take in a draft or be taken in by it; what became of both. */
  const mergeOnce = (draft: Draft): Draft | null => {
    const candidates = new Set([...draft.sources, ...draft.roots].flatMap((node) => [...(users.get(node) ?? [])]));
    candidates.delete(draft);
    for (const other of [...candidates].sort((a, b) => placeOf(a) - placeOf(b))) {
      if (!haveRoom(other, draft) || !related(other, draft)) continue;
      const [first, second] = placeOf(other) < placeOf(draft) ? [other, draft] : [draft, other];
      const needed = between(first, second);
      if (needed === null) continue;
      const one = merge(first, second);
      replace(first, second, one, needed);
      return one;
    }
    return null;
  };

  for (const draft of drafts) {
    if (draft.kind !== "map") continue;
    // The merged loop may go on to take in others.
    let now = draft;
    for (let one = mergeOnce(now); one !== null; one = mergeOnce(now)) now = one;
    enter(now);
  }
  return order.filter((draft) => draft !== null);
}
