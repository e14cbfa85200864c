import type { DType } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

type Value = Tensor | number | boolean;
type Axes = number | readonly number[];
type Unary = () => Tensor;
type Binary = (b: Value) => Tensor;
interface ReduceOptions { readonly axis?: Axes | undefined; readonly keepDims?: boolean | undefined }
type Reduce = (options?: ReduceOptions) => Tensor;

/** The operations that every tensor has as methods, each the function of the same name with the tensor as first argument. */
export interface TensorMethods {
  add: Binary; sub: Binary; mul: Binary; div: Binary; pow: Binary; mod: Binary; floorDiv: Binary; maximum: Binary; minimum: Binary; atan2: Binary; hypot: Binary; copySign: Binary;
  equal: Binary; notEqual: Binary; less: Binary; lessEqual: Binary; greater: Binary; greaterEqual: Binary;
  logicalAnd: Binary; logicalOr: Binary; logicalXor: Binary; logicalNot: Unary;
  bitwiseAnd: Binary; bitwiseOr: Binary; bitwiseXor: Binary; bitwiseNot: Unary; leftShift: Binary; rightShift: Binary;
  neg: Unary; abs: Unary; sign: Unary; square: Unary; sqrt: Unary; rsqrt: Unary; cbrt: Unary; reciprocal: Unary;
  exp: Unary; exp2: Unary; expm1: Unary; log: Unary; log2: Unary; log10: Unary; log1p: Unary;
  sin: Unary; cos: Unary; tan: Unary; asin: Unary; acos: Unary; atan: Unary; sinh: Unary; cosh: Unary; tanh: Unary; asinh: Unary; acosh: Unary; atanh: Unary;
  sigmoid: Unary; softplus: Unary; relu: Unary; erf: Unary; floor: Unary; ceil: Unary; trunc: Unary; round: Unary;
  isNaN: Unary; isFinite: Unary; isInf: Unary; stopGradient: Unary;
  sum: Reduce;
  matmul: (b: Tensor) => Tensor;
  cast: (dtype: DType) => Tensor;
  reshape: (shape: readonly number[]) => Tensor;
  transpose: (order?: readonly number[]) => Tensor;
  expandDims: (axis: Axes) => Tensor;
  squeeze: (axis?: Axes) => Tensor;
  broadcastTo: (shape: readonly number[]) => Tensor;
  flip: (axis?: Axes) => Tensor;
}
