import { sizeOf } from "../../../shape/shape.ts";
import { storageOf, type Tensor } from "../../../tensor.ts";
import type { Variable } from "../../../variable.ts";
import { paddedBytes } from "../../plan.ts";
import { write } from "./elements.ts";
import type { Place, ProgramMemory } from "./memory.ts";

/** Where a variable's elements stand, and which of its values that is. */
export interface Residence { readonly address: number; version: number }

/** What stays in the programs' memory from run to run: variables while they live, constants while a program has them. */
export interface Residences {
  of(variable: Variable): Residence;
  /** A constant's elements, once for all programs; each program that asks lets it go again. */
  hold(constant: Tensor): Held;
}

/** A constant in the memory. */
export interface Held {
  readonly address: number;
  release(): void;
}

/**
 * Bytes that the collector sees, and nobody touches, beside bytes of the programs' memory, which it does not see: so that it looks for
 * what was dropped in time. They take address space, and no memory.
 */
export const weightOf = (bytes: number): ArrayBuffer | null => (bytes < leastWeight ? null : new ArrayBuffer(bytes));
const leastWeight = 65_536;

/** A constant that programs hold. */
interface Shared { readonly address: number; readonly bytes: number; holders: number }

export function createResidences(owner: ProgramMemory): Residences {
  const variables = new WeakMap<Variable, Residence & { readonly weight: ArrayBuffer | null }>();
  const freed = new FinalizationRegistry<Place>(({ address, bytes }) => owner.free(address, bytes));
  /** By the array that has the elements, and by how it is walked. */
  const constants = new WeakMap<object, Map<string, Shared>>();
  return {
    of(variable) {
      let residence = variables.get(variable);
      if (residence === undefined) {
        const bytes = paddedBytes({ dtype: variable.dtype, size: sizeOf(variable.shape) });
        variables.set(variable, (residence = { address: owner.allocate(bytes), version: -1, weight: weightOf(bytes) }));
        freed.register(variable, { address: residence.address, bytes });
      }
      return residence;
    },
    hold(constant) {
      const { data, strides, offset } = storageOf(constant, "compile");
      const key = `${constant.dtype} ${constant.shape.join()} ${strides.join()} ${offset}`;
      const known = constants.get(data) ?? new Map<string, Shared>();
      constants.set(data, known);
      let shared = known.get(key);
      if (shared === undefined) {
        const bytes = paddedBytes(constant);
        known.set(key, (shared = { address: owner.allocate(bytes), bytes, holders: 0 }));
        write(owner, null, shared.address, constant);
      }
      const held = shared;
      held.holders++;
      return {
        address: held.address,
        release() {
          if (--held.holders > 0) return;
          known.delete(key);
          owner.free(held.address, held.bytes);
        },
      };
    },
  };
}
