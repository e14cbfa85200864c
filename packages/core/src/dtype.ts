/** The element types of a tensor, in the order of promotion: the later one wins where two meet. */
export const dtypes = ["bool", "int32", "float32", "float64"] as const;

/** An element type: `float32` (default), `float64`, `int32` or `bool`. */
export type DType = "float32" | "float64" | "int32" | "bool";
/** A type with fractions, the only kind that has gradients. */
export type FloatDType = "float32" | "float64";

/** The dtype of a tensor of which nothing is known: like `AnyShape` it fits every other, both ways; what is read of it is `DType`. */
// oxlint-disable-next-line typescript/no-explicit-any -- see AnyShape
export type AnyDType = any;

/** What `x.dtype` is, by the tensor's type argument. */
export interface DTypeNames {
  readonly float32: "float32";
  readonly float64: "float64";
  readonly int32: "int32";
  readonly bool: "bool";
  readonly [unknown: string]: DType;
}

/** The typed array that holds the elements of a dtype; `bool` is one byte, 0 or 1. */
export interface TypedArrayOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
  readonly [unknown: string]: Float32Array | Float64Array | Int32Array | Uint8Array;
}
/** Any of the typed arrays that hold elements. */
export type TypedArray = TypedArrayOf[DType];

/** What a typed array has to write with, and what would hand it out. */
type Writing = "copyWithin" | "fill" | "reverse" | "set" | "sort" | "subarray" | "valueOf" | number;
/** A `Float32Array` that is read only: whatever would write into it is missing. `new Float32Array(x)` copies it. */
export interface ReadonlyFloat32Array extends Omit<Float32Array, Writing> {
  readonly [index: number]: number;
  subarray(begin?: number, end?: number): ReadonlyFloat32Array;
}
/** A `Float64Array` that is read only. */
export interface ReadonlyFloat64Array extends Omit<Float64Array, Writing> {
  readonly [index: number]: number;
  subarray(begin?: number, end?: number): ReadonlyFloat64Array;
}
/** An `Int32Array` that is read only. */
export interface ReadonlyInt32Array extends Omit<Int32Array, Writing> {
  readonly [index: number]: number;
  subarray(begin?: number, end?: number): ReadonlyInt32Array;
}
/** A `Uint8Array` that is read only. */
export interface ReadonlyUint8Array extends Omit<Uint8Array, Writing> {
  readonly [index: number]: number;
  subarray(begin?: number, end?: number): ReadonlyUint8Array;
}

/** What `x.data` is, by dtype: a tensor's elements are read and never written, since other tensors and compiled programs share them. */
export interface ReadonlyTypedArrayOf {
  readonly float32: ReadonlyFloat32Array;
  readonly float64: ReadonlyFloat64Array;
  readonly int32: ReadonlyInt32Array;
  readonly bool: ReadonlyUint8Array;
  readonly [unknown: string]: ReadonlyFloat32Array | ReadonlyFloat64Array | ReadonlyInt32Array | ReadonlyUint8Array;
}
/** Any typed array of elements, to be read. */
export type ReadonlyTypedArray = ReadonlyTypedArrayOf[DType];

/** Bytes an element takes. */
export const bytesPerElement: Readonly<Record<DType, number>> = { bool: 1, int32: 4, float32: 4, float64: 8 };

export const isDType = (value: unknown): value is DType => dtypes.some((dtype) => dtype === value);

export const isFloat = (dtype: DType): dtype is FloatDType => dtype === "float32" || dtype === "float64";

/** The dtype two operands meet in: bool < int32 < float32 < float64. */
export const promote = (a: DType, b: DType): DType =>
  a === b || dtypes.indexOf(a) >= dtypes.indexOf(b) ? a : b;

/** The dtype in which a function with fractional results (exp, mean, ...) computes: a float stays, the rest becomes float32. */
export const toFloat = (dtype: DType): FloatDType => (dtype === "float64" ? dtype : "float32");

/** A zeroed typed array for `size` elements. */
export function allocate(dtype: DType, size: number): TypedArray {
  switch (dtype) {
    case "float32": return new Float32Array(size);
    case "float64": return new Float64Array(size);
    case "int32": return new Int32Array(size);
    case "bool": return new Uint8Array(size);
  }
}

/**
 * The dtype that a typed array is taken as, by its class's name: whole numbers become int32. Bytes do too, though bool tensors hold
 * theirs in a Uint8Array: what numbers mean must not depend on how small they are.
 */
export const dtypeOfArray = (name: string): DType => (name === "Float32Array" ? "float32" : name === "Float64Array" ? "float64" : "int32");
