import type { DType } from "../../dtype.ts";
import type { Along, Axes, Reduce } from "../../shape/axis-types.ts";
import type { FitsOf, Shape } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { DTypeOf, KeepsShape, NestedLiteral, TensorLike, Union, Unshaped } from "./operands.ts";

/** Which axes are taken away (all unless named), and whether they stay with size 1. */
export interface ReduceOptions<X extends Axes | undefined = Axes | undefined, KeepDims extends boolean = boolean> {
  readonly axis?: X | undefined;
  readonly keepDims?: KeepDims | undefined;
}

type EachRule<U, X extends Axes | undefined, K extends boolean> = U extends Tensor<infer S> ? Reduce<S, X, K> : never;
type EachReduced<U, T extends DTypeOf, X extends Axes | undefined, K extends boolean> = U extends Tensor<infer S, infer D> ? Tensor<Reduce<S, X, K>["shape"], T[D]> : never;

/** One value for each group of elements along the axes named; `More` are options of one reduction alone. */
export interface ReduceFunction<T extends DTypeOf, More = unknown> {
  (x: number | boolean | NestedLiteral, options?: ReduceOptions & More): Tensor;
  <S extends Shape, D extends DType, const X extends Axes | undefined = undefined, K extends boolean = false>(
    x: TensorLike<S, D>, options?: ReduceOptions<X, K> & More & Reduce<S, X, K>["fits"],
  ): Tensor<Reduce<S, X, K>["shape"], T[D]>;
}
export interface ReduceMethod<T extends DTypeOf, More = unknown> {
  <U extends Tensor, const X extends Axes | undefined = undefined, K extends boolean = false>(
    this: Union<U>, options?: ReduceOptions<X, K> & More & FitsOf<EachRule<U, X, K>>,
  ): EachReduced<U, T, X, K>;
  <S extends Shape, D extends DType, const X extends Axes | undefined = undefined, K extends boolean = false>(
    this: Tensor<S, D>, options?: ReduceOptions<X, K> & More & Reduce<S, X, K>["fits"],
  ): Tensor<Reduce<S, X, K>["shape"], T[D]>;
}

/** The same shapes, for each member of a union. */
export type EachKept<U, T extends DTypeOf> = U extends Tensor<infer S, infer D> ? Tensor<S, T[D]> : never;

/** A function of the elements along an axis that keeps the shape. */
export interface AlongFunction<T extends DTypeOf, X extends Axes, More = unknown> extends KeepsShape {
  (x: number | boolean | NestedLiteral, options?: AxisOption<X> & More): Tensor;
  <S extends Shape, D extends DType, const A extends X = X>(x: TensorLike<S, D>, options?: AxisOption<A> & More & Along<S, A>["fits"]): Tensor<S, T[D]>;
}
export interface AlongMethod<T extends DTypeOf, X extends Axes, More = unknown> {
  <U extends Tensor>(this: Union<U>, options?: AxisOption<X> & More): EachKept<U, T>;
  <S extends Shape, D extends DType, const A extends X = X>(this: Tensor<S, D>, options?: AxisOption<A> & More & Along<S, A>["fits"]): Tensor<S, T[D]>;
}
export interface AxisOption<X extends Axes> { readonly axis?: X | undefined }

/** Sums and products up to each element; without an axis those of all elements in row-major order, in a vector. */
export interface CumulativeFunction<T extends DTypeOf> {
  (x: number | boolean | NestedLiteral, options?: CumulativeOptions): Tensor;
  <S extends Shape, D extends DType, const A extends number | undefined = undefined>(
    x: TensorLike<S, D>, options?: CumulativeOptions<A> & Along<S, A extends number ? A : number>["fits"],
  ): Tensor<A extends number ? S : [number], T[D]>;
}
export interface CumulativeMethod<T extends DTypeOf> {
  <U extends Tensor>(this: Union<U>, options: CumulativeOptions<number>): EachKept<U, T>;
  <U extends Tensor>(this: Union<U>, options?: CumulativeOptions): Unshaped<U, T>;
  <S extends Shape, D extends DType, const A extends number | undefined = undefined>(
    this: Tensor<S, D>, options?: CumulativeOptions<A> & Along<S, A extends number ? A : number>["fits"],
  ): Tensor<A extends number ? S : [number], T[D]>;
}
/** Along which axis values run together, and from which end. */
export interface CumulativeOptions<A extends number | undefined = number | undefined> { readonly axis?: A | undefined; readonly reverse?: boolean | undefined }
