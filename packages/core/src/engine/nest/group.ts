import { readsOf, writesOf, type Kernel, type LoopKernel, type Operand } from "../program.ts";
import { fitTogether, shareRows, withStage, type Fit } from "./fit.ts";

/** What becomes one kernel: a kernel alone, or loops with the extents that they share written first. */
export type Group =
  | { readonly kind: "single"; readonly kernel: Kernel }
  | { readonly kind: "nest"; readonly from: readonly Kernel[]; readonly shared: readonly number[]; readonly stages: readonly LoopKernel[] };

/** Kernels on their way to become one. */
interface Cluster {
  /** Numbers of kernels, in the order given. */
  members: readonly number[];
  fit: Fit | null;
  /** The clusters that must come before. */
  before: Set<Cluster>;
  /** The cluster that it has become a part of. */
  into: Cluster | null;
}

/** Of the many that may read one array, the latest: looking at all pairs of them would take too long. */
const latestReaders = 4;

function rootOf(cluster: Cluster): Cluster {
  let root = cluster;
  while (root.into !== null) root = root.into;
  return root;
}

/** Whether `to` needs something of `from` by way of a third cluster. */
function detours(from: Cluster, to: Cluster): boolean {
  const seen = new Set<Cluster>([to]);
  const pending = [...to.before].map(rootOf).filter((cluster) => cluster !== from);
  for (let cluster = pending.pop(); cluster !== undefined; cluster = pending.pop()) {
    if (cluster === from) return true;
    if (seen.has(cluster)) continue;
    seen.add(cluster);
    for (const each of cluster.before) pending.push(rootOf(each));
  }
  return false;
}

const positions = (fit: Fit | null): number => (fit === null ? 0 : fit.shared.reduce((product, size) => product * size, 1));

/** Puts loops together that walk the same rows, one of them at least a reduction, where the order of kernels allows it. */
export function groupStages(kernels: readonly Kernel[]): readonly Group[] {
  const clusters: Cluster[] = [];
  const users = new Map<number, { readonly all: Cluster[]; readonly writers: Cluster[] }>();
  const usersOf = ({ buffer }: Operand): { readonly all: Cluster[]; readonly writers: Cluster[] } => {
    let known = users.get(buffer);
    if (known === undefined) users.set(buffer, (known = { all: [], writers: [] }));
    return known;
  };

  /** Makes two clusters one if they fit, and gives what became of the second. */
  const join = (first: Cluster, second: Cluster): Cluster => {
    if (first === second) return second;
    const members = [...first.members, ...second.members].sort((a, b) => a - b);
    // One more stage behind others, mostly; else all are fitted anew.
    const added = first.fit !== null && second.members.length === 1 && members.at(-1) === second.members[0] ? withStage(first.fit, kernels[second.members[0]]) : null;
    const fit = added ?? fitTogether(members.map((at) => kernels[at]));
    if (fit === null || positions(fit) < Math.max(positions(first.fit), positions(second.fit))) return second;
    if (!shareRows(fit, (stage) => first.members.includes(members[stage])) || detours(first, second) || detours(second, first)) return second;
    const before = new Set([...first.before, ...second.before].map(rootOf).filter((cluster) => cluster !== first && cluster !== second));
    Object.assign(first, { members, fit, before });
    second.into = first;
    return first;
  };

  kernels.forEach((kernel, at) => {
    const [reads, writes] = [readsOf(kernel), writesOf(kernel)];
    const before = new Set([...reads.flatMap((operand) => usersOf(operand).writers), ...writes.flatMap((operand) => usersOf(operand).all)].map(rootOf));
    let cluster: Cluster = { members: [at], fit: null, before, into: null };
    clusters.push(cluster);
    if (kernel.kind === "loop") {
      const related = [...before, ...reads.flatMap((operand) => usersOf(operand).all.slice(-latestReaders))];
      for (const other of new Set(related)) cluster = join(rootOf(other), cluster);
    }
    for (const operand of reads) usersOf(operand).all.push(cluster);
    for (const operand of writes) { usersOf(operand).all.push(cluster); usersOf(operand).writers.push(cluster); }
  });
  return inOrder(clusters.filter(({ into }) => into === null)).map(({ members, fit }): Group => {
    const from = members.map((at) => kernels[at]);
    return fit === null ? { kind: "single", kernel: from[0] } : { kind: "nest", from, shared: fit.shared, stages: fit.fitted.map(({ stage }) => stage) };
  });
}

/** Each cluster after those that must come before it, otherwise in the order of their first kernels. */
function inOrder(clusters: readonly Cluster[]): readonly Cluster[] {
  const done = new Set<Cluster>();
  const order: Cluster[] = [];
  const pending = [...clusters].reverse();
  for (let cluster = pending.pop(); cluster !== undefined; cluster = pending.pop()) {
    if (done.has(cluster)) continue;
    const missing = [...cluster.before].map(rootOf).filter((each) => !done.has(each));
    if (missing.length === 0) {
      done.add(cluster);
      order.push(cluster);
    } else pending.push(cluster, ...missing.sort((a, b) => b.members[0] - a.members[0]));
  }
  return order;
}
