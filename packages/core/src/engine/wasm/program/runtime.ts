import { describe } from "../../../options.ts";
import type { DType, TypedArray } from "../../../dtype.ts";
import { NdgradError } from "../../../errors.ts";
import { messageOf } from "../../../realm.ts";
import { sizeOf } from "../../../shape/shape.ts";
import { copyRowMajor, copyRows } from "../../../storage.ts";
import { fromData, storageOf, type Tensor } from "../../../tensor.ts";
import type { Variable } from "../../../variable.ts";
import type { Executable, Runtime } from "../../engine.ts";
import { phasesOf, type Phase } from "../../phases.ts";
import { isMisplaced, misplaced, misplacedError } from "../../misplaced.ts";
import { paddedBytes, planMemory } from "../../plan.ts";
import { workOf, workPerThread } from "../../work.ts";
import { bodiesOf, writesOf, type BufferSpec, type Kernel, type Program } from "../../program.ts";
import { hostFunctions } from "../../reference/interpret.ts";
import { contractScratch } from "../contract.ts";
import type { ContractDType } from "../contractType.ts";
import { copyIn, elementAt } from "../heap.ts";
import { nestScratch } from "../loop-stages.ts";
import { namedScratch } from "../named.ts";
import { control } from "./barrier.ts";
import { emitProgram } from "./emit.ts";
import { createGathers, type Gathers } from "./gather.ts";
import { createProgramMemory, type ProgramMemory } from "./memory.ts";
import { createPace } from "./pace.ts";
import { isSmallProduct, smallProductScratch } from "./small-product.ts";
import { createThreadPool, platformThreads, type ThreadPool } from "./threads.ts";
import { known } from "../../sizes.ts";

/** Milliseconds between two looks at whether those who are waited for still run. */
const lookEvery = 1000;

/** As many as the places for their agreements. */
const mostThreads = 64;

/** A stretch of the memory that belongs to somebody. */
interface Place { readonly address: number; readonly bytes: number }
/** A program's code, as helpers need it. */
type Code = readonly [module: WebAssembly.Module, host: Parameters<ThreadPool["load"]>[2]];

/** Bytes of scratch memory that one thread needs for a kernel. */
function scratchOf(kernel: Kernel): number {
  if (kernel.kind === "control") return Math.max(0, ...bodiesOf(kernel).flat().map(scratchOf));
  if (kernel.kind === "nest") return nestScratch(kernel).bytes;
  if (kernel.kind === "contract" && isSmallProduct(kernel)) return smallProductScratch(kernel);
  if (kernel.kind === "contract") return contractScratch(kernel.out.dtype as ContractDType, known(kernel.m), known(kernel.n), known(kernel.k));
  return kernel.kind === "named" ? namedScratch(kernel.kernel, kernel.sizes.map(known)) : 0;
}

/** What tests turn. */
export interface RuntimeOptions {
  /** A program runs on as many threads as it has so many operations on an element for each. */
  readonly leastWork?: number | undefined;
  /** Programs with less work than this find out by trying whether threads pay; they always do where there is more. */
  readonly triedWork?: number | undefined;
  /** Of bands that have nothing to do with one another, those with so much work are divided among threads: to take a part costs some tens of nanoseconds. */
  readonly dividedWork?: number | undefined;
  /** A helper that has not taken up a run after so many milliseconds has ended, though the platform has not told so. */
  readonly patience?: number | undefined;
  /** Data sets that batches are taken from stay in the memory up to so many bytes together. */
  readonly sourceBytes?: number | undefined;
}

