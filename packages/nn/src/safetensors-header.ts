import { isRecord } from "@ndgrad/core/internal";
import { ParameterFileError } from "./errors.ts";
import { storedDTypes, type StoredDType } from "./safetensors-dtypes.ts";

/** One tensor of a file: where its bytes are, counted from the end of the header. */
export interface Entry {
  readonly name: string;
  /** The file's name for its dtype. */
  readonly code: string;
  readonly stored: StoredDType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** As much as a person reads of what a file holds: it may hold anything. */
const longest = 300;

const fail = (problem: string): never => {
  throw new ParameterFileError(`safetensors: ${problem.length > longest ? `${problem.slice(0, longest)}…` : problem}`);
};

/** A name from a file, its control characters as escapes, which a terminal would obey. */
export const quoted = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);

const isSize = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, axis) => size * axis, 1);

/** The header of a file, checked against the file's own length, and where the elements start. */
export function parseHeader(bytes: Uint8Array): { readonly entries: readonly Entry[]; readonly start: number } {
  if (bytes.length < 8) fail(`${bytes.length} bytes are too few; the first 8 give the header's length`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) fail(`the header claims ${length} bytes and only ${bytes.length - 8} follow; is this a safetensors file?`);
  const start = 8 + Number(length);
  const header = parseJson(bytes.subarray(8, start));
  if (!isRecord(header)) return fail("the header is not a JSON object");
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => parseEntry(name, value));
  checkCoverage(entries, bytes.length - start);
  return { entries, start };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return fail("the header is not JSON in UTF-8; is this a safetensors file?");
  }
}

function parseEntry(name: string, value: unknown): Entry {
  const where = quoted(name);
  if (!isRecord(value)) return fail(`${where} is not described by an object`);
  const { dtype: code, shape, data_offsets: offsets } = value;
  const stored = typeof code === "string" ? storedDTypes.get(code) : undefined;
  if (typeof code !== "string" || stored === undefined) return fail(`${where} has dtype ${JSON.stringify(code)}, and only ${[...storedDTypes.keys()].join(", ")} can be read`);
  if (!Array.isArray(shape) || !shape.every(isSize)) return fail(`${where} has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) return fail(`${where} has no valid data_offsets`);
  const [from, to] = offsets;
  // Bytes that are there bound the product: a size that no longer counts exactly can not equal them.
  if (to - from !== sizeOf(shape) * stored.width) return fail(`${where}: its data_offsets hold ${to - from} bytes, which is not the size of ${code}[${shape.join(", ")}]`);
  return { name, code, stored, shape, from, to };
}

/** Every byte belongs to exactly one tensor: no overlap, no hole, nothing outside of the file. */
function checkCoverage(entries: readonly Entry[], size: number): void {
  let end = 0;
  for (const { name, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) fail(`${quoted(name)} begins at byte ${from}, where ${end} was expected; tensors must follow each other`);
    end = to;
  }
  if (end !== size) fail(`the tensors take ${end} bytes, and the file holds ${size}`);
}
