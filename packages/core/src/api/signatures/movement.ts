import type { DType } from "../../dtype.ts";
import type { Axes, ExpandDims, Permute, ReplaceAxis, Reshape, Squeeze, SwapAxes, Unsized } from "../../shape/axis-types.ts";
import type { Concat, Stack } from "../../shape/join-types.ts";
import type { Broadcast, Shape } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { AxisOption } from "./reduce.ts";
import type { NestedLiteral, Operand, TensorLike } from "./operands.ts";

type Bare = number | boolean | NestedLiteral;

export interface ReshapeFunction {
  <const R extends readonly number[]>(x: Bare, shape: R): Tensor<Reshape<R>>;
  <D extends DType, const R extends readonly number[]>(x: TensorLike<Shape, D>, shape: R): Tensor<Reshape<R>, D>;
}
export interface ReshapeMethod { <D extends DType, const R extends readonly number[]>(this: Tensor<Shape, D>, shape: R): Tensor<Reshape<R>, D> }

export interface TransposeFunction {
  (x: Bare, order?: readonly number[]): Tensor;
  <S extends Shape, D extends DType, const O extends readonly number[] | undefined = undefined>(x: TensorLike<S, D>, order?: O & Permute<S, O>["fits"]): Tensor<Permute<S, O>["shape"], D>;
}
export interface TransposeMethod {
  <S extends Shape, D extends DType, const O extends readonly number[] | undefined = undefined>(this: Tensor<S, D>, order?: O & Permute<S, O>["fits"]): Tensor<Permute<S, O>["shape"], D>;
}

export interface SwapAxesFunction {
  (x: Bare, first: number, second: number): Tensor;
  <S extends Shape, D extends DType, const A extends number, const B extends number>(x: TensorLike<S, D>, first: A, second: B & SwapAxes<S, A, B>["fits"]): Tensor<SwapAxes<S, A, B>["shape"], D>;
}
export interface SwapAxesMethod {
  <S extends Shape, D extends DType, const A extends number, const B extends number>(this: Tensor<S, D>, first: A, second: B & SwapAxes<S, A, B>["fits"]): Tensor<SwapAxes<S, A, B>["shape"], D>;
}

export interface MoveAxisFunction {
  (x: Bare, from: Axes, to: Axes): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, from: Axes, to: Axes): Tensor<Unsized<S>, D>;
}
export interface MoveAxisMethod { <S extends Shape, D extends DType>(this: Tensor<S, D>, from: Axes, to: Axes): Tensor<Unsized<S>, D> }

export interface ExpandDimsFunction {
  (x: Bare, axis: Axes): Tensor;
  <S extends Shape, D extends DType, const X extends Axes>(x: TensorLike<S, D>, axis: X & ExpandDims<S, X>["fits"]): Tensor<ExpandDims<S, X>["shape"], D>;
}
export interface ExpandDimsMethod {
  <S extends Shape, D extends DType, const X extends Axes>(this: Tensor<S, D>, axis: X & ExpandDims<S, X>["fits"]): Tensor<ExpandDims<S, X>["shape"], D>;
}

export interface SqueezeFunction {
  (x: Bare, options?: AxisOption<Axes>): Tensor;
  <S extends Shape, D extends DType, const X extends Axes | undefined = undefined>(x: TensorLike<S, D>, options?: { readonly axis?: X } & Squeeze<S, X>["fits"]): Tensor<Squeeze<S, X>["shape"], D>;
}
export interface SqueezeMethod {
  <S extends Shape, D extends DType, const X extends Axes | undefined = undefined>(this: Tensor<S, D>, options?: { readonly axis?: X } & Squeeze<S, X>["fits"]): Tensor<Squeeze<S, X>["shape"], D>;
}

export interface BroadcastToFunction {
  <const R extends Shape>(x: Bare, shape: readonly [...R]): Tensor<R>;
  <S extends Shape, D extends DType, const R extends Shape>(x: TensorLike<S, D>, shape: readonly [...R] & Broadcast<S, R>["fits"]): Tensor<R, D>;
}
export interface BroadcastToMethod {
  <S extends Shape, D extends DType, const R extends Shape>(this: Tensor<S, D>, shape: readonly [...R] & Broadcast<S, R>["fits"]): Tensor<R, D>;
}