/** Loads programs into one memory, where variables stay between runs, and runs them. */
export function createRuntime({ leastWork = workPerThread, triedWork = 20_000_000, dividedWork = 32_768, patience = 20_000, sourceBytes = 2 ** 29 }: RuntimeOptions = {}): Runtime {
  const platform = platformThreads();
  const memory = createProgramMemory(platform !== null);
  const owner: ProgramMemory = {
    ...memory,
    // Data sets may be there for speed, but not instead of what a program cannot do without.
    allocate(bytes) {
      try {
        return memory.allocate(bytes);
      } catch (cause) {
        if (!gathers.release()) throw cause;
        return memory.allocate(bytes);
      }
    },
  };
  const residences = createResidences(owner);
  let threads = Math.min(platform?.processors ?? 1, mostThreads);
  let pool: ThreadPool | null = null;
  /** Whether helpers that broke down may still be running. */
  let ending = false;
  let scratch: Place = { address: 0, bytes: 0 };
  let scratchPerThread = 0;
  let programs = 0;
  const codes = new Map<number, Code>();
  /** Gives code to helpers, those that are started later included; tells its number. */
  const offer = (...code: Code): number => {
    const id = programs++;
    pool?.load(id, ...code);
    codes.set(id, code);
    return id;
  };
  const unloaded = new FinalizationRegistry<{ readonly id: number; readonly places: readonly Place[] }>(({ id, places }) => {
    for (const { address, bytes } of places) owner.free(address, bytes);
    if (codes.delete(id)) pool?.unload(id);
  });

  /** Programs run one at a time: they share their threads' scratch memory. */
  const reserveScratch = (bytes: number, count: number): void => {
    const perThread = Math.max(scratchPerThread, Math.ceil(bytes / 64) * 64);
    const wanted = perThread * count;
    if (wanted > scratch.bytes) {
      // The new place first: if it cannot be had, programs go on with the old one.
      const address = owner.allocate(wanted);
      if (scratch.bytes > 0) owner.free(scratch.address, scratch.bytes);
      scratch = { address, bytes: wanted };
    }
    scratchPerThread = perThread;
    const cells = owner.heap().int32;
    cells[control.scratch >> 2] = scratch.address;
    cells[control.scratchBytes >> 2] = perThread;
  };

  /** Without helpers programs run on one thread, until the user asks for more. */
  const workAlone = (what: string, cause: unknown): void => {
    console.warn(`ndgrad: ${what} (${messageOf(cause)}), so programs run on one thread from here on; setThreads(n) starts new helpers.`);
    threads = 1;
  };
  /** The helpers, started at the first run that is worth it; null where they cannot be had. */
  const helpers = (): ThreadPool | null => {
    if (pool !== null || threads === 1) return pool;
    try {
      const started = createThreadPool(owner.memory, threads, (cause) => {
        if (pool !== started) return;
        endHelpers();
        workAlone("a helper thread has ended", cause);
      });
      pool = started;
      for (const [id, code] of codes) pool.load(id, ...code);
    } catch (cause) {
      workAlone("helper threads cannot be started", cause);
    }
    return pool;
  };
  let looked = 0;
  /** When the last run with helpers began. */
  let began = 0;
  /** Threads that wait for one that has ended would wait for ever. */
  const look = (): void => {
    const now = performance.now();
    if (now - looked < lookEvery) return;
    looked = now;
    if (pool !== null && (!pool.alive() || (now - began > patience && !pool.answered()))) throw new NdgradError("a helper thread has ended");
  };

  /** Threads that wait for one that has broken down would wait for ever: all are ended, and new ones begin when the last is gone. */
  const endHelpers = (): void => {
    owner.heap().int32[control.broken >> 2] = 1;
    ending = true;
    void pool?.stop().then(() => {
      const cells = owner.heap().int32;
      for (const cell of [control.arrived, control.next, control.broken]) cells[cell >> 2] = 0;
      ending = false;
    });
    pool = null;
  };

  const gathers = createGathers({
    owner: memory, limit: sourceBytes,
    load: (module) => offer(module, []), look,
    start: (id, count) => { if (count > 1) pool?.start(id, count); },
  });

  const load = (program: Program, variables: readonly Variable[]): Executable => {
    const places: Place[] = [];
    try {
      return loadInto(places, program, variables);
    } catch (cause) {
      for (const { address, bytes } of places) owner.free(address, bytes);
      throw cause;
    }
  };
  const loadInto = (places: Place[], program: Program, variables: readonly Variable[]): Executable => {
    const phases = phasesOf(program);
    const plan = planMemory(program, phases);
    const allocate = (bytes: number): number => {
      const place = { address: owner.allocate(bytes), bytes };
      places.push(place);
      return place.address;
    };
    const arena = allocate(Math.max(plan.size, 64));
    const addresses = program.buffers.map((buffer, i) => {
      const { role } = buffer;
      if (role.kind === "variable") return residences.of(variables[role.index]).address;
      if (role.kind !== "constant") return arena + plan.offsets[i];
      const address = allocate(paddedBytes(buffer));
      write(owner, null, address, role.tensor);
      return address;
    });
    reserveScratch(Math.max(0, ...program.kernels.map(scratchOf)), threads);
    const { bytes, host, indexed } = emitProgram(phases, { buffers: addresses }, owner, dividedWork);
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: owner.memory, look }, host: hostFunctions });
    const main = exports["run"] as (thread: number, threads: number) => void;
    const work = workOf(program);
    const wanted = (): number => (work >= leastWork * threads ? threads : Math.max(1, Math.floor(work / leastWork)));
    const id = work >= 2 * leastWork ? offer(module, host) : -1;
    if (id >= 0 && threads > 1 && !ending) helpers();
    const pace = work < triedWork ? createPace() : null;
    const run = (): void => {
      const most = wanted();
      if (most === 1 || ending || helpers()?.ready() !== true) runOn(1);
      else if (pace === null) runOn(most);
      else {
        const start = performance.now();
        runOn(pace.threads(most));
        pace.took(performance.now() - start);
      }
    };
    /** What is wrong with indices is found before anything has changed, where they are arguments. */
    const given = indexed.filter(({ always, indices: { buffer, offset } }) => always && typeof offset === "number" && program.buffers[buffer].role.kind === "argument");
    const checkGiven = (): void => {
      if (indexed.length > 0) owner.heap().int32[misplaced.kernel >> 2] = 0;
      for (const { reader, extent, indices, count } of given) {
        const elements = owner.heap().int32;
        const first = elementAt(addresses[indices.buffer], "int32") + known(indices.offset);
        for (let at = first; at < first + count; at++) if (isMisplaced(elements[at], extent, reader.fromEnd)) throw misplacedError(reader, elements[at], extent);
      }
    };
    /** What kernels have found out about the indices that they computed. */
    const found = (): Error | null => {
      const cells = owner.heap().int32;
      const number = indexed.length === 0 ? 0 : cells[misplaced.kernel >> 2];
      if (number === 0) return null;
      cells[misplaced.kernel >> 2] = 0;
      const { reader, extent } = indexed[number - 1];
      return misplacedError(reader, cells[misplaced.index >> 2], extent, ". A compiled function computed it: variables that it assigns hold what the first place gave instead");
    };
    const broken = (cause: unknown): NdgradError => new NdgradError("compile: the program broke off; variables that it assigns may hold values of half a step", { cause });
    const runOn = (count: number): void => {
      began = looked = performance.now();
      try {
        gathers.run(count);
      } catch (cause) {
        if (count > 1) endHelpers();
        throw broken(cause);
      }
      checkGiven();
      try {
        if (count > 1) pool?.start(id, count);
        main(0, count);
      } catch (cause) {
        if (count > 1) endHelpers();
        throw broken(cause);
      }
    };
    const executable = createExecutable({ owner, gathers, program, phases, addresses, variables, residences, run, found, arenaBytes: plan.size });
    unloaded.register(executable, { id, places });
    return executable;
  };

  return {
    load,
    get threads() { return threads; },
    get ready() { return threads === 1 || (pool !== null && pool.ready()); },
    setThreads(count) {
      if (!Number.isInteger(count) || count < 1 || count > mostThreads) throw new NdgradError(`setThreads: ${typeof count === "number" ? count : describe(count)} is not a number of threads; give a whole number from 1 to ${mostThreads}`);
      if (count > 1 && platform === null) throw new NdgradError("setThreads: there are no threads with shared memory here; a page must be cross-origin isolated (COOP and COEP headers), and Node be allowed to start workers");
      if (count === threads) return;
      reserveScratch(scratchPerThread, count);
      void pool?.stop();
      pool = null;
      threads = count;
    },
  };
}

