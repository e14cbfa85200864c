import type { DType } from "../../dtype.ts";
import type { NestedLiteral } from "../../shape/literal-types.ts";
import type { Shape } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { Variable } from "../../variable.ts";

/** What functions take for a tensor of known shape: a tensor, or a variable for its value. */
export type TensorLike<S extends Shape = Shape, D extends DType = DType> = Tensor<S, D> | Variable<S, D>;
export type { NestedLiteral };
/** Whatever functions take for a tensor. */
export type Operand = TensorLike | number | boolean | NestedLiteral;

/** The dtype of a result, by the operand's. */
export type DTypeOf = { readonly [D in DType]: DType };
/** The dtype of a result, by both operands'. A bare number counts as what `Bare` says. */
export type DTypeOfPair = { readonly [D in DType]: DTypeOf };
/**
 * Which column of `DTypeOfPair` a bare number stands in, by what its type says of its value: a whole number and a boolean count as bool
 * and take the dtype of the tensor beside them, a fraction counts as float32, and `number` may be either.
 */
export type Bare<N extends number | boolean> =
  N extends boolean ? "bool" : number extends N ? "bool" | "float32" : `${N}` extends `${string}.${string}` | `${string}e-${string}` ? "float32" : "bool";

/** Functions with fractional results: int32 and bool give float32. */
export interface ToFloat { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "float32"; readonly bool: "float32" }
/** Functions of numbers: bool counts as int32. */
export interface ToNumber { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "int32"; readonly bool: "int32" }
export interface ToBool { readonly float32: "bool"; readonly float64: "bool"; readonly int32: "bool"; readonly bool: "bool" }
export interface ToIndex { readonly float32: "int32"; readonly float64: "int32"; readonly int32: "int32"; readonly bool: "int32" }
/** Functions that keep the dtype. */
export interface Same { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "int32"; readonly bool: "bool" }

interface WithFloat32 { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "float32"; readonly bool: "float32" }
interface WithFloat64 { readonly float32: "float64"; readonly float64: "float64"; readonly int32: "float64"; readonly bool: "float64" }
/** bool < int32 < float32 < float64; two bools meet in int32. */
export interface Arithmetic { readonly float32: WithFloat32; readonly float64: WithFloat64; readonly int32: ToNumber; readonly bool: ToNumber }
/** As `Arithmetic`, in floats. */
export interface FloatArithmetic { readonly float32: ToFloat; readonly float64: WithFloat64; readonly int32: ToFloat; readonly bool: ToFloat }
export interface Comparison { readonly float32: ToBool; readonly float64: ToBool; readonly int32: ToBool; readonly bool: ToBool }
/** As `Arithmetic`, but two bool tensors stay bool (beside a number they become int32). */
export interface Choice { readonly float32: WithFloat32; readonly float64: WithFloat64; readonly int32: ToNumber; readonly bool: WithBool }
interface WithBool { readonly float32: "float32"; readonly float64: "float64"; readonly int32: "int32"; readonly bool: "bool" | "int32" }
/** Functions of bits: floats are refused. */
export interface Bits { readonly float32: Refusal; readonly float64: Refusal; readonly int32: BitsOf<"int32">; readonly bool: BitsOf<"bool" | "int32"> }
interface BitsOf<Beside extends DType> { readonly float32: never; readonly float64: never; readonly int32: "int32"; readonly bool: Beside }
interface Refusal { readonly float32: never; readonly float64: never; readonly int32: never; readonly bool: never }
/** Shifts compute in int32. */
export interface Shifts { readonly float32: Refusal; readonly float64: Refusal; readonly int32: BitsOf<"int32">; readonly bool: BitsOf<"int32"> }
