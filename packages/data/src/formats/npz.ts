import type { Tensor } from "@ndgrad/core";
import { FormatError, bytesOf, writeBytes, type Source } from "./bytes.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { readZip, writeZip } from "./zip.ts";

/**
 * The tensors in the bytes of NumPy's archives, by name: what `np.savez` and `np.savez_compressed` write.
 *
 * @throws FormatError for a damaged archive, or one with two tensors of one name, or with anything that is no .npy file.
 * @see NumPy: savez
 * @example
 * const { x } = await decodeNpz(encodeNpz({ x: tensor([1, 2]), y: tensor([3]) }));
 */
export async function decodeNpz(bytes: Uint8Array): Promise<Record<string, Tensor>> {
  // Without a prototype, as any name may stand in a file.
  const tensors = Object.create(null) as Record<string, Tensor>;
  for await (const { name, bytes: content } of readZip(bytes)) {
    if (!name.endsWith(".npy")) throw new FormatError(`npz: "${name}" is no .npy file`);
    const called = name.slice(0, -4);
    if (called in tensors) throw new FormatError(`npz: two tensors are called "${called}"`);
    tensors[called] = decodeNpy(content);
  }
  return tensors;
}

/**
 * The bytes of a NumPy archive, not compressed.
 *
 * @throws FormatError for more than 4 GiB, or 65,535 tensors.
 * @see NumPy: savez
 * @example
 * encodeNpz({ x: tensor([1, 2]), y: tensor([3]) });
 */
export function encodeNpz(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  return writeZip(Object.entries(tensors).map(([name, x]) => ({ name: `${name}.npy`, bytes: encodeNpy(x) })));
}

/**
 * The tensors in a NumPy archive, by name.
 *
 * @throws NdgradError for a file that cannot be read; FormatError for a damaged one, two tensors of one name, or elements that
 *   no dtype can hold.
 * @see NumPy: load
 * @example
 * const { x, y } = await readNpz("examples.npz");
 */
export async function readNpz(source: Source): Promise<Record<string, Tensor>> {
  return decodeNpz(await bytesOf("readNpz", source));
}

/**
 * Writes tensors to a NumPy archive, whole or not at all. Node only.
 *
 * @throws NdgradError where the file cannot be written; FormatError for more than 4 GiB, or 65,535 tensors.
 * @see NumPy: savez
 * @example
 * await writeNpz("examples.npz", { x: tensor([1, 2]), y: tensor([3]) });
 */
export async function writeNpz(path: string, tensors: Readonly<Record<string, Tensor>>): Promise<void> {
  await writeBytes("writeNpz", path, encodeNpz(tensors));
}