/** Variables' places in the memory. */
interface Residences { of(variable: Variable): { readonly address: number; version: number } }

function createResidences(owner: ProgramMemory): Residences {
  const known = new WeakMap<Variable, { readonly address: number; version: number }>();
  const freed = new FinalizationRegistry<Place>(({ address, bytes }) => owner.free(address, bytes));
  return {
    of(variable) {
      let residence = known.get(variable);
      if (residence === undefined) {
        const bytes = paddedBytes({ dtype: variable.dtype, size: sizeOf(variable.shape) });
        known.set(variable, (residence = { address: owner.allocate(bytes), version: -1 }));
        freed.register(variable, { address: residence.address, bytes });
      }
      return residence;
    },
  };
}

/** Copies a tensor's elements to an address, in row-major order; rows of a data set once `gathers` run, if they are given. */
function write(owner: ProgramMemory, gathers: Gathers | null, address: number, tensor: Tensor): void {
  const storage = storageOf(tensor, "compile");
  const { shape, dtype } = tensor;
  const at = elementAt(address, dtype);
  const size = sizeOf(shape);
  const rows = storage.rows ?? null;
  // Gathers know rows that follow each other.
  if (rows !== null && rows.step === undefined && gathers?.put(rows, dtype, address) === true) return;
  const to = owner.heap()[dtype];
  if (rows !== null) copyRows(rows, to, at);
  else if (storage.contiguous) copyIn(to, at, storage.data, storage.offset, size);
  else copyRowMajor(storage, shape, to.subarray(at, at + size));
}

