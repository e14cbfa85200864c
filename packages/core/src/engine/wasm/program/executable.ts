import { fromData, type Tensor } from "../../../tensor.ts";
import type { Variable } from "../../../variable.ts";
import type { Executable } from "../../engine.ts";
import type { Phase } from "../../phases.ts";
import { writesOf, type BufferSpec, type Program } from "../../program.ts";
import { read, write } from "./elements.ts";
import type { Gathers } from "./gather.ts";
import type { ProgramMemory } from "./memory.ts";
import type { Residences } from "./residences.ts";

/** What makes up a loaded program. */
export interface Parts {
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
  readonly dispose: () => void;
}

/** Feeds a program with its arguments and with variables that have changed, runs it, and reads its results. */
export function createExecutable({ dispose, owner, gathers, program, phases, addresses, variables, residences, run, found, arenaBytes }: Parts): Executable {
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
    arenaBytes, phases, dispose,
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
