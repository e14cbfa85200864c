import { bytesPerElement } from "../dtype.ts";
import { readsOf, writesOf, type ContractKernel, type ControlKernel, type Kernel, type Operand, type Program, type Size } from "./program.ts";
import { kernelWork } from "./work.ts";

/**
 * Kernels that every thread can run one after the other on its own part without waiting for the others: each unit of work
 * of a kernel needs only what the same unit of the kernels before it made. Between bands threads meet at a barrier.
 */
export interface Band {
  /** How many equal parts the work of each kernel has; 0: one thread does all. */
  readonly units: number;
  readonly kernels: readonly Kernel[];
  /** A loop or branch over kernels that all threads go through together: the only member of its band. */
  readonly control: ControlKernel | null;
}

/** Fewer parts than this are not worth sharing out. */
const leastUnits = 4;

const known = (size: Size): number => {
  if (typeof size !== "number") throw new Error("bands: a program's sizes are numbers");
  return size;
};

const startOf = (place: Exclude<Size, number>): number => ("start" in place ? place.start : known(place));

/** The size of the axis along which a kernel's work can be divided; 1 where it cannot. */
export function divisibleExtent(kernel: Kernel): number {
  if (kernel.kind === "named" || kernel.kind === "control") return 1;
  if (kernel.kind === "contract") {
    const batches = kernel.batch.reduce<number>((product, size) => product * known(size), 1);
    if (batches === 1) return known(kernel.m);
    return oneBatchAxis(kernel) ? known(kernel.batch[0]) : 1;
  }
  if (kernel.kind === "nest") return known(kernel.stages[0].extents[0]);
  return kernel.extents.length > (kernel.reduce?.axes ?? 0) ? known(kernel.extents[0]) : 1;
}

/** Whether all operands walk a product's batch axes as one. */
export function oneBatchAxis(kernel: ContractKernel): boolean {
  const axes = kernel.batch.length;
  return [kernel.a, kernel.b, ...writesOf(kernel), ...(kernel.epilogue?.inputs ?? [])].every(({ strides }) =>
    kernel.batch.every((_, axis) => axis === axes - 1 || known(strides[axis]) === known(strides[axis + 1]) * known(kernel.batch[axis + 1])));
}

/** The axes that an operand is walked along within one unit, and its stride from unit to unit. */
interface UnitWalk { readonly step: number; readonly first: number; readonly last: number }

/** The axes of each operand of a kernel, with the divided one first. */
function axesOf(kernel: Kernel, operand: Operand): readonly (readonly [extent: number, stride: number])[] {
  if (kernel.kind === "nest") return axesOf(kernel.stages.find((stage) => [...readsOf(stage), ...writesOf(stage)].includes(operand)) ?? kernel.stages[0], operand);
  const strides = operand.strides.map(known);
  if (kernel.kind === "loop") return strides.map((stride, axis) => [known(kernel.extents[axis]), stride] as const);
  if (kernel.kind === "named" || kernel.kind === "control") return [];
  const matrix = operand === kernel.a ? [kernel.m, kernel.k] : operand === kernel.b ? [kernel.k, kernel.n] : [kernel.m, kernel.n];
  const axes = [...kernel.batch, ...matrix].map((extent, axis) => [known(extent), strides[axis]] as const);
  const batches = kernel.batch.reduce<number>((product, size) => product * known(size), 1);
  if (batches > 1) return axes;
  // Rows are divided: the right side is the same for all of them.
  const inner = axes.slice(kernel.batch.length);
  return operand === kernel.b ? [[known(kernel.m), 0], ...inner] : inner;
}

function unitWalk(kernel: Kernel, operand: Operand, units: number): UnitWalk {
  const [divided, ...inner] = axesOf(kernel, operand);
  const perUnit = divided[0] / units;
  // Whatever turn of a loop it is, it is the same one for all kernels of a band.
  let first = typeof operand.offset === "number" ? operand.offset : startOf(operand.offset);
  let last = first;
  for (const [extent, stride] of [[perUnit, divided[1]] as const, ...inner]) {
    const reach = (extent - 1) * stride;
    if (reach < 0) first += reach;
    else last += reach;
  }
  return { step: perUnit * divided[1], first, last };
}

/** A stretch of a band's kernels that run one after the other on a block of units, while what they pass on is in the cache. */
export interface Run {
  readonly kernels: readonly Kernel[];
  /** Units at a time; 0: a thread's whole share. */
  readonly block: number;
}

