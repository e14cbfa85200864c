import type { AnyDType, DType } from "../../dtype.ts";
import type { NestedLiteral } from "../../shape/literal-types.ts";
import type { AnyShape, Shape } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { Variable } from "../../variable.ts";

/** What functions take for a tensor of known shape: a tensor, or a variable for its value. */
export type TensorLike<S extends Shape = AnyShape, D extends DType = AnyDType> = Tensor<S, D> | Variable<S, D>;
export type { NestedLiteral };
/** Whatever functions take for a tensor. */
export type Operand = TensorLike | number | boolean | NestedLiteral;

declare const keeps: unique symbol;
/** What the compiler knows of a function that gives a tensor of its argument's shape: overloads cannot be asked. */
export interface KeepsShape { readonly [keeps]: "shape" }

type Members<X, All> = X extends unknown ? ([All] extends [X] ? false : true) : never;
/** What a union of tensors is, and nothing else: "two shapes or dtypes, only the run knows which". */
export type Union<X> = true extends Members<X, X> ? X : never;
type DTypesOf<X> = X extends TensorLike<AnyShape, infer D> ? D : never;
/** What becomes of a union of tensors where each member would give another shape: one that only the run knows. */
export type Unshaped<X, T extends DTypeOf = Same> = Tensor<AnyShape, T[DTypesOf<X>]>;

// Each table says what comes of a dtype, or of two. Its last entry is looked up for a tensor of which the dtype is not known.

/** The dtype of a result, by the operand's. */
export type DTypeOf = { readonly [D in DType]: DType };
/** The dtype of a result, by both operands'. A bare number counts as what `Bare` says. */
export type DTypeOfPair = { readonly [D in DType]: DTypeOf };
/**
 * Which column of `DTypeOfPair` a bare number stands in, by what its type says of its value: a boolean counts as bool and a whole
 * number as int32, so that both take the dtype of a float beside them, a fraction counts as float32, and `number` may be either.
 */
export type Bare<N extends number | boolean> =
  N extends boolean ? "bool" : number extends N ? "int32" | "float32" : `${N}` extends `${string}.${string}` | `${string}e-${string}` ? "float32" : "int32";

/** Functions with fractional results: int32 and bool give float32. */
export interface ToFloat { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "float32"; readonly bool: "float32"; readonly [unknown: string]: AnyDType }
/** Functions of numbers: bool counts as int32. */
export interface ToNumber { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "int32"; readonly bool: "int32"; readonly [unknown: string]: AnyDType }
export interface ToBool { readonly float32: "bool"; readonly float64: "bool"; readonly int32: "bool"; readonly bool: "bool"; readonly [unknown: string]: "bool" }
export interface ToIndex { readonly float32: "int32"; readonly float64: "int32"; readonly int32: "int32"; readonly bool: "int32"; readonly [unknown: string]: "int32" }
/** Functions that keep the dtype. */
export interface Same { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "int32"; readonly bool: "bool"; readonly [unknown: string]: AnyDType }

interface WithFloat32 { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "float32"; readonly bool: "float32"; readonly [unknown: string]: AnyDType }
interface WithFloat64 { readonly float32: "float64"; readonly float64: "float64"; readonly int32: "float64"; readonly bool: "float64"; readonly [unknown: string]: "float64" }
/** bool < int32 < float32 < float64; two bools meet in int32. */
export interface Arithmetic { readonly float32: WithFloat32; readonly float64: WithFloat64; readonly int32: ToNumber; readonly bool: ToNumber; readonly [unknown: string]: AnyDType }
/** The dtype that two dtypes meet in, for signatures of your own. */
export type PromotedDType<D extends DType, E extends DType> = Arithmetic[D][E];
/** As `Arithmetic`, in floats. */
export interface FloatArithmetic { readonly float32: ToFloat; readonly float64: WithFloat64; readonly int32: ToFloat; readonly bool: ToFloat; readonly [unknown: string]: AnyDType }
/** The dtype that two dtypes meet in where the result has fractions. */
export type PromotedFloat<D extends DType, E extends DType> = FloatArithmetic[D][E];
export interface Comparison { readonly float32: ToBool; readonly float64: ToBool; readonly int32: ToBool; readonly bool: ToBool; readonly [unknown: string]: ToBool }
/** As `Arithmetic`, but two bools stay bool. */
export interface Choice { readonly float32: WithFloat32; readonly float64: WithFloat64; readonly int32: ToNumber; readonly bool: WithBool; readonly [unknown: string]: AnyDType }
interface WithBool { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "int32"; readonly bool: "bool"; readonly [unknown: string]: AnyDType }
/** Functions of bits: floats are refused. */
export interface Bits { readonly float32: Refusal; readonly float64: Refusal; readonly int32: BitsOf<"int32">; readonly bool: BitsOf<"bool">; readonly [unknown: string]: AnyDType }
interface BitsOf<Beside extends DType> { readonly float32: never; readonly float64: never; readonly int32: "int32"; readonly bool: Beside; readonly [unknown: string]: AnyDType }
interface Refusal { readonly float32: never; readonly float64: never; readonly int32: never; readonly bool: never }
/** Shifts compute in int32. */
export interface Shifts { readonly float32: Refusal; readonly float64: Refusal; readonly int32: BitsOf<"int32">; readonly bool: BitsOf<"int32">; readonly [unknown: string]: BitsOf<"int32"> }
