import { readsOf, writesOf, type Kernel, type LoopKernel, type Operand } from "../program.ts";
import { kernelWork, workPerThread } from "../work.ts";
import { apart, commonExtents, inStep, keptOf, sharedWalk, withShared, type SharedWalk } from "./shared.ts";
import { known } from "../sizes.ts";

/** Fewer rows than this leave threads without work, where there is enough of it to be shared out. */
const leastRows = 8;
/** More stages, or arrays, than these and a nest's places no longer stay in registers. */
const mostStages = 24;
const mostArrays = 16;
/** Neighbouring results that are computed side by side: fewer of them leave vectors empty. */
const leastAcross = 16;

/** A stage with where its operands are. */
export interface Fitted {
  readonly stage: LoopKernel;
  readonly reads: readonly SharedWalk[];
  readonly writes: readonly SharedWalk[];
}
/** Loops with the extents that they share written first. */
export interface Fit {
  readonly shared: readonly number[];
  readonly fitted: readonly Fitted[];
}

/**
 * How kernels fit into one nest, in that order: all are loops, at least one of them a reduction, and what one writes at a
 * position of the shared extents no other looks at from another position. `null` where they do not.
 */
export function fitTogether(kernels: readonly Kernel[]): Fit | null {
  const loops = kernels.flatMap((kernel) => (kernel.kind === "loop" ? [kernel] : []));
  if (loops.length < kernels.length || loops.every(({ reduce }) => reduce === null)) return null;
  const common = loops.map((loop): readonly number[] => loop.extents.slice(0, keptOf(loop)).map(known)).reduce((a, b) => commonExtents(a, b));
  if (common[0] < leastRows && loops.reduce((sum, loop) => sum + kernelWork(loop), 0) > workPerThread) return null;
  // The longest common walk may part what belongs together; a shorter one may not.
  for (let length = common.length; length > 0; length--) {
    let fit: Fit | null = { shared: common.slice(0, length), fitted: [] };
    for (const loop of loops) fit = fit === null ? null : withStage(fit, loop);
    if (fit !== null) return fit;
  }
  return null;
}

/** The same nest with one more stage behind the others; `null` where it does not fit as they are. */
export function withStage({ shared, fitted }: Fit, kernel: Kernel): Fit | null {
  const stage = kernel.kind === "loop" ? withShared(kernel, shared) : null;
  if (stage === null || fitted.length === mostStages || !suits(stage, shared.length)) return null;
  const walksOf = (operands: readonly Operand[]): readonly SharedWalk[] => operands.map((operand) => sharedWalk(stage, operand, shared.length));
  const next: Fitted = { stage, reads: walksOf(readsOf(stage)), writes: walksOf(writesOf(stage)) };
  // What no position writes for another: all that meet in one array are apart there.
  const clash = (written: readonly SharedWalk[], seen: readonly SharedWalk[]): boolean => written.some((a) => seen.some((b) => a.buffer === b.buffer && !apart(a, b, shared)));
  if (fitted.some(({ reads, writes }) => clash(writes, next.reads) || clash(writes, next.writes) || clash(next.writes, reads))) return null;
  const all = [...fitted, next];
  return new Set(all.flatMap(({ reads, writes }) => [...reads, ...writes].map(({ buffer }) => buffer))).size > mostArrays ? null : { shared, fitted: all };
}

/** Whether a stage's own walk is as good as the whole loop's was. */
function suits(stage: LoopKernel, shared: number): boolean {
  const last = stage.extents.length - 1;
  const kept = keptOf(stage);
  const runs = (axis: number): boolean => stage.inputs.every(({ strides }) => strides[axis] === 0 || strides[axis] === 1);
  if (stage.reduce === null) {
    // An operand that runs along memory from row to row is better walked by the whole loop, in tiles.
    return last < shared || [...stage.inputs, ...stage.outputs].every(({ strides }) => Math.abs(known(strides[last])) <= 1 || strides.slice(0, shared).every((stride) => stride !== 1));
  }
  // Neighbouring results that lie along memory are added up side by side: this takes a good many of them within a position.
  if (!runs(kept - 1) || runs(last)) return true;
  return kept > shared && known(stage.extents[kept - 1]) >= leastAcross;
}

/** Whether some array is walked by stages of both kinds in step, so that a row of it would be at hand. */
export function shareRows({ fitted }: Fit, isFirst: (stage: number) => boolean): boolean {
  const walksOf = (first: boolean): readonly SharedWalk[] => fitted.flatMap(({ reads, writes }, at) => (isFirst(at) === first ? [...reads, ...writes] : []));
  const others = walksOf(false);
  return walksOf(true).some((walk) => walk.strides.some((stride) => stride !== 0) && others.some((other) => inStep(walk, other)));
}
