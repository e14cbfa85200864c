import { ShapeError } from "../errors.ts";
import type { NamedKernel } from "./lowering.ts";

/** Where kernels leave word of an index out of range, as byte addresses: which kernel found it (from 1 on; 0: none did), and the index. */
export const misplaced = { kernel: 16, index: 20 } as const;

/** How a kernel reads indices along an axis of `sizes[1]` places. */
export interface IndexReader {
  /** The function that users know. */
  readonly op: string;
  /** Which input they are. */
  readonly input: number;
  /** Whether those below 0 count from the end. */
  readonly fromEnd: boolean;
}

/** The kernels that read indices. */
export const indexReaders: Readonly<Partial<Record<NamedKernel, IndexReader>>> = {
  take: { op: "take", input: 1, fromEnd: true }, takeAdd: { op: "takeAdd", input: 1, fromEnd: true },
  takeAlongAxis: { op: "takeAlongAxis", input: 1, fromEnd: true }, scatterAdd: { op: "scatterAdd", input: 1, fromEnd: true },
  classIndices: { op: "oneHot", input: 0, fromEnd: false },
};

export const isMisplaced = (index: number, extent: number, fromEnd = true): boolean => index >= extent || index < (fromEnd ? -extent : 0);

/** Says which index is out of range, and what is to be done about it. */
export const misplacedError = ({ op, fromEnd }: Pick<IndexReader, "op" | "fromEnd">, index: number, extent: number, circumstances = ""): ShapeError =>
  new ShapeError(`${op}: index ${index} is out of range for ${fromEnd ? `an axis of size ${extent}` : `depth ${extent}`}; use ${fromEnd ? -extent : 0} … ${extent - 1}${circumstances}`);
