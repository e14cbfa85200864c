import type { AnyDType, DType } from "../../dtype.ts";
import type { Axes, AxisOf, ExpandDims, Permute, ReplaceAxis, Reshape, Squeeze, SwapAxes, Unsized } from "../../shape/axis-types.ts";
import type { Concat, Stack } from "../../shape/join-types.ts";
import type { AnyShape, Broadcast, Shape, UnknownRank, Written } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { AxisOption, EachKept } from "./reduce.ts";
import type { Choice, NestedLiteral, Operand, Same, TensorLike, Union, Unshaped } from "./operands.ts";

type Bare = number | boolean | NestedLiteral;

export interface ReshapeFunction {
  <const R extends readonly number[]>(x: Bare, shape: R): Tensor<Reshape<R>>;
  <D extends DType, const R extends readonly number[]>(x: TensorLike<Shape, D>, shape: R): Tensor<Reshape<R>, D>;
}
export interface ReshapeMethod { <D extends DType, const R extends readonly number[]>(this: Tensor<AnyShape, D>, shape: R): Tensor<Reshape<R>, D> }

export interface TransposeFunction {
  (x: Bare, order?: readonly number[]): Tensor;
  <S extends Shape, D extends DType, const O extends readonly number[] | undefined = undefined>(x: TensorLike<S, D>, order?: O & Permute<S, O>["fits"]): Tensor<Permute<S, O>["shape"], D>;
}
export interface TransposeMethod {
  <U extends Tensor>(this: Union<U>, order?: readonly number[]): Unshaped<U>;
  <S extends Shape, D extends DType, const O extends readonly number[] | undefined = undefined>(this: Tensor<S, D>, order?: O & Permute<S, O>["fits"]): Tensor<Permute<S, O>["shape"], D>;
}

export interface SwapAxesFunction {
  (x: Bare, first: number, second: number): Tensor;
  <S extends Shape, D extends DType, const A extends number, const B extends number>(x: TensorLike<S, D>, first: A, second: B & SwapAxes<S, A, B>["fits"]): Tensor<SwapAxes<S, A, B>["shape"], D>;
}
export interface SwapAxesMethod {
  <U extends Tensor>(this: Union<U>, first: number, second: number): Unshaped<U>;
  <S extends Shape, D extends DType, const A extends number, const B extends number>(this: Tensor<S, D>, first: A, second: B & SwapAxes<S, A, B>["fits"]): Tensor<SwapAxes<S, A, B>["shape"], D>;
}

export interface MoveAxisFunction {
  (x: Bare, from: Axes, to: Axes): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, from: Axes, to: Axes): Tensor<Unsized<S>, D>;
}
export interface MoveAxisMethod {
  <U extends Tensor>(this: Union<U>, from: Axes, to: Axes): Unshaped<U>;
  <S extends Shape, D extends DType>(this: Tensor<S, D>, from: Axes, to: Axes): Tensor<Unsized<S>, D>;
}

export interface ExpandDimsFunction {
  (x: Bare, axis: Axes): Tensor;
  <S extends Shape, D extends DType, const X extends Axes>(x: TensorLike<S, D>, axis: X & ExpandDims<S, X>["fits"]): Tensor<ExpandDims<S, X>["shape"], D>;
}
export interface ExpandDimsMethod {
  <U extends Tensor>(this: Union<U>, axis: Axes): Unshaped<U>;
  <S extends Shape, D extends DType, const X extends Axes>(this: Tensor<S, D>, axis: X & ExpandDims<S, X>["fits"]): Tensor<ExpandDims<S, X>["shape"], D>;
}

export interface SqueezeFunction {
  (x: Bare, options?: AxisOption<Axes>): Tensor;
  <S extends Shape, D extends DType, const X extends Axes | undefined = undefined>(x: TensorLike<S, D>, options?: { readonly axis?: X | undefined } & Squeeze<S, X>["fits"]): Tensor<Squeeze<S, X>["shape"], D>;
}
export interface SqueezeMethod {
  <U extends Tensor>(this: Union<U>, options?: AxisOption<Axes>): Unshaped<U>;
  <S extends Shape, D extends DType, const X extends Axes | undefined = undefined>(this: Tensor<S, D>, options?: { readonly axis?: X | undefined } & Squeeze<S, X>["fits"]): Tensor<Squeeze<S, X>["shape"], D>;
}

export interface BroadcastToFunction {
  <const R extends number[]>(x: Bare, shape: readonly [...R]): Tensor<Written<R>>;
  <S extends Shape, D extends DType, const R extends number[]>(x: TensorLike<S, D>, shape: readonly [...R] & Broadcast<S, R>["fits"]): Tensor<Written<R>, D>;
}
export interface BroadcastToMethod {
  <U extends Tensor, const R extends number[]>(this: Union<U>, shape: readonly [...R]): Tensor<Written<R>, U extends Tensor<AnyShape, infer D> ? D : never>;
  <S extends Shape, D extends DType, const R extends number[]>(this: Tensor<S, D>, shape: readonly [...R] & Broadcast<S, R>["fits"]): Tensor<Written<R>, D>;
}

/** Parts or more places: the rank stays, the sizes are known to the run. */
export interface ResizeFunction<Argument, More = unknown> {
  (x: Bare, argument: Argument, options?: More): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, argument: Argument, options?: More): Tensor<Unsized<S>, D>;
}
export interface ResizeMethod<Argument, More = unknown> {
  <U extends Tensor>(this: Union<U>, argument: Argument, options?: More): Unshaped<U>;
  <S extends Shape, D extends DType>(this: Tensor<S, D>, argument: Argument, options?: More): Tensor<Unsized<S>, D>;
}
/** A result whose rank depends on the arguments. */
export interface ReformFunction<Argument, More = unknown> {
  (x: Bare, argument: Argument, options?: More): Tensor;
  <D extends DType>(x: TensorLike<Shape, D>, argument: Argument, options?: More): Tensor<AnyShape, D>;
}
export interface ReformMethod<Argument, More = unknown> { <D extends DType>(this: Tensor<AnyShape, D>, argument: Argument, options?: More): Tensor<AnyShape, D> }

