import { tensor, transpose, type Tensor } from "@ndgrad/core";
import { FormatError, bytesOf, countOf, viewOf, writeBytes, type Source } from "./bytes.ts";
import { parseHeader } from "./npy-header.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** How elements of a dtype are read; those without a dtype here become int32 if they fit. */
interface Element {
  readonly bytes: number;
  readonly array: (count: number) => Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}
const ints = (count: number): Int32Array<ArrayBuffer> => new Int32Array(count);
const elements: Readonly<Record<string, Element>> = {
  b1: { bytes: 1, array: ints, read: (view, at) => Number(view.getUint8(at) !== 0) },
  i1: { bytes: 1, array: ints, read: (view, at) => view.getInt8(at) },
  u1: { bytes: 1, array: ints, read: (view, at) => view.getUint8(at) },
  i2: { bytes: 2, array: ints, read: (view, at, little) => view.getInt16(at, little) },
  u2: { bytes: 2, array: ints, read: (view, at, little) => view.getUint16(at, little) },
  i4: { bytes: 4, array: ints, read: (view, at, little) => view.getInt32(at, little) },
  u4: { bytes: 4, array: ints, read: (view, at, little) => fitting(view.getUint32(at, little)) },
  i8: { bytes: 8, array: ints, read: (view, at, little) => fitting(view.getBigInt64(at, little)) },
  u8: { bytes: 8, array: ints, read: (view, at, little) => fitting(view.getBigUint64(at, little)) },
  f2: { bytes: 2, array: (count) => new Float32Array(count), read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { bytes: 4, array: (count) => new Float32Array(count), read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, array: (count) => new Float64Array(count), read: (view, at, little) => view.getFloat64(at, little) },
};

function fitting(value: number | bigint): number {
  if (value < -(2 ** 31) || value >= 2 ** 31) throw new FormatError(`npy: ${value} is in the file, which int32 cannot hold; save it as float64`);
  return Number(value);
}

/** A float of 16 bits: sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * A tensor from the bytes of a NumPy file. Floats of 16 and 32 bits become float32, those of 64 float64, whole numbers
 * int32; any byte order, C or Fortran layout, format versions 1 to 3.
 *
 * @throws FormatError for bytes that are no .npy file, hold more or less than the header says, or elements that no dtype
 * can hold: whole numbers beyond 32 bits, complex numbers, strings, Python objects.
 * @see NumPy: numpy.lib.format
 * @example
 * decodeNpy(encodeNpy(tensor([1, 2, 3]))).toArray(); // [1, 2, 3]
 */
export function decodeNpy(bytes: Uint8Array): Tensor {
  const { descr, fortranOrder, shape, start } = parseHeader(headerOf(bytes));
  const [, order, kind] = /^([<>|=])([biuf]\d)$/.exec(descr) ?? [];
  const element = kind === undefined ? undefined : elements[kind];
  if (element === undefined) throw new FormatError(`npy: elements of type ${descr} have no dtype here; save numbers or booleans`);
  const count = countOf(shape);
  const left = bytes.length - start;
  if (count === undefined || left !== count * element.bytes) {
    throw new FormatError(`npy: the header says ${descr} of shape [${shape.join(", ")}], but ${left} bytes follow`);
  }
  const view = viewOf(bytes.subarray(start));
  const data = element.array(count);
  for (let i = 0; i < count; i++) data[i] = element.read(view, i * element.bytes, order !== ">");
  const made = tensor(data, { shape: fortranOrder ? [...shape].reverse() : [...shape] });
  const placed = fortranOrder ? transpose(made) : made;
  return kind === "b1" ? placed.cast("bool") : placed;
}

/** The header's text and where the elements begin. */
function headerOf(bytes: Uint8Array): { readonly text: string; readonly start: number } {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) throw new FormatError("npy: the file does not begin with \\x93NUMPY, so it is no .npy file; archives, .npz, are for readNpz");
  const version = bytes[6];
  if (version < 1 || version > 3) throw new FormatError(`npy: version ${version} of the format is not known`);
  const wide = version > 1;
  if (wide && bytes.length < 12) throw new FormatError("npy: the file ends within its header");
  const from = wide ? 12 : 10;
  const length = wide ? viewOf(bytes).getUint32(8, true) : viewOf(bytes).getUint16(8, true);
  // NumPy writes some hundred bytes; more is no header, and would be long to read.
  if (length > 0xffff) throw new FormatError(`npy: a header of ${length} bytes; at most 65,535 make sense`);
  if (from + length > bytes.length) throw new FormatError("npy: the file ends within its header");
  return { text: new TextDecoder("latin1").decode(bytes.subarray(from, from + length)), start: from + length };
}

const described: Readonly<Record<Tensor["dtype"], string>> = { float32: "<f4", float64: "<f8", int32: "<i4", bool: "|b1" };

/**
 * The bytes of a NumPy file with a tensor's elements: little-endian, C order, version 1.
 *
 * @see NumPy: save
 * @example
 * encodeNpy(tensor([[1, 2], [3, 4]])).length; // 144: a header of 128 bytes, and four float32
 */
export function encodeNpy(x: Tensor): Uint8Array {
  const { data } = x;
  const sizes = x.shape.length === 1 ? `${x.shape[0]},` : x.shape.join(", ");
  const dictionary = `{'descr': '${described[x.dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Padded so that the elements begin at a multiple of 64.
  const padded = `${dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11)}\n`;
  const head = Uint8Array.from([...magic, 1, 0, padded.length & 0xff, padded.length >> 8, ...new TextEncoder().encode(padded)]);
  const out = new Uint8Array(head.length + data.byteLength);
  out.set(head);
  const view = viewOf(out.subarray(head.length));
  const width = data.BYTES_PER_ELEMENT;
  // One by one: the format is little-endian, machines need not be.
  for (let i = 0; i < data.length; i++) {
    if (x.dtype === "float64") view.setFloat64(i * width, data[i], true);
    else if (x.dtype === "float32") view.setFloat32(i * width, data[i], true);
    else if (x.dtype === "int32") view.setInt32(i * width, data[i], true);
    else view.setUint8(i * width, data[i]);
  }
  return out;
}

/**
 * A tensor from a NumPy file. See {@link decodeNpy}.
 *
 * @throws NdgradError for a file that cannot be read; FormatError for a damaged one, or elements that no dtype can hold.
 * @see NumPy: load
 * @example
 * const weights = await readNpy("weights.npy");
 */
export async function readNpy(source: Source): Promise<Tensor> {
  return decodeNpy(await bytesOf("readNpy", source));
}

/**
 * Writes a tensor to a NumPy file, whole or not at all. Node only.
 *
 * @throws NdgradError where the file cannot be written.
 * @see NumPy: save
 * @example
 * await writeNpy("weights.npy", tensor([[1, 2], [3, 4]]));
 */
export async function writeNpy(path: string, x: Tensor): Promise<void> {
  await writeBytes("writeNpy", path, encodeNpy(x));
}
