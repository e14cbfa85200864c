import { bytesPerElement, type DType } from "../dtype.ts";
import { readsOf, writesOf, type ContractKernel, type ControlKernel, type Kernel, type Operand, type Program, type Size } from "./program.ts";
import { kernelWork } from "./work.ts";
import { greatestDivisor, known } from "./sizes.ts";

/**
 * Kernels that every thread can run one after the other on its own part without waiting for the others: each unit of work
 * of a kernel needs only what the same unit of the kernels before it made.
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

/** One of a kernel's operands as it is walked: its axes, the divided one first. */
interface Walked {
  readonly buffer: number;
  readonly dtype: DType;
  readonly writes: boolean;
  readonly start: number;
  readonly axes: readonly (readonly [extent: number, stride: number])[];
}

/** What a kernel walks; nothing where its work is not divided. */
function walksOf(kernel: Kernel): readonly Walked[] {
  if (kernel.kind === "named" || kernel.kind === "control") return [];
  if (kernel.kind === "nest") {
    const own = new Set(kernel.locals.map(({ buffer }) => buffer));
    return kernel.stages.flatMap(walksOf).filter(({ buffer }) => !own.has(buffer));
  }
  const axesOf = (operand: Operand): Walked["axes"] => {
    const strides = operand.strides.map(known);
    if (kernel.kind === "loop") return strides.map((stride, axis) => [known(kernel.extents[axis]), stride]);
    const matrix = operand === kernel.a ? [kernel.m, kernel.k] : operand === kernel.b ? [kernel.k, kernel.n] : [kernel.m, kernel.n];
    const axes = [...kernel.batch, ...matrix].map((extent, axis) => [known(extent), strides[axis]] as const);
    if (kernel.batch.reduce<number>((product, size) => product * known(size), 1) > 1) return axes;
    // Rows are divided: the right side is the same for all of them.
    const inner = axes.slice(kernel.batch.length);
    return operand === kernel.b ? [[known(kernel.m), 0], ...inner] : inner;
  };
  // Whatever turn of a loop it is, it is the same one for all kernels of a band.
  const walked = (writes: boolean) => (operand: Operand): Walked =>
    ({ buffer: operand.buffer, dtype: operand.dtype, writes, start: typeof operand.offset === "number" ? operand.offset : startOf(operand.offset), axes: axesOf(operand) });
  return [...readsOf(kernel).map(walked(false)), ...writesOf(kernel).map(walked(true))];
}

/** Where an operand is within one unit, and its stride from unit to unit. */
interface UnitWalk { readonly step: number; readonly first: number; readonly last: number }

function unitWalk({ start, axes: [divided, ...inner] }: Walked, units: number): UnitWalk {
  const perUnit = divided[0] / units;
  let first = start;
  let last = start;
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
  let sideBySide = false;
  for (const kernel of kernels) {
    for (const walked of walksOf(kernel)) {
      const { step, first, last } = unitWalk(walked, units);
      if (step === 0) continue;
      sideBySide ||= step === 1;
      // A column touches far fewer elements than lie between its first and last.
      const [[divided], ...inner] = walked.axes;
      const touched = inner.reduce((count, [extent, stride]) => (stride === 0 ? count : count * extent), divided / units);
      perUnit.set(walked.buffer, Math.max(perUnit.get(walked.buffer) ?? 0, Math.min(touched, last - first + 1) * bytesPerElement[walked.dtype]));
    }
  }
  const bytes = [...perUnit.values()].reduce((sum, each) => sum + each, 0);
  if (bytes * units <= blockBytes) return 0;
  // Units that lie side by side share cache lines: they are taken some lines at a time.
  const block = Math.max(sideBySide ? 64 : 1, Math.floor(blockBytes / bytes));
  return block >= units ? 0 : block > 64 ? block - (block % 64) : block;
}

/** Whether unit i of one operand touches nothing of unit j of the other, for all i ≠ j. */
const aligned = (a: UnitWalk, b: UnitWalk): boolean => {
  const low = Math.min(a.first, b.first);
  return a.step === b.step && a.step > 0 && Math.max(a.last, b.last) - low < a.step;
};

/** Kernels with less work are done by one thread along with others, if they would need a band of their own otherwise. */
const smallWork = 4096;

