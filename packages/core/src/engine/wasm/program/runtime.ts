import { NdgradError } from "../../../errors.ts";
import { describe } from "../../../options.ts";
import type { Variable } from "../../../variable.ts";
import type { Executable, Runtime } from "../../engine.ts";
import { phasesOf } from "../../phases.ts";
import { planMemory } from "../../plan.ts";
import type { Program } from "../../program.ts";
import { hostFunctions } from "../../reference/interpret.ts";
import { workOf, workPerThread } from "../../work.ts";
import { emitProgram } from "./emit.ts";
import { createExecutable } from "./executable.ts";
import { createGathers } from "./gather.ts";
import { createHelpers } from "./helpers.ts";
import { checkIndices } from "./indices.ts";
import { createProgramMemory, type MemoryOptions, type Place, type ProgramMemory } from "./memory.ts";
import { createPace } from "./pace.ts";
import { createResidences, weightOf, type Held } from "./residences.ts";
import { createScratchMemory, scratchOf } from "./scratch-memory.ts";
import { platformThreads } from "./threads.ts";

/** As many as the places for their agreements. */
const mostThreads = 64;

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
  readonly memory?: MemoryOptions | undefined;
}

/** Loads programs into one memory, where variables stay between runs, and runs them. */
export function createRuntime({ leastWork = workPerThread, triedWork = 20_000_000, dividedWork = 32_768, patience = 20_000, sourceBytes = 2 ** 29, memory: memoryOptions }: RuntimeOptions = {}): Runtime {
  const platform = platformThreads();
  const memory = createProgramMemory(platform !== null, memoryOptions);
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
  const helpers = createHelpers(owner, platform, mostThreads, patience);
  const residences = createResidences(owner);
  const scratch = createScratchMemory(owner);
  const gathers = createGathers({
    owner: memory, limit: sourceBytes, look: () => { helpers.look(); },
    load: (module) => helpers.offer(module, []),
    start: (id, count) => { helpers.start(id, count); },
  });

  /** What a program takes that is to be given back. */
  interface Taken { arena: Place | null; readonly constants: Held[]; id: number }
  const giveBack = (taken: Taken): void => {
    if (taken.arena !== null) owner.free(taken.arena.address, taken.arena.bytes);
    for (const constant of taken.constants.splice(0)) constant.release();
    helpers.withdraw(taken.id);
    taken.arena = null;
  };
  const dropped = new FinalizationRegistry<Taken>(giveBack);
  const weights = new WeakMap<Executable, ArrayBuffer | null>();

  const load = (program: Program, variables: readonly Variable[]): Executable => {
    const taken: Taken = { arena: null, constants: [], id: -1 };
    try {
      return loadInto(taken, program, variables);
    } catch (cause) {
      giveBack(taken);
      throw cause;
    }
  };
  const loadInto = (taken: Taken, program: Program, variables: readonly Variable[]): Executable => {
    const phases = phasesOf(program);
    const plan = planMemory(program, phases);
    const bytes = Math.max(plan.size, 64);
    const arena = owner.allocate(bytes);
    taken.arena = { address: arena, bytes };
    const addresses = program.buffers.map(({ role }, i) => {
      if (role.kind === "variable") return residences.of(variables[role.index]).address;
      if (role.kind !== "constant") return arena + plan.offsets[i];
      const constant = residences.hold(role.tensor);
      taken.constants.push(constant);
      return constant.address;
    });
    scratch.reserve(Math.max(0, ...program.kernels.map(scratchOf)), helpers.threads);
    const code = emitProgram(phases, { buffers: addresses }, owner, dividedWork);
    const module = new WebAssembly.Module(code.bytes);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: owner.memory, look: () => { helpers.look(); } }, host: hostFunctions });
    const main = exports["run"] as (thread: number, threads: number) => void;
    const work = workOf(program);
    const wanted = (): number => (work >= leastWork * helpers.threads ? helpers.threads : Math.max(1, Math.floor(work / leastWork)));
    if (work >= 2 * leastWork) {
      taken.id = helpers.offer(module, code.host);
      helpers.begin();
    }
    const indices = checkIndices(owner, program, addresses, code.indexed);
    const pace = work < triedWork ? createPace() : null;
    const run = (): void => {
      const most = wanted();
      if (most > 1) helpers.begin();
      if (most === 1 || !helpers.ready) runOn(1);
      else if (pace === null) runOn(most);
      else {
        const start = performance.now();
        runOn(pace.threads(most));
        pace.took(performance.now() - start);
      }
    };
    /** Does what all threads have a part in. */
    const together = (count: number, work: () => void): void => {
      try {
        work();
      } catch (cause) {
        if (count > 1) helpers.end();
        throw new NdgradError("compile: the program broke off; variables that it assigns may hold values of half a step", { cause });
      }
    };
    const runOn = (count: number): void => {
      together(count, () => { gathers.run(count); });
      indices.before();
      together(count, () => {
        helpers.start(taken.id, count);
        main(0, count);
      });
    };
    const executable = createExecutable({
      owner, gathers, program, phases, addresses, variables, residences, run, found: () => indices.after(), arenaBytes: plan.size,
      dispose() {
        dropped.unregister(taken);
        weights.delete(executable);
        giveBack(taken);
      },
    });
    dropped.register(executable, taken, taken);
    weights.set(executable, weightOf(bytes));
    return executable;
  };

  return {
    load,
    get threads() { return helpers.threads; },
    get ready() { return helpers.ready; },
    setThreads(count) {
      if (!Number.isInteger(count) || count < 1 || count > mostThreads) throw new NdgradError(`setThreads: ${typeof count === "number" ? count : describe(count)} is not a number of threads; give a whole number from 1 to ${mostThreads}`);
      if (count > 1 && platform === null) throw new NdgradError("setThreads: there are no threads with shared memory here; a page must be cross-origin isolated (COOP and COEP headers), and Node be allowed to start workers");
      if (count === helpers.threads) return;
      scratch.reserve(0, count);
      helpers.setThreads(count);
    },
  };
}
