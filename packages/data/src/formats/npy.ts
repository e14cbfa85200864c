import { NdgradError, transpose, type AnyShape, type DType, type Tensor, type Variable } from "@ndgrad/core";
import { allocate, checkOptions, dtypes, fromData, type OptionNames } from "@ndgrad/core/internal";
import { checkTensor, kindOf } from "../checks.ts";
import { FormatError, bytesOf, checkBytes, countOf, viewOf, writeBytes, type Source } from "./bytes.ts";
import { conversion, elementTypeOf } from "./npy-elements.ts";
import { parseHeader } from "./npy-header.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export interface NpyOptions<D extends DType = DType> {
  /**
   * The dtype of the tensor, whatever the file's is: values are converted exactly, but that float64 is rounded to float32. Unless
   * given, floats of 16 and 32 bits become float32, those of 64 float64, whole numbers int32 and booleans bool.
   */
  readonly dtype?: D | undefined;
}
const optionNames: OptionNames<NpyOptions> = { dtype: true };

/**
 * A tensor from the bytes of a NumPy file: any byte order, C or Fortran layout, format versions 1 to 3.
 *
 * @throws FormatError for bytes that are no .npy file, hold more or less than the header says, or elements that no dtype
 * can hold (complex numbers, strings, dates, Python objects), or not the dtype: whole numbers beyond 32 bits in int32, fractions in int32,
 * whole numbers with more digits than float32 has in float32.
 * @see NumPy: numpy.lib.format
 * @example
 * decodeNpy(encodeNpy(tensor([1, 2, 3]))).toArray(); // [1, 2, 3]
 */
export function decodeNpy<const D extends DType = DType>(bytes: ArrayBufferView | ArrayBufferLike, options?: NpyOptions<D>): Tensor<AnyShape, D> {
  checkNpyOptions("decodeNpy", options);
  return decoded<D>(checkBytes("decodeNpy", bytes), options?.dtype);
}

function checkNpyOptions(caller: string, options: NpyOptions | undefined): void {
  checkOptions(caller, options, optionNames);
  checkDType(caller, options?.dtype);
}

/** Throws unless it is the name of a dtype, or left out. */
export function checkDType(caller: string, dtype: unknown): void {
  if (dtype !== undefined && !dtypes.some((each) => each === dtype)) throw new NdgradError(`${caller}: there is no dtype ${kindOf(dtype)}; give one of ${dtypes.join(", ")}`);
}

/** The tensor in a file, in a dtype, or its own. */
export function decoded<D extends DType>(bytes: Uint8Array, dtype: D | undefined): Tensor<AnyShape, D> {
  const { descr, fortranOrder, shape, start } = parseHeader(headerOf(bytes));
  const { type, little } = elementTypeOf(descr);
  const count = countOf(shape);
  const left = bytes.length - start;
  if (count === undefined || left !== count * type.bytes) {
    throw new FormatError(`npy: the header says ${descr} of shape [${shape.join(", ")}], but ${left} bytes follow`);
  }
  const made = dtype ?? type.dtype;
  const view = viewOf(bytes.subarray(start));
  const data = allocate(made, count);
  const convert = conversion(type, made);
  for (let i = 0; i < count; i++) data[i] = convert(type.read(view, i * type.bytes, little));
  const x: Tensor = fortranOrder ? transpose(fromData(data, [...shape].reverse(), made)) : fromData(data, shape, made);
  // Who asks for no dtype has no type for it either: D is DType then.
  return x as unknown as Tensor<AnyShape, D>;
}

/** How long a file of such a beginning is. @throws FormatError for another format, ElementError where the size of elements is not known. */
export function npyLength(head: Uint8Array): number | undefined {
  if (head.length < 12) return undefined;
  const header = headerOf(head, false);
  if (header === undefined) return undefined;
  const { descr, shape, start } = parseHeader(header);
  const count = countOf(shape);
  if (count === undefined) throw new FormatError(`npy: the header says ${descr} of shape [${shape.join(", ")}], which no file holds`);
  return start + count * elementTypeOf(descr).type.bytes;
}

/** Whether bytes begin as .npy files do. */
export const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte);

interface HeaderText { readonly text: string; readonly start: number }

/** The header's text and where the elements begin. */
function headerOf(bytes: Uint8Array): HeaderText;
/** The same of the beginning of a file, which may end within the header: then undefined. */
function headerOf(bytes: Uint8Array, whole: false): HeaderText | undefined;
function headerOf(bytes: Uint8Array, whole = true): HeaderText | undefined {
  if (bytes.length < 10 || !isNpy(bytes)) throw new FormatError("npy: the file does not begin with \\x93NUMPY, so it is no .npy file; archives, .npz, are for readNpz");
  const version = bytes[6];
  if (version < 1 || version > 3) throw new FormatError(`npy: version ${version} of the format is not known`);
  const wide = version > 1;
  if (wide && bytes.length < 12) throw new FormatError("npy: the file ends within its header");
  const from = wide ? 12 : 10;
  const length = wide ? viewOf(bytes).getUint32(8, true) : viewOf(bytes).getUint16(8, true);
  // NumPy writes some hundred bytes; more is no header, and would be long to read.
  if (length > 0xffff) throw new FormatError(`npy: a header of ${length} bytes; at most 65,535 make sense`);
  if (from + length > bytes.length) {
    if (!whole) return undefined;
    throw new FormatError("npy: the file ends within its header");
  }
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
export function encodeNpy(x: Tensor | Variable): Uint8Array {
  return encoded(checkTensor("encodeNpy", "x", x));
}

/** The same of a tensor that was checked. */
export function encoded(x: Tensor): Uint8Array {
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
 * @throws NdgradError for a file that cannot be read; FormatError for a damaged one, or elements that no dtype, or not the one
 *   asked for, can hold.
 * @see NumPy: load
 * @example
 * const weights = await readNpy("weights.npy", { dtype: "float32" });
 */
export async function readNpy<const D extends DType = DType>(source: Source, options?: NpyOptions<D>): Promise<Tensor<AnyShape, D>> {
  checkNpyOptions("readNpy", options);
  return decoded<D>(await bytesOf("readNpy", source, npyLength), options?.dtype);
}

/**
 * Writes a tensor, or what a variable holds, to a NumPy file, whole or not at all. Node only.
 *
 * @throws NdgradError where the file cannot be written.
 * @see NumPy: save
 * @example
 * await writeNpy("weights.npy", tensor([[1, 2], [3, 4]]));
 */
export async function writeNpy(path: string | URL, x: Tensor | Variable): Promise<void> {
  await writeBytes("writeNpy", path, encoded(checkTensor("writeNpy", "x", x)));
}
