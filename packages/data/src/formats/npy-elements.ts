import type { DType } from "@ndgrad/core";
import { FormatError } from "./bytes.ts";

/** What stands in a file whose elements no tensor holds, or not in the dtype asked for: the file itself is whole. */
export class ElementError extends FormatError {}

/** How elements of NumPy's types are read. */
export interface ElementType {
  readonly bytes: number;
  /** The dtype they get unless another one is asked for. */
  readonly dtype: DType;
  readonly read: (view: DataView, at: number, little: boolean) => number | bigint;
}

const types: Readonly<Record<string, ElementType>> = {
  b1: { bytes: 1, dtype: "bool", read: (view, at) => Number(view.getUint8(at) !== 0) },
  i1: { bytes: 1, dtype: "int32", read: (view, at) => view.getInt8(at) },
  u1: { bytes: 1, dtype: "int32", read: (view, at) => view.getUint8(at) },
  i2: { bytes: 2, dtype: "int32", read: (view, at, little) => view.getInt16(at, little) },
  u2: { bytes: 2, dtype: "int32", read: (view, at, little) => view.getUint16(at, little) },
  i4: { bytes: 4, dtype: "int32", read: (view, at, little) => view.getInt32(at, little) },
  u4: { bytes: 4, dtype: "int32", read: (view, at, little) => view.getUint32(at, little) },
  i8: { bytes: 8, dtype: "int32", read: (view, at, little) => view.getBigInt64(at, little) },
  u8: { bytes: 8, dtype: "int32", read: (view, at, little) => view.getBigUint64(at, little) },
  f2: { bytes: 2, dtype: "float32", read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { bytes: 4, dtype: "float32", read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, dtype: "float64", read: (view, at, little) => view.getFloat64(at, little) },
};

/** What to do about types that are none of those, by NumPy's letter for their kind. */
const remedies: Readonly<Record<string, string>> = {
  c: "complex numbers; save x.real and x.imag as arrays of their own",
  f: "floats of more than 64 bits; save x.astype(\"float64\")",
  S: "strings; save their numbers: np.unique(x, return_inverse=True)",
  U: "strings; save their numbers: np.unique(x, return_inverse=True)",
  M: "dates; save x.astype(\"int64\"), or a difference of dates as float64",
  m: "durations; save x.astype(\"int64\") or float64",
  O: "Python objects; save an array of numbers",
  V: "bytes without a meaning, as bfloat16 is saved; save x.astype(\"float32\")",
};

/** How the elements that a header describes are read. @throws ElementError for those that no dtype holds. */
export function elementTypeOf(descr: string): { readonly type: ElementType; readonly little: boolean } {
  const [, order, kind, letter] = /^([<>|=])(([a-zA-Z])\d*)/.exec(descr) ?? [];
  if (kind !== undefined && /^.[biuf]\d$/.test(descr) && Object.hasOwn(types, kind)) return { type: types[kind], little: order !== ">" };
  const remedy = descr.startsWith("[") ? "records; save each field as an array of its own" : remedies[letter ?? ""];
  throw new ElementError(`npy: elements of type ${descr.slice(0, 60)} have no dtype here${remedy === undefined ? "; save numbers or booleans" : `: they are ${remedy}`}`);
}

/**
 * How a value becomes one of a dtype: exactly, but that floats of 64 bits are rounded to 32.
 * @throws ElementError for a value that the dtype does not hold.
 */
export function conversion({ dtype: own, bytes }: ElementType, dtype: DType): (value: number | bigint) => number {
  const refuse = (value: number | bigint): never => {
    throw new ElementError(`npy: ${value} is in the file, which ${dtype} cannot hold; ${remedyFor(own, dtype, value)}`);
  };
  const exact = (fits: (number: number) => boolean) => (value: number | bigint): number => {
    const number = Number(value);
    return fits(number) && (typeof value === "number" || BigInt(number) === value) ? number : refuse(value);
  };
  switch (dtype) {
    case "bool": return exact((number) => number === 0 || number === 1);
    case "int32": return exact((number) => (number | 0) === number);
    case "float32": return own === "int32" && bytes > 2 ? exact((number) => Math.fround(number) === number) : Number;
    case "float64": return exact(() => true);
  }
}

function remedyFor(own: DType, dtype: DType, value: number | bigint): string {
  if (own !== "int32" && dtype !== "float64") return "read it as float64, and round or compare then";
  return dtype !== "float64" && BigInt(Number(value)) === BigInt(value) ? 'read it with { dtype: "float64" }' : "it has more digits than any dtype here; save a difference, or it in two parts";
}

/** A float of 16 bits: sign, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
