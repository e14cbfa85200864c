import type * as files from "node:fs/promises";
import { Tensor, tensor, type DType } from "@ndgrad/core";
import { nodeModule } from "@ndgrad/core/internal";
import { typedArrayName } from "@ndgrad/core/internal";
import { ParameterFileError } from "./errors.ts";
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
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let end = 0;
  const entries = Object.entries(tensors).map(([name, each]) => {
    if (!(each instanceof Tensor)) throw new ParameterFileError(`encodeSafetensors: "${name}" is no tensor; give tensors by name, of a variable its value`);
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

/**
 * The tensors in the bytes of a safetensors file. Everything the header says is checked against the bytes before
 * anything is allocated: a damaged or hostile file gets an error that says what is wrong with it.
 *
 * @throws ParameterFileError for bytes that are no safetensors file, or hold a dtype other than F32, F64, I32, BOOL.
 * @example
 * decodeSafetensors(encodeSafetensors({ weight: tensor([1, 2]) })).weight; // [1, 2]
 */
export function decodeSafetensors(bytes: Uint8Array): NamedTensors {
  if (typedArrayName(bytes) !== "Uint8Array") throw new ParameterFileError("decodeSafetensors: what is given is no Uint8Array; make one of an ArrayBuffer by new Uint8Array(buffer)");
  const { entries, start } = parseHeader(bytes);
  return Object.fromEntries(entries.map((entry) => [entry.name, readTensor(bytes.subarray(start + entry.from, start + entry.to), entry)]));
}

function readTensor(bytes: Uint8Array, { name, dtype, shape }: Entry): Tensor {
  // A copy of its own, because elements must begin at a multiple of their width (and the slice of a Buffer is no copy).
  const { buffer } = new Uint8Array(bytes);
  if (dtype === "bool") {
    const values = new Uint8Array(buffer);
    if (values.some((value) => value > 1)) throw new ParameterFileError(`safetensors: ${quoted(name)} is BOOL and holds a byte other than 0 and 1`);
    return shaped(values, shape);
  }
  if (dtype === "float32") return shaped(new Float32Array(buffer), shape);
  return shaped(dtype === "float64" ? new Float64Array(buffer) : new Int32Array(buffer), shape);
}

const shaped = (data: Float32Array | Float64Array | Int32Array | Uint8Array, shape: readonly number[]): Tensor => tensor(data, { shape: [...shape] });

/** What `readTensors` and `writeTensors` need of Node's file system. */
function fileSystem(caller: string): typeof files {
  const found = nodeModule<typeof files>("node:fs/promises");
  if (found === undefined) throw new ParameterFileError(`${caller}: there is no file system here; use encodeSafetensors and decodeSafetensors with bytes`);
  return found;
}

/**
 * Writes tensors to a safetensors file. The file is written beside its place and renamed when it is complete, so that a
 * reader (or a crash) never meets half a file.
 *
 * @throws ParameterFileError where there is no file system (a browser); the file system's own errors.
 * @example
 * await writeTensors("means.safetensors", { mean: x.mean({ axis: 0 }) });
 */
export async function writeTensors(path: string, tensors: NamedTensors): Promise<void> {
  const disk = fileSystem("save");
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
    throw error;
  }
}

/**
 * Reads the tensors of a safetensors file.
 *
 * @throws ParameterFileError for a file that is not one; the file system's own errors.
 * @example
 * const { mean } = await readTensors("means.safetensors");
 */
export async function readTensors(path: string): Promise<NamedTensors> {
  const disk = fileSystem("load");
  try {
    return decodeSafetensors(await disk.readFile(path));
  } catch (error) {
    if (error instanceof ParameterFileError) throw new ParameterFileError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}
