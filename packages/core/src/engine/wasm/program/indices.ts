import { isMisplaced, misplaced, misplacedError } from "../../misplaced.ts";
import type { Program } from "../../program.ts";
import { known } from "../../sizes.ts";
import { elementAt } from "../heap.ts";
import type { IndexedKernel } from "./emit.ts";
import type { ProgramMemory } from "./memory.ts";

/** What becomes of indices out of range in a program. */
export interface IndexChecks {
  /** Before a run: throws where they are arguments, so that nothing has changed. */
  before(): void;
  /** After a run: what kernels have found out about the indices that they computed. */
  after(): Error | null;
}

export function checkIndices(owner: ProgramMemory, { buffers }: Program, addresses: readonly number[], indexed: readonly IndexedKernel[]): IndexChecks {
  const given = indexed.filter(({ always, indices: { buffer, offset } }) => always && typeof offset === "number" && buffers[buffer].role.kind === "argument");
  return {
    before() {
      if (indexed.length > 0) owner.heap().int32[misplaced.kernel >> 2] = 0;
      for (const { reader, extent, indices, count } of given) {
        const elements = owner.heap().int32;
        const first = elementAt(addresses[indices.buffer], "int32") + known(indices.offset);
        for (let at = first; at < first + count; at++) if (isMisplaced(elements[at], extent, reader.fromEnd)) throw misplacedError(reader, elements[at], extent);
      }
    },
    after() {
      const cells = owner.heap().int32;
      const number = indexed.length === 0 ? 0 : cells[misplaced.kernel >> 2];
      if (number === 0) return null;
      cells[misplaced.kernel >> 2] = 0;
      const { reader, extent } = indexed[number - 1];
      return misplacedError(reader, cells[misplaced.index >> 2], extent, ". A compiled function computed it: variables that it assigns hold what the first place gave instead");
    },
  };
}
