import type { DType } from "@ndgrad/core";
import { allocate, type TypedArray } from "@ndgrad/core/internal";

/** How the elements of a tensor are stored in a file. */
export interface StoredDType {
  /** Bytes an element takes. */
  readonly width: number;
  /** The dtype it is read to unless another is asked for: one that holds all its numbers, or int32 for whole ones. */
  readonly dtype: DType;
  /** Whether the bytes are those of that dtype. */
  readonly same: boolean;
  readonly read: (view: DataView, offset: number) => number;
}

const same = (dtype: DType, width: number, read: StoredDType["read"]): StoredDType => ({ width, dtype, same: true, read });
const like = (dtype: DType, width: number, read: StoredDType["read"]): StoredDType => ({ width, dtype, same: false, read });

/** The number of 1 sign bit, some bits of exponent and some of fraction, without infinities and NaN (IEEE 754, 3.4). */
function small(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >>> (exponentBits + fractionBits) === 0 ? 1 : -1;
  const exponent = (bits >>> fractionBits) & ((1 << exponentBits) - 1);
  const fraction = (bits & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  const bias = (1 << (exponentBits - 1)) - 1;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** IEEE's binary16. */
function half(bits: number): number {
  if ((bits & 0x7c00) !== 0x7c00) return small(bits, 5, 10);
  return (bits & 0x3ff) !== 0 ? NaN : bits >>> 15 === 0 ? Infinity : -Infinity;
}

const bits32 = new DataView(new ArrayBuffer(4));
/** The upper half of a float32. */
function brain(bits: number): number {
  bits32.setUint16(0, bits);
  return bits32.getFloat32(0);
}

/** What can be read, by the names that files have for it; all little-endian. */
export const storedDTypes: ReadonlyMap<string, StoredDType> = new Map([
  ["F64", same("float64", 8, (view, at) => view.getFloat64(at, true))],
  ["F32", same("float32", 4, (view, at) => view.getFloat32(at, true))],
  ["F16", like("float32", 2, (view, at) => half(view.getUint16(at, true)))],
  ["BF16", like("float32", 2, (view, at) => brain(view.getUint16(at, true)))],
  // Micikevicius and others, 2022: the first has no infinities, and one NaN of each sign; the second is half a binary16.
  ["F8_E4M3", like("float32", 1, (view, at) => ((view.getUint8(at) & 0x7f) === 0x7f ? NaN : small(view.getUint8(at), 4, 3)))],
  ["F8_E5M2", like("float32", 1, (view, at) => half(view.getUint8(at) << 8))],
  ["F8_E8M0", like("float32", 1, (view, at) => (view.getUint8(at) === 0xff ? NaN : 2 ** (view.getUint8(at) - 127)))],
  ["I64", like("int32", 8, (view, at) => Number(view.getBigInt64(at, true)))],
  ["I32", same("int32", 4, (view, at) => view.getInt32(at, true))],
  ["I16", like("int32", 2, (view, at) => view.getInt16(at, true))],
  ["I8", like("int32", 1, (view, at) => view.getInt8(at))],
  ["U64", like("int32", 8, (view, at) => Number(view.getBigUint64(at, true)))],
  ["U32", like("int32", 4, (view, at) => view.getUint32(at, true))],
  ["U16", like("int32", 2, (view, at) => view.getUint16(at, true))],
  ["U8", like("int32", 1, (view, at) => view.getUint8(at))],
  ["BOOL", same("bool", 1, (view, at) => view.getUint8(at))],
]);

/** Elements as a dtype: floats as the nearest, whole numbers and bools only as they are: the first number that is none of the dtype's is the misfit. */
export function elementsAs(dtype: DType, { width, read }: StoredDType, bytes: Uint8Array): { readonly data: TypedArray; readonly misfit: number | undefined } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = allocate(dtype, bytes.length / width);
  const exact = dtype === "int32" || dtype === "bool";
  for (let i = 0; i < data.length; i++) {
    const value = read(view, i * width);
    data[i] = value;
    if (exact && (data[i] !== value || (dtype === "bool" && value > 1))) return { data, misfit: value };
  }
  return { data, misfit: undefined };
}