/** A new array with the elements at an address. */
function read(owner: ProgramMemory, address: number, dtype: DType, size: number): TypedArray {
  const start = elementAt(address, dtype);
  // A slice of shared memory is an array of its own that is not shared.
  return owner.heap()[dtype].slice(start, start + size);
}

interface Parts {
  readonly owner: ProgramMemory;
  readonly gathers: Gathers;
  readonly program: Program;
  readonly phases: readonly Phase[];
  readonly addresses: readonly number[];
  readonly variables: readonly Variable[];
  readonly residences: Residences;
  readonly run: () => void;
  /** After a run: what went wrong in it without breaking it off. */
  readonly found: () => Error | null;
  readonly arenaBytes: number;
}

function createExecutable({ owner, gathers, program, phases, addresses, variables, residences, run, found, arenaBytes }: Parts): Executable {
  const within = (kind: "argument" | "result"): { readonly spec: BufferSpec; readonly address: number; readonly index: number }[] =>
    program.buffers.flatMap((spec, i) => (spec.role.kind === kind ? [{ spec, address: addresses[i], index: spec.role.index }] : []));
  // What stands in an argument's place already need not be copied again: tensors do not change.
  const taken = within("argument").filter(({ spec }) => spec.size > 0).map(({ address, index }) => ({ address, index, last: 0 }));
  const given = within("result").sort((a, b) => a.index - b.index);
  const written = new Set(program.kernels.flatMap((kernel) => writesOf(kernel).map(({ buffer }) => buffer)));
  const slots = program.buffers.flatMap(({ role, size }, i) => {
    if (role.kind !== "variable") return [];
    const variable = variables[role.index];
    const residence = residences.of(variable);
    const fetch = (): Tensor => fromData(read(owner, residence.address, variable.dtype, size), variable.shape, variable.dtype);
    return [{ variable, residence, assigned: written.has(i), fetch }];
  });
  /** Brings in what has changed since the last run. */
  const feed = (args: readonly Tensor[]): void => {
    for (let i = 0; i < slots.length; i++) {
      const { variable, residence } = slots[i];
      if (residence.version === variable.version) continue;
      write(owner, null, residence.address, variable.current);
      residence.version = variable.version;
    }
    for (let i = 0; i < taken.length; i++) {
      const argument = taken[i];
      const tensor = args[argument.index];
      if (argument.last === tensor.id) continue;
      write(owner, gathers, argument.address, tensor);
      argument.last = tensor.id;
    }
  };
  return {
    arenaBytes, phases,
    run(args) {
      try {
        feed(args);
        run();
      } catch (cause) {
        // Rows may have been put down that are not there now.
        gathers.forget();
        for (const argument of taken) argument.last = 0;
        throw cause;
      }
      for (let i = 0; i < slots.length; i++) {
        const { variable, residence, assigned, fetch } = slots[i];
        if (!assigned) continue;
        variable.renew(fetch);
        residence.version = variable.version;
      }
      const error = found();
      if (error !== null) throw error;
      return given.map(({ spec: { dtype, size }, address }) => read(owner, address, dtype, size));
    },
  };
}

