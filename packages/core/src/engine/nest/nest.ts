import { readsOf, writesOf, bodiesOf, loopWithOperands, withBodies, type BufferSpec, type Kernel, type LocalArray, type LoopKernel, type NestKernel, type Operand, type Program } from "../program.ts";
import { groupStages } from "./group.ts";
import { sharedWalk, type SharedWalk } from "./shared.ts";
import { known } from "../sizes.ts";

/**
 * Makes loops that walk the same rows one kernel: reductions and what is computed of them, row by row while the row is in the
 * nearest cache. Arrays that only the kernel itself looks at become a few values that live for one row. What is computed, and in
 * which order sums are added up, stays as it is.
 */
export function nestLoops({ buffers, kernels }: Program): Program {
  const specs = [...buffers];
  const users = usersOf(kernels);
  const inside = (list: readonly Kernel[]): readonly Kernel[] => groupStages(list).map((group): Kernel => {
    if (group.kind === "single") return group.kernel.kind === "control" ? withBodies(group.kernel, inside) : group.kernel;
    return nestOf(group.stages, group.from, group.shared, specs, users);
  });
  return { kernels: inside(kernels), buffers: specs };
}

/** The kernels that look at each buffer, those inside of loops and branches too. */
function usersOf(kernels: readonly Kernel[], users: Map<number, Set<Kernel>> = new Map()): ReadonlyMap<number, ReadonlySet<Kernel>> {
  const note = (kernel: Kernel, { buffer }: Operand): void => {
    const known = users.get(buffer);
    if (known === undefined) users.set(buffer, new Set([kernel]));
    else known.add(kernel);
  };
  for (const kernel of kernels) {
    if (kernel.kind !== "control") for (const operand of [...readsOf(kernel), ...writesOf(kernel)]) note(kernel, operand);
    else {
      if (kernel.flow.kind !== "repeat") note(kernel, kernel.flow.condition);
      for (const body of bodiesOf(kernel)) usersOf(body, users);
    }
  }
  return users;
}

/** One kernel of stages, with those arrays made local that nobody else looks at. */
function nestOf(stages: readonly LoopKernel[], from: readonly Kernel[], shared: readonly number[], specs: BufferSpec[], users: ReadonlyMap<number, ReadonlySet<Kernel>>): NestKernel {
  const own = new Set<Kernel>(from);
  const starts = new Map<number, number>();
  const locals: LocalArray[] = [];
  const written = new Set(stages.flatMap(writesOf).map(({ buffer }) => buffer));
  for (const buffer of written) {
    if (specs[buffer].role.kind !== "temporary" || [...(users.get(buffer) ?? [])].some((user) => !own.has(user))) continue;
    const range = localRange(stages, buffer, shared.length);
    if (range === null) continue;
    const { dtype } = specs[buffer];
    const size = range.last - range.first + 1;
    specs[buffer] = { dtype, size, role: { kind: "local" } };
    locals.push({ buffer, dtype, size });
    starts.set(buffer, range.first);
  }
  const localized = (operand: Operand): Operand => {
    const first = starts.get(operand.buffer);
    return first === undefined ? operand : { ...operand, offset: known(operand.offset) - first, strides: operand.strides.map((stride, axis) => (axis < shared.length ? 0 : stride)) };
  };
  return { kind: "nest", shared: shared.length, stages: stages.map((stage) => loopWithOperands(stage, localized)), locals };
}

/** The elements of an array that one position has to do with, where one stage writes them all and later ones read them; otherwise `null`. */
function localRange(stages: readonly LoopKernel[], buffer: number, shared: number): SharedWalk | null {
  const within = ({ buffer: which }: Operand): boolean => which === buffer;
  const writers = stages.flatMap((stage, at) => stage.outputs.filter(within).map((operand) => ({ stage, at, operand })));
  if (writers.length !== 1 || typeof writers[0].operand.offset !== "number") return null;
  const [{ stage, at, operand }] = writers;
  const range = sharedWalk(stage, operand, shared);
  const count = operand.strides.slice(shared).reduce<number>((product, _, axis) => product * known(stage.extents[shared + axis]), 1);
  const readOnlyAfter = stages.every((reader, later) => readsOf(reader).filter(within).every((read) => {
    const walk = sharedWalk(reader, read, shared);
    return later > at && walk.first >= range.first && walk.last <= range.last;
  }));
  return readOnlyAfter && count === range.last - range.first + 1 ? range : null;
}
