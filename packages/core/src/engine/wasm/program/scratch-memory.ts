import { bodiesOf, type Kernel } from "../../program.ts";
import { known } from "../../sizes.ts";
import { contractScratch } from "../contract.ts";
import type { ContractDType } from "../contractType.ts";
import { nestScratch } from "../loop-stages.ts";
import { namedScratch } from "../named.ts";
import { control } from "./barrier.ts";
import type { Place, ProgramMemory } from "./memory.ts";
import { isSmallProduct, smallProductScratch } from "./small-product.ts";

/** Bytes of scratch memory that one thread needs for a kernel. */
export function scratchOf(kernel: Kernel): number {
  if (kernel.kind === "control") return Math.max(0, ...bodiesOf(kernel).flat().map(scratchOf));
  if (kernel.kind === "nest") return nestScratch(kernel).bytes;
  if (kernel.kind === "contract" && isSmallProduct(kernel)) return smallProductScratch(kernel);
  if (kernel.kind === "contract") return contractScratch(kernel.out.dtype as ContractDType, known(kernel.m), known(kernel.n), known(kernel.k));
  return kernel.kind === "named" ? namedScratch(kernel.kernel, kernel.sizes.map(known)) : 0;
}

/** The threads' scratch memory. Programs run one at a time: they share it. */
export interface ScratchMemory {
  /** Sees to it that each of so many threads has at least so many bytes. */
  reserve(bytes: number, threads: number): void;
}

export function createScratchMemory(owner: ProgramMemory): ScratchMemory {
  let place: Place = { address: 0, bytes: 0 };
  let perThread = 0;
  return {
    reserve(bytes, threads) {
      const each = Math.max(perThread, Math.ceil(bytes / 64) * 64);
      const wanted = each * threads;
      if (wanted > place.bytes) {
        // The new place first: if it cannot be had, programs go on with the old one.
        const address = owner.allocate(wanted);
        if (place.bytes > 0) owner.free(place.address, place.bytes);
        place = { address, bytes: wanted };
      }
      perThread = each;
      const cells = owner.heap().int32;
      cells[control.scratch >> 2] = place.address;
      cells[control.scratchBytes >> 2] = perThread;
    },
  };
}