/** What a block's operands may take of the second-level cache. */
const blockBytes = 256 * 1024;

/** Cuts a band's kernels into runs. A large product stays alone: in blocks it would pack its right side again for each. */
export function runsOf({ units, kernels }: Band, isLarge: (kernel: Kernel) => boolean): readonly Run[] {
  const runs: Kernel[][] = [];
  for (const kernel of kernels) {
    const last = runs.at(-1);
    if (units > 0 && last !== undefined && !isLarge(kernel) && !isLarge(last[0])) last.push(kernel);
    else runs.push([kernel]);
  }
  return runs.map((together) => ({ kernels: together, block: together.length > 1 ? blockOf(together, units) : 0 }));
}

/** How many units keep within the cache; 0 where all do. */
function blockOf(kernels: readonly Kernel[], units: number): number {
  const perUnit = new Map<number, number>();
  for (const kernel of kernels) {
    for (const operand of [...readsOf(kernel), ...writesOf(kernel)]) {
      const { step, first, last } = unitWalk(kernel, operand, units);
      if (step !== 0) perUnit.set(operand.buffer, Math.max(perUnit.get(operand.buffer) ?? 0, (last - first + 1) * bytesPerElement[operand.dtype]));
    }
  }
  const bytes = [...perUnit.values()].reduce((sum, each) => sum + each, 0);
  if (bytes * units <= blockBytes) return 0;
  const block = Math.max(1, Math.floor(blockBytes / bytes));
  // Whole vectors, where units are single elements.
  return block > 64 ? block - (block % 64) : block;
}

/** Whether unit i of one operand touches nothing of unit j of the other, for all i ≠ j. */
const aligned = (a: UnitWalk, b: UnitWalk): boolean => {
  const low = Math.min(a.first, b.first);
  return a.step === b.step && a.step > 0 && Math.max(a.last, b.last) - low < a.step;
};

/** Whether two kernels can run unit by unit in step, though one writes what the other reads or writes. */
function independent(earlier: Kernel, later: Kernel, units: number): boolean {
  const conflicts = (writer: Kernel, other: Kernel, operands: readonly Operand[]): boolean => writesOf(writer).some((written) => operands.some((operand) =>
    operand.buffer === written.buffer && !aligned(unitWalk(writer, written, units), unitWalk(other, operand, units))));
  return !conflicts(earlier, later, [...readsOf(later), ...writesOf(later)]) && !conflicts(later, earlier, readsOf(earlier));
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Whether one of two kernels writes an array that the other looks at. */
function touch(a: Kernel, b: Kernel): boolean {
  const writes = (writer: Kernel, other: Kernel): boolean => {
    const written = new Set(writesOf(writer).map(({ buffer }) => buffer));
    return [...readsOf(other), ...writesOf(other)].some(({ buffer }) => written.has(buffer));
  };
  return writes(a, b) || writes(b, a);
}

/** Kernels with less work are done by one thread along with others, if they would need a band of their own otherwise. */
const smallWork = 4096;

/**
 * Groups kernels into bands. A kernel goes into the first band that takes it behind all that it has to do with: what needs
 * a thread of its own in between, such as the sum of a loss, does not part what belongs together.
 */
export function bandsOf({ kernels }: Pick<Program, "kernels">): readonly Band[] {
  const bands: { units: number; kernels: Kernel[]; control: ControlKernel | null }[] = [];
  for (const kernel of kernels) {
    if (kernel.kind === "control") {
      bands.push({ units: 0, kernels: [kernel], control: kernel });
      continue;
    }
    const extent = divisibleExtent(kernel);
    const own = extent >= leastUnits ? extent : 0;
    const nearest = bands.findLastIndex((band) => band.kernels.some((other) => touch(other, kernel)));
    const open = bands.slice(Math.max(nearest, 0)).filter((band) => band.control === null);
    const divided = own === 0 ? undefined : open.find((band) => {
      const units = greatestDivisor(band.units, own);
      const together = [...band.kernels, kernel];
      return band.units > 0 && units >= leastUnits && together.every((later, j) => together.slice(0, j).every((earlier) => independent(earlier, later, units)));
    });
    const single = own === 0 || kernelWork(kernel) < smallWork ? open.find((band) => band.units === 0) : undefined;
    if (divided !== undefined) {
      divided.units = greatestDivisor(divided.units, own);
      divided.kernels.push(kernel);
    } else if (single !== undefined) single.kernels.push(kernel);
    else bands.push({ units: own, kernels: [kernel], control: null });
  }
  return bands;
}
