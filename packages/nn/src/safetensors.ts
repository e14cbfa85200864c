import type * as files from "node:fs/promises";
import { Tensor, tensor, type DType } from "@ndgrad/core";
import { allocate, checkOptions, dtypes, isError, isRecord, messageOf, nodeModule, typedArrayName, type OptionNames } from "@ndgrad/core/internal";
import { described } from "./described.ts";
import { ParameterFileError } from "./errors.ts";
import { elementsAs } from "./safetensors-dtypes.ts";
import { parseHeader, quoted, type Entry } from "./safetensors-header.ts";

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

const codeOf: Readonly<Record<DType, string>> = { float32: "F32", float64: "F64", int32: "I32", bool: "BOOL" };

/**
 * Tensors as the bytes of a safetensors file: the header's length in 8 bytes (little-endian), the header as JSON, the
 * elements of each tensor in row-major order. Entries are written in the order of the record.
 *
 * @throws ParameterFileError for the name `__metadata__`, which the format keeps for itself, and for what is no tensor.
 * @see https://github.com/huggingface/safetensors (the format's own page)
 * @example
 * const bytes = encodeSafetensors({ weight: tensor([[1, 2], [3, 4]]) });
 */
export function encodeSafetensors(tensors: NamedTensors): Uint8Array {
  if (!isRecord(tensors)) throw new ParameterFileError(`encodeSafetensors: the tensors are ${described(tensors)}; give them by name, as in { weight }`);
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let end = 0;
  const entries = Object.entries(tensors).map(([name, each]) => {
    if (!(each instanceof Tensor)) throw new ParameterFileError(`encodeSafetensors: "${name}" is ${described(each)}, not a tensor; give tensors by name, of a variable its value`);
    const { dtype, shape, data } = each;
    if (name === "__metadata__") throw new ParameterFileError(`encodeSafetensors: a tensor cannot be called "__metadata__"; the format keeps that name for itself`);
    const from = end;
    end += data.byteLength;
    header[name] = { dtype: codeOf[dtype], shape, data_offsets: [from, end] };
    return { data, from };
  });
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces up to a multiple of 8, so that elements can be mapped where they lie.
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.fill(0x20, 8, start);
  bytes.set(json, 8);
  for (const { data, from } of entries) bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + from);
  return bytes;
}

/** One dtype for all tensors of a file, or a function that tells it for each by its name and what it is stored as (undefined: as usual). */
export type DTypeChoice = DType | ((name: string, stored: string) => DType | undefined);

export interface DecodeOptions {
  /** The dtype that tensors are read to. */
  readonly dtype?: DTypeChoice | undefined;
}

const decodeOptions: OptionNames<DecodeOptions> = { dtype: true };

/**
 * The tensors in the bytes of a safetensors file. Everything the header says is checked against the bytes before
 * anything is allocated: a damaged or hostile file gets an error that says what is wrong with it.
 *
 * F32, F64, I32 and BOOL are read as they are; F16, BF16 and the 8-bit floats exactly, to float32; whole numbers of all other
 * widths to int32, if they are within it. `dtype` asks for others: floats are then rounded to the nearest (of the
 * 64-bit integers too, beyond 2⁵³), int32 and bool take only numbers that they hold.
 *
 * @throws ParameterFileError for bytes that are no safetensors file, for a dtype that cannot be read, and for a number that
 *   the dtype it is read to does not hold.
 * @example
 * decodeSafetensors(encodeSafetensors({ weight: tensor([1, 2]) })).weight; // [1, 2]
 * decodeSafetensors(bytes, { dtype: (name, stored) => (stored === "I64" ? "float64" : undefined) });
 */
export function decodeSafetensors(bytes: Uint8Array, options: DecodeOptions = {}): NamedTensors {
  checkOptions("decodeSafetensors", options, decodeOptions, ParameterFileError);
  if (typedArrayName(bytes) !== "Uint8Array") throw new ParameterFileError("decodeSafetensors: what is given is no Uint8Array; make one of an ArrayBuffer by new Uint8Array(buffer)");
  return decoded("decodeSafetensors", bytes, options.dtype);
}

function decoded(caller: string, bytes: Uint8Array, choice: DTypeChoice | undefined): NamedTensors {
  const choose = (name: string, stored: string): DType | undefined => {
    const chosen: unknown = typeof choice === "function" ? choice(name, stored) : choice;
    if (chosen === undefined || dtypes.some((dtype) => dtype === chosen)) return chosen as DType | undefined;
    throw new ParameterFileError(`${caller}: dtype is ${described(chosen)}; give one of ${dtypes.join(", ")}, or a function of a tensor's name and what it is stored as that gives one`);
  };
  const { entries, start } = parseHeader(bytes);
  return Object.fromEntries(entries.map((entry) =>
    [entry.name, readTensor(bytes.subarray(start + entry.from, start + entry.to), entry, choose(entry.name, entry.code))]));
}

