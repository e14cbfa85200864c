import type { AnyDType, ReadonlyFloat32Array, ReadonlyFloat64Array, ReadonlyInt32Array, ReadonlyUint8Array } from "../dtype.ts";
import type { Fits, Exact, Misfit, Shape } from "./types.ts";

/** Typed arrays that are read as tensors, by the dtype their elements get. */
interface ArrayOf { float32: ReadonlyFloat32Array; float64: ReadonlyFloat64Array; int32: ReadonlyInt32Array | ReadonlyUint8Array | Int8Array | Int16Array | Uint16Array | Uint32Array | Uint8ClampedArray }
type NumberArray = ArrayOf[keyof ArrayOf];
/** Numbers, booleans and typed arrays, nested to one depth: read as a tensor. */
export type NestedLiteral = readonly (number | boolean | NestedLiteral)[] | NumberArray;

/** The shape of nested arrays: literal sizes for tuples, `number` for arrays. */
export type LiteralShape<T> =
  NestedLiteral extends T ? Shape
  : T extends number | boolean ? []
  : T extends NumberArray ? [number]
  : T extends readonly [] ? [0]
  : T extends readonly unknown[] ? [T["length"] & number, ...LiteralShape<T[number]>]
  : Shape;

/** Refuses arrays of one depth that differ in length. */
export type Uniform<T> =
  T extends readonly [infer First, unknown, ...unknown[]]
    ? Exact<LiteralShape<First>> extends Exact<LiteralShape<T[number]>> ? Fits<Shape> : Misfit<"ragged nested arrays: all arrays of one depth must have one length">
    : Fits<Shape>;

type Leaf<T> = T extends readonly unknown[] ? Leaf<T[number]> : T;
type LeafDType<T> = [T] extends [never] ? "float32"
  : [T] extends [boolean] ? "bool"
  : [T] extends [number | boolean] ? "float32"
  : [T] extends [ArrayOf["float32"]] ? "float32"
  : [T] extends [ArrayOf["float64"]] ? "float64"
  : [T] extends [ArrayOf["int32"]] ? "int32"
  : AnyDType;
/** The dtype of nested arrays: float32 for numbers, bool for booleans, a typed array's own. */
export type LiteralDType<T> = NestedLiteral extends T ? AnyDType : LeafDType<Leaf<T>>;