/** A band in the making, with what its kernels have to do with each buffer. */
interface Draft {
  units: number;
  readonly kernels: Kernel[];
  readonly control: ControlKernel | null;
  readonly walks: Map<number, Walked[]>;
  /** The buffers that its kernels write, and all that they look at. */
  readonly written: Set<number>;
  readonly seen: Set<number>;
  /** Whether all its kernels are small. */
  small: boolean;
}

/**
 * Whether a kernel can run unit by unit in step with a band's kernels, though one writes what the other reads or writes. What
 * keeps apart in many units keeps apart in fewer, larger ones: a band's kernels need not be held against each other again.
 */
const inStep = ({ walks }: Draft, kernel: readonly Walked[], units: number): boolean => kernel.every((own) =>
  (walks.get(own.buffer) ?? []).every((other) => !(own.writes || other.writes) || aligned(unitWalk(own, units), unitWalk(other, units))));

/**
 * Groups kernels into bands. A kernel goes into the first band that takes it behind all that it has to do with: what needs
 * a thread of its own in between, such as the sum of a loss, does not part what belongs together. Kernels that have nothing to
 * do with one another share a band only where that costs neither of them parts.
 */
export function bandsOf({ kernels }: Pick<Program, "kernels">): readonly Band[] {
  const bands: Draft[] = [];
  /** The last band that writes, and the last that looks at, each buffer. */
  const lastWriter = new Map<number, number>();
  const lastUser = new Map<number, number>();
  const later = (map: Map<number, number>, { buffer }: Operand, at: number): void => { map.set(buffer, Math.max(map.get(buffer) ?? -1, at)); };
  const put = (kernel: Kernel, at: number, walks: readonly Walked[]): void => {
    bands[at].kernels.push(kernel);
    bands[at].small &&= kernelWork(kernel) < smallWork;
    for (const operand of readsOf(kernel)) { later(lastUser, operand, at); bands[at].seen.add(operand.buffer); }
    for (const operand of writesOf(kernel)) {
      later(lastUser, operand, at);
      later(lastWriter, operand, at);
      bands[at].seen.add(operand.buffer);
      bands[at].written.add(operand.buffer);
    }
    for (const walked of walks) {
      const known = bands[at].walks.get(walked.buffer);
      if (known === undefined) bands[at].walks.set(walked.buffer, [walked]);
      else known.push(walked);
    }
  };
  const open = (units: number, control: ControlKernel | null): number => bands.push({ units, kernels: [], control, walks: new Map(), written: new Set(), seen: new Set(), small: true }) - 1;

  for (const kernel of kernels) {
    if (kernel.kind === "control") {
      put(kernel, open(0, kernel), []);
      continue;
    }
    const extent = divisibleExtent(kernel);
    const own = extent >= leastUnits ? extent : 0;
    const walks = own === 0 ? [] : walksOf(kernel);
    const nearest = Math.max(0, ...readsOf(kernel).map(({ buffer }) => lastWriter.get(buffer) ?? 0), ...writesOf(kernel).map(({ buffer }) => lastUser.get(buffer) ?? 0));
    const first = (accepts: (band: Draft) => boolean): number => {
      for (let at = nearest; at < bands.length; at++) if (bands[at].control === null && accepts(bands[at])) return at;
      return -1;
    };
    const related = ({ written, seen }: Draft): boolean => readsOf(kernel).some(({ buffer }) => written.has(buffer)) || writesOf(kernel).some(({ buffer }) => seen.has(buffer));
    const divided = own === 0 ? -1 : first((band) => {
      const units = greatestDivisor(band.units, own);
      return band.units > 0 && units >= leastUnits && (band.units === own || related(band)) && inStep(band, walks, units);
    });
    if (divided >= 0) {
      bands[divided].units = greatestDivisor(bands[divided].units, own);
      put(kernel, divided, walks);
      continue;
    }
    const small = kernelWork(kernel) < smallWork;
    const single = own === 0 || small ? first((band) => band.units === 0 && ((small && band.small) || related(band))) : -1;
    put(kernel, single >= 0 ? single : open(own, null), single >= 0 ? [] : walks);
  }
  return bands.map(({ units, kernels: members, control }) => ({ units, kernels: members, control }));
}
