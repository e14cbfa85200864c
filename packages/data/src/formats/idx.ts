import { NdgradError, tensor, type Tensor } from "@ndgrad/core";
import type { DigitSets, Digits } from "../digits.ts";
import { kindOf } from "../checks.ts";
import { FormatError, bytesOf, checkBytes, countOf, viewOf, type Source } from "./bytes.ts";
import { fileSystem } from "./files.ts";

/** What a type's number in the header stands for. All numbers are big-endian. */
const types = new Map<number, { readonly bytes: number; readonly float?: "float32" | "float64"; readonly read: (view: DataView, at: number) => number }>([
  [0x08, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [0x09, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [0x0b, { bytes: 2, read: (view, at) => view.getInt16(at) }],
  [0x0c, { bytes: 4, read: (view, at) => view.getInt32(at) }],
  [0x0d, { bytes: 4, float: "float32", read: (view, at) => view.getFloat32(at) }],
  [0x0e, { bytes: 8, float: "float64", read: (view, at) => view.getFloat64(at) }],
]);

/** A file's header, checked against its length, and its elements, unread. */
interface Layout { readonly type: number; readonly shape: readonly number[]; readonly count: number; readonly view: DataView }

/** What a header says; undefined where it is not all there. */
function headerOf(bytes: Uint8Array): { readonly type: number; readonly width: number; readonly shape: readonly number[]; readonly start: number } | undefined {
  const file = viewOf(bytes);
  if (bytes.length < 4) return undefined;
  if (file.getUint16(0) !== 0) throw new FormatError(noIdx);
  const code = file.getUint8(2);
  const type = types.get(code);
  if (type === undefined) throw new FormatError(`idx: 0x${code.toString(16).padStart(2, "0")} is no type of element`);
  const rank = file.getUint8(3);
  const start = 4 + 4 * rank;
  if (bytes.length < start) return undefined;
  return { type: code, width: type.bytes, start, shape: Array.from({ length: rank }, (_, axis) => file.getUint32(4 + 4 * axis)) };
}

const noIdx = "idx: the file does not begin with two zero bytes, so it is no IDX file";

/** How long a file of such a beginning is. */
function idxLength(head: Uint8Array): number | undefined {
  const header = headerOf(head);
  if (header === undefined) return undefined;
  const count = countOf(header.shape);
  if (count === undefined) throw new FormatError(`idx: the header says [${header.shape.join(", ")}] elements, which no file holds`);
  return header.start + count * header.width;
}

function layoutOf(bytes: Uint8Array): Layout {
  const header = headerOf(bytes);
  if (header === undefined) throw new FormatError(bytes.length < 4 ? noIdx : `idx: the header names ${bytes[3]} axes, but the file ends within it`);
  const { type, width, shape, start } = header;
  const count = countOf(shape);
  if (count === undefined || bytes.length - start !== count * width) {
    throw new FormatError(`idx: the header says [${shape.join(", ")}] elements of ${width} bytes, but ${bytes.length - start} bytes follow`);
  }
  return { type, shape, count, view: viewOf(bytes.subarray(start)) };
}

/**
 * A tensor from the bytes of an IDX file, the format of MNIST: int32 for all whole numbers, float32 and float64.
 *
 * @throws FormatError for bytes that are no IDX file, or hold more or less than their header says.
 * @see LeCun, Cortes, Burges: The MNIST database of handwritten digits, "File formats"
 * @example
 * decodeIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9)).toArray(); // [7, 8, 9]
 */
export function decodeIdx(bytes: ArrayBufferView | ArrayBufferLike): Tensor {
  return decoded(checkBytes("decodeIdx", bytes));
}

function decoded(bytes: Uint8Array): Tensor {
  const { type, shape, count, view } = layoutOf(bytes);
  const { bytes: width, float, read } = types.get(type) as NonNullable<ReturnType<typeof types.get>>;
  const data = float === "float64" ? new Float64Array(count) : float === "float32" ? new Float32Array(count) : new Int32Array(count);
  for (let i = 0; i < count; i++) data[i] = read(view, i * width);
  return tensor(data, { shape: [...shape] });
}

/**
 * A tensor from an IDX file, plain or gzipped.
 *
 * @throws NdgradError for a file that cannot be read; FormatError for one of another format, or a damaged one.
 * @see decodeIdx
 * @example
 * const labels = await readIdx("t10k-labels-idx1-ubyte.gz");
 */
export async function readIdx(source: Source): Promise<Tensor> {
  return decoded(await bytesOf("readIdx", source, idxLength));
}

/**
 * MNIST, or a set of the same form such as Fashion-MNIST, from a folder with its four files as they are published, plain
 * or gzipped: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`.
 * Pixels are divided by 255. Node only.
 *
 * @throws NdgradError if a file is missing; FormatError if one is damaged, or does not hold 28 × 28 images with their labels.
 * @see LeCun, Cortes, Burges: The MNIST database of handwritten digits; Xiao, Rasul, Vollgraf: Fashion-MNIST (2017)
 * @example
 * const { train, test } = await mnistFolder("fashion-mnist");
 */
export async function mnistFolder(folder: string): Promise<DigitSets> {
  if (typeof (folder as unknown) !== "string") throw new NdgradError(`mnistFolder: ${kindOf(folder)} is no folder; give the path of the one with the four files`);
  const names = await namesIn(folder).catch((cause: unknown) => {
    throw new NdgradError(`mnistFolder: "${folder}" is no folder that can be read; name the one with the four files`, { cause });
  });
  const file = async (part: string, kind: string): Promise<Layout> => {
    // Some copies have a dot where others have a hyphen.
    const wanted = new RegExp(`^${part}-${kind}[-.]idx\\d-ubyte(\\.gz)?$`);
    const name = names.find((each) => wanted.test(each));
    if (name === undefined) throw new NdgradError(`mnistFolder: "${folder}" has no ${part}-${kind === "images" ? "images-idx3" : "labels-idx1"}-ubyte, nor one that ends in .gz`);
    const layout = layoutOf(await bytesOf("mnistFolder", `${folder}/${name}`, idxLength));
    if (layout.type !== 0x08) throw new FormatError(`mnistFolder: ${name} does not hold bytes`);
    return layout;
  };
  const part = async (name: string): Promise<Digits> => digitsOf(await file(name, "images"), await file(name, "labels"));
  return { train: await part("train"), test: await part("t10k") };
}

const namesIn = async (folder: string): Promise<readonly string[]> => fileSystem().readdir(folder);

function digitsOf(images: Layout, labels: Layout): Digits {
  const [count, ...sides] = images.shape;
  if (sides.join() !== "28,28") throw new FormatError(`mnistFolder: images are [${images.shape.join(", ")}], not [n, 28, 28]`);
  if (labels.shape.join() !== String(count)) throw new FormatError(`mnistFolder: ${count} images and labels of shape [${labels.shape.join(", ")}]`);
  const x = new Float32Array(images.count);
  for (let i = 0; i < x.length; i++) x[i] = images.view.getUint8(i) / 255;
  const y = Int32Array.from({ length: count }, (_, i) => labels.view.getUint8(i));
  return { x: tensor(x, { shape: [count, 784] }) as Digits["x"], y: tensor(y) };
}