/** What `slice` takes along an axis: an index, or start, stop and step with `null` for an open bound. */
export type Range = number | readonly [start?: number | null | undefined, stop?: number | null | undefined, step?: number | undefined];
/** The shape of a slice: indices take their axes away, ranges leave sizes that the run knows. */
type Sliced<S extends Shape, R extends readonly Range[], Out extends Shape = []> =
  number extends S["length"] | R["length"] ? AnyShape
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? R extends readonly [infer Head, ...infer More extends readonly Range[]]
      ? Sliced<Rest, More, Head extends number ? Out : Head extends readonly [] ? [...Out, First] : [...Out, number]>
      : [...Out, ...S]
    : Out;
export interface SliceFunction {
  (x: Bare, ranges: readonly Range[]): Tensor;
  <S extends Shape, D extends DType, const R extends readonly Range[]>(x: TensorLike<S, D>, ranges: R): Tensor<Sliced<S, R>, D>;
}
export interface SliceMethod {
  <U extends Tensor>(this: Union<U>, ranges: readonly Range[]): Unshaped<U>;
  <S extends Shape, D extends DType, const R extends readonly Range[]>(this: Tensor<S, D>, ranges: R): Tensor<Sliced<S, R>, D>;
}

/** The same shape and dtype. */
export interface KeepFunction<Options> {
  (x: Bare, options?: Options): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, options?: Options): Tensor<S, D>;
}
export interface KeepMethod<Options> {
  <U extends Tensor>(this: Union<U>, options?: Options): EachKept<U, Same>;
  <S extends Shape, D extends DType>(this: Tensor<S, D>, options?: Options): Tensor<S, D>;
}

export interface RollFunction {
  (x: Bare, shift: Axes, options?: AxisOption<Axes>): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, shift: Axes, options?: AxisOption<Axes>): Tensor<S, D>;
}
export interface RollMethod {
  <U extends Tensor>(this: Union<U>, shift: Axes, options?: AxisOption<Axes>): EachKept<U, Same>;
  <S extends Shape, D extends DType>(this: Tensor<S, D>, shift: Axes, options?: AxisOption<Axes>): Tensor<S, D>;
}

type MemberDType<T> = T extends TensorLike<AnyShape, infer D> ? D : AnyDType;
/** The dtype of joined tensors: the one they meet in; of a list of some length, one of its tensors'. */
type JoinedDType<T extends readonly unknown[], Met extends DType = "bool"> =
  T extends readonly [infer First, ...infer Rest] ? JoinedDType<Rest, Choice[Met][MemberDType<First>]>
  : T extends readonly [] ? Met
  : MemberDType<T[number]>;
export interface ConcatFunction {
  <const T extends readonly Operand[], const X extends number = 0>(tensors: T & Concat<T, X>["fits"], options?: AxisOption<X>): Tensor<Concat<T, X>["shape"], JoinedDType<T>>;
}
export interface StackFunction {
  <const T extends readonly Operand[], const X extends number = 0>(tensors: T & Stack<T, X>["fits"], options?: AxisOption<X>): Tensor<Stack<T, X>["shape"], JoinedDType<T>>;
}

/** So many of one type, where the number is a literal (up to 32): `const [a, b] = x.split(2)` needs no check. */
type Copies<T, N extends number, Out extends readonly T[] = []> =
  number extends N ? T[] : Out["length"] extends N ? Out : Out["length"] extends 32 ? T[] : Copies<T, N, [...Out, T]>;
type Parts<T, P extends Axes> = P extends number ? Copies<T, P> : T[];
/** As many as the axis is long. */
type Places<T, S extends Shape, X extends number> = UnknownRank<S> extends true ? T[] : Copies<T, S[AxisOf<S, X>]>;
export interface SplitFunction {
  (x: Bare, parts: Axes, options?: AxisOption<number>): Tensor[];
  <S extends Shape, D extends DType, const P extends Axes>(x: TensorLike<S, D>, parts: P, options?: AxisOption<number>): Parts<Tensor<Unsized<S>, D>, P>;
}
export interface SplitMethod {
  <U extends Tensor>(this: Union<U>, parts: Axes, options?: AxisOption<number>): Unshaped<U>[];
  <S extends Shape, D extends DType, const P extends Axes>(this: Tensor<S, D>, parts: P, options?: AxisOption<number>): Parts<Tensor<Unsized<S>, D>, P>;
}
export interface UnstackFunction {
  (x: Bare, options?: AxisOption<number>): Tensor[];
  <S extends Shape, D extends DType, const X extends number = 0>(x: TensorLike<S, D>, options?: AxisOption<X> & ReplaceAxis<S, X, []>["fits"]): Places<Tensor<ReplaceAxis<S, X, []>["shape"], D>, S, X>;
}
export interface UnstackMethod {
  <U extends Tensor>(this: Union<U>, options?: AxisOption<number>): Unshaped<U>[];
  <S extends Shape, D extends DType, const X extends number = 0>(this: Tensor<S, D>, options?: AxisOption<X> & ReplaceAxis<S, X, []>["fits"]): Places<Tensor<ReplaceAxis<S, X, []>["shape"], D>, S, X>;
}
