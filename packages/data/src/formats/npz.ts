import { NdgradError, type DType, type Tensor, type Variable } from "@ndgrad/core";
import { checkOptions, isRecord, type OptionNames } from "@ndgrad/core/internal";
import { checkTensor, kindOf } from "../checks.ts";
import { FormatError, bytesOf, checkBytes, writeBytes, type Source } from "./bytes.ts";
import { ElementError } from "./npy-elements.ts";
import { checkDType, decoded, encoded, isNpy, npyLength } from "./npy.ts";
import { readZip, writeZip } from "./zip.ts";

export interface NpzOptions {
  /** The dtype of all tensors, or of some by name, whatever the file's is. See {@link NpyOptions}. */
  readonly dtype?: DType | Readonly<Record<string, DType | undefined>> | undefined;
  /** Which arrays are read; all of which tensors can be made unless given. One that is missing is an error then. */
  readonly names?: readonly string[] | undefined;
}
const optionNames: OptionNames<NpzOptions> = { dtype: true, names: true };

/** What was left out of each archive, and why. */
const leftOut = new WeakMap<object, Readonly<Record<string, string>>>();

/**
 * What an archive has besides the tensors that were read from it: the name of each file or array, and why no tensor was made of
 * it. Folders, other files than .npy, and arrays whose elements no dtype holds are such.
 *
 * @param arrays what `readNpz` or `decodeNpz` gave
 * @throws NdgradError for anything else.
 * @example
 * skippedIn(await readNpz("study.npz")); // { "readme.txt": "it is no .npy file" }
 */
export function skippedIn(arrays: Readonly<Record<string, Tensor>>): Readonly<Record<string, string>> {
  const skipped = leftOut.get(Object(arrays) as object);
  if (skipped === undefined) throw new NdgradError(`skippedIn: ${kindOf(arrays)} did not come from readNpz or decodeNpz; give what they gave, itself and not a copy`);
  return skipped;
}

/**
 * The tensors in the bytes of NumPy's archives, by name: what `np.savez` and `np.savez_compressed` write. What no tensor can be
 * made of is left out: {@link skippedIn} tells what that is.
 *
 * @throws FormatError for a damaged archive, one with two tensors of one name, and one in which there is something, but no
 *   tensor; NdgradError for `names` that are not there.
 * @see NumPy: savez
 * @example
 * const { x } = await decodeNpz(encodeNpz({ x: tensor([1, 2]), y: tensor([3]) }));
 */
export async function decodeNpz(bytes: ArrayBufferView | ArrayBufferLike, options: NpzOptions = {}): Promise<Record<string, Tensor>> {
  checkNpzOptions("decodeNpz", options);
  return arraysIn("decodeNpz", checkBytes("decodeNpz", bytes), options);
}

async function arraysIn(caller: string, bytes: Uint8Array, { dtype, names }: NpzOptions): Promise<Record<string, Tensor>> {
  // Without a prototype, as any name may stand in a file.
  const tensors = Object.create(null) as Record<string, Tensor>;
  const skipped = Object.create(null) as Record<string, string>;
  const dtypeOf = (name: string): DType | undefined => (typeof dtype === "string" ? dtype : dtype !== undefined && Object.hasOwn(dtype, name) ? dtype[name] : undefined);
  for (const { name, read } of readZip(bytes)) {
    const called = name.replace(/\.npy$/, "");
    if (names !== undefined && !names.includes(called)) continue;
    try {
      if (called === name) throw new ElementError(name.endsWith("/") ? "it is a folder" : "it is no .npy file");
      const content = await read(npyLength);
      if (!isNpy(content)) throw new ElementError("it is no .npy file, but for its name");
      if (called in tensors) throw new FormatError(`npz: two tensors are called "${called}"`);
      tensors[called] = decoded(content, dtypeOf(called));
    } catch (error) {
      if (!(error instanceof ElementError)) throw error;
      skipped[called] = error.message.replace(/^npy: /, "");
    }
  }
  const absent = names?.find((name) => !(name in tensors));
  if (absent !== undefined) {
    throw new NdgradError(`${caller}: ${absent in skipped ? `no tensor can be made of "${absent}": ${skipped[absent]}` : `there is no array "${absent}" in the archive`}`);
  }
  const [first] = Object.keys(skipped);
  if (first !== undefined && Object.keys(tensors).length === 0) throw new FormatError(`npz: there is no tensor in the archive; of "${first}": ${skipped[first]}`);
  const [unused] = typeof dtype === "object" ? Object.keys(dtype).filter((name) => !(name in tensors) && !(name in skipped)) : [];
  if (unused !== undefined) throw new NdgradError(`${caller}: dtype names "${unused}", which is not in the archive; there are ${Object.keys(tensors).join(", ")}`);
  leftOut.set(tensors, skipped);
  return tensors;
}

function checkNpzOptions(caller: string, options: NpzOptions): void {
  checkOptions(caller, options, optionNames);
  const { dtype, names } = options;
  if (isRecord(dtype)) for (const each of Object.values(dtype)) checkDType(caller, each);
  else checkDType(caller, dtype);
  if (names !== undefined && !(Array.isArray(names) && names.every((name) => typeof name === "string"))) throw new NdgradError(`${caller}: names is ${kindOf(names)}; give an array of the arrays' names`);
}

/**
 * The bytes of a NumPy archive, not compressed.
 *
 * @throws FormatError for more than 4 GiB, or 65,535 tensors; NdgradError for what is no tensor, and no variable that holds one.
 * @see NumPy: savez
 * @example
 * encodeNpz({ x: tensor([1, 2]), y: tensor([3]) });
 */
export function encodeNpz(tensors: Readonly<Record<string, Tensor | Variable>>): Uint8Array {
  return archiveOf("encodeNpz", tensors);
}

function archiveOf(caller: string, tensors: Readonly<Record<string, Tensor | Variable>>): Uint8Array {
  if (!isRecord(tensors)) throw new NdgradError(`${caller}: ${kindOf(tensors)} has no names; give a record of tensors`);
  return writeZip(Object.entries(tensors).map(([name, x]) => ({ name: `${name}.npy`, bytes: encoded(checkTensor(caller, `"${name}"`, x)) })));
}

/**
 * The tensors in a NumPy archive, by name. What no tensor can be made of, folders, texts, arrays of strings, is left out:
 * {@link skippedIn} tells what that is. Who needs certain arrays gives their `names`: one that is missing is an error then.
 *
 * @throws NdgradError for a file that cannot be read, or `names` that are not there; FormatError for a damaged one, two tensors
 *   of one name, or one in which there is something, but no tensor.
 * @see NumPy: load
 * @example
 * const { x, y } = await readNpz("examples.npz", { names: ["x", "y"], dtype: { x: "float32" } });
 */
export async function readNpz(source: Source, options: NpzOptions = {}): Promise<Record<string, Tensor>> {
  checkNpzOptions("readNpz", options);
  return arraysIn("readNpz", await bytesOf("readNpz", source), options);
}

/**
 * Writes tensors, or what variables hold, to a NumPy archive, whole or not at all. Node only.
 *
 * @throws NdgradError where the file cannot be written, or for what is no tensor; FormatError for more than 4 GiB, or 65,535 tensors.
 * @see NumPy: savez
 * @example
 * await writeNpz("examples.npz", { x: tensor([1, 2]), y: tensor([3]) });
 */
export async function writeNpz(path: string | URL, tensors: Readonly<Record<string, Tensor | Variable>>): Promise<void> {
  await writeBytes("writeNpz", path, archiveOf("writeNpz", tensors));
}