function readTensor(bytes: Uint8Array, { name, code, stored, shape }: Entry, chosen: DType | undefined): Tensor {
  const dtype = chosen ?? stored.dtype;
  if (stored.same && dtype === stored.dtype && dtype !== "bool") {
    const data = allocate(dtype, bytes.length / stored.width);
    // A copy, because elements must begin at a multiple of their width.
    new Uint8Array(data.buffer).set(bytes);
    return tensor(data, { shape: [...shape], dtype });
  }
  const { data, misfit } = elementsAs(dtype, stored, bytes);
  if (misfit === undefined) return tensor(data, { shape: [...shape], dtype });
  if (code === "BOOL") throw new ParameterFileError(`safetensors: ${quoted(name)} is BOOL and holds a byte other than 0 and 1`);
  throw new ParameterFileError(`safetensors: ${quoted(name)} is ${code} and holds ${misfit}, which ${dtype} does not; read it to float64: { dtype: "float64" }, or for this tensor alone { dtype: (name) => … }`);
}

/** What `readTensors` and `writeTensors` need of Node's file system. */
function fileSystem(caller: string): typeof files {
  const found = nodeModule<typeof files>("node:fs/promises");
  if (found === undefined) throw new ParameterFileError(`${caller}: there is no file system here; use encodeSafetensors and decodeSafetensors with bytes`);
  return found;
}

/** What the file system says, in a sentence that names the file. */
function fileFailure(caller: string, path: string, verb: "read" | "written", error: unknown): ParameterFileError {
  const code = isError(error) && "code" in error ? error.code : undefined;
  const problem = code === "ENOENT" && verb === "read" ? `there is no file ${path}; relative paths begin in ${process.cwd()}`
    : code === "ENOENT" ? `there is no folder for ${path}; make it first, by mkdir of node:fs/promises with { recursive: true }`
    : `${path} cannot be ${verb}: ${code === "EISDIR" ? "it is a folder; give the name of a file" : messageOf(error)}`;
  return new ParameterFileError(`${caller}: ${problem}`, { cause: error });
}

function checkPath(caller: string, path: unknown): void {
  if (typeof path !== "string" || path === "") throw new ParameterFileError(`${caller}: the path is ${described(path)}; give the name of a file, such as "model.safetensors"`);
}

/**
 * Writes tensors to a safetensors file. The file is written beside its place and renamed when it is complete, so that a
 * reader (or a crash) never meets half a file.
 *
 * @throws ParameterFileError for a place that cannot be written to, and where there is no file system (a browser).
 * @example
 * await writeTensors("means.safetensors", { mean: x.mean({ axis: 0 }) });
 */
export async function writeTensors(path: string, tensors: NamedTensors): Promise<void> {
  await writeFile("writeTensors", path, tensors);
}

/** The same for a caller with another name. */
export async function writeFile(caller: string, path: string, tensors: NamedTensors): Promise<void> {
  checkPath(caller, path);
  const disk = fileSystem(caller);
  const bytes = encodeSafetensors(tensors);
  const beside = `${path}.${Math.random().toString(36).slice(2)}.part`;
  try {
    const file = await disk.open(beside, "wx");
    try {
      await file.writeFile(bytes);
      // On the disk before the rename is: a power cut must not leave a name without its content.
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(beside, path);
  } catch (error) {
    await disk.rm(beside, { force: true });
    throw fileFailure(caller, path, "written", error);
  }
}

/**
 * Reads the tensors of a safetensors file; `dtype` as in `decodeSafetensors`.
 *
 * @throws ParameterFileError for a file that is not there, or is no such file.
 * @example
 * const { mean } = await readTensors("means.safetensors");
 */
export async function readTensors(path: string, options: DecodeOptions = {}): Promise<NamedTensors> {
  checkOptions("readTensors", options, decodeOptions, ParameterFileError);
  return readFile("readTensors", path, options.dtype);
}

/** The same for a caller with another name. */
export async function readFile(caller: string, path: string, dtype: DTypeChoice | undefined): Promise<NamedTensors> {
  checkPath(caller, path);
  const disk = fileSystem(caller);
  let bytes: Uint8Array;
  try {
    bytes = await disk.readFile(path);
  } catch (error) {
    throw fileFailure(caller, path, "read", error);
  }
  try {
    return decoded(caller, bytes, dtype);
  } catch (error) {
    if (error instanceof ParameterFileError) throw new ParameterFileError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}