/** Parts or more places: the rank stays, the sizes are known to the run. */
export interface ResizeFunction<Argument, More = unknown> {
  (x: Bare, argument: Argument, options?: More): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, argument: Argument, options?: More): Tensor<Unsized<S>, D>;
}
export interface ResizeMethod<Argument, More = unknown> {
  <S extends Shape, D extends DType>(this: Tensor<S, D>, argument: Argument, options?: More): Tensor<Unsized<S>, D>;
}
/** A result whose rank depends on the arguments. */
export interface ReformFunction<Argument, More = unknown> {
  (x: Bare, argument: Argument, options?: More): Tensor;
  <D extends DType>(x: TensorLike<Shape, D>, argument: Argument, options?: More): Tensor<Shape, D>;
}
export interface ReformMethod<Argument, More = unknown> { <D extends DType>(this: Tensor<Shape, D>, argument: Argument, options?: More): Tensor<Shape, D> }

/** What `slice` takes along an axis: an index, or start, stop and step with `null` for an open bound. */
export type Range = number | readonly [start?: number | null | undefined, stop?: number | null | undefined, step?: number | undefined];
/** The shape of a slice: indices take their axes away, ranges leave sizes that the run knows. */
type Sliced<S extends Shape, R extends readonly Range[], Out extends Shape = []> =
  number extends S["length"] | R["length"] ? Shape
  : S extends [infer First extends number, ...infer Rest extends Shape]
    ? R extends readonly [infer Head, ...infer More extends readonly Range[]]
      ? Sliced<Rest, More, Head extends number ? Out : Head extends readonly [] ? [...Out, First] : [...Out, number]>
      : [...Out, ...S]
    : Out;
export interface SliceFunction {
  (x: Bare, ranges: readonly Range[]): Tensor;
  <S extends Shape, D extends DType, const R extends readonly Range[]>(x: TensorLike<S, D>, ranges: R): Tensor<Sliced<S, R>, D>;
}
export interface SliceMethod { <S extends Shape, D extends DType, const R extends readonly Range[]>(this: Tensor<S, D>, ranges: R): Tensor<Sliced<S, R>, D> }

/** The same shape and dtype. */
export interface KeepFunction<Options> {
  (x: Bare, options?: Options): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, options?: Options): Tensor<S, D>;
}
export interface KeepMethod<Options> { <S extends Shape, D extends DType>(this: Tensor<S, D>, options?: Options): Tensor<S, D> }

export interface RollFunction {
  (x: Bare, shift: Axes, options?: AxisOption<Axes>): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, shift: Axes, options?: AxisOption<Axes>): Tensor<S, D>;
}
export interface RollMethod { <S extends Shape, D extends DType>(this: Tensor<S, D>, shift: Axes, options?: AxisOption<Axes>): Tensor<S, D> }

/** The dtype of joined tensors: the one they have in common. */
type JoinedDType<T extends readonly unknown[]> = Extract<T[number], TensorLike> extends infer Tensors extends TensorLike ? [Tensors] extends [never] ? DType : Tensors["dtype"] : DType;
export interface ConcatFunction {
  <const T extends readonly Operand[], const X extends number = 0>(tensors: T & Concat<T, X>["fits"], options?: AxisOption<X>): Tensor<Concat<T, X>["shape"], JoinedDType<T>>;
}
export interface StackFunction {
  <const T extends readonly Operand[], const X extends number = 0>(tensors: T & Stack<T, X>["fits"], options?: AxisOption<X>): Tensor<Stack<T, X>["shape"], JoinedDType<T>>;
}

export interface SplitFunction {
  (x: Bare, parts: Axes, options?: AxisOption<number>): Tensor[];
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, parts: Axes, options?: AxisOption<number>): Tensor<Unsized<S>, D>[];
}
export interface SplitMethod { <S extends Shape, D extends DType>(this: Tensor<S, D>, parts: Axes, options?: AxisOption<number>): Tensor<Unsized<S>, D>[] }
export interface UnstackFunction {
  (x: Bare, options?: AxisOption<number>): Tensor[];
  <S extends Shape, D extends DType, const X extends number = 0>(x: TensorLike<S, D>, options?: AxisOption<X> & ReplaceAxis<S, X, []>["fits"]): Tensor<ReplaceAxis<S, X, []>["shape"], D>[];
}
export interface UnstackMethod {
  <S extends Shape, D extends DType, const X extends number = 0>(this: Tensor<S, D>, options?: AxisOption<X> & ReplaceAxis<S, X, []>["fits"]): Tensor<ReplaceAxis<S, X, []>["shape"], D>[];
}
