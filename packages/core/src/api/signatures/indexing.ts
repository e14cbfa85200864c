import type { AnyDType, DType } from "../../dtype.ts";
import type { ReplaceAxis, Unsized } from "../../shape/axis-types.ts";
import type { AnyShape, Refused, Shape } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { NamedAxis } from "../option-names.ts";
import type { AxisOption, EachKept } from "./reduce.ts";
import type { NestedLiteral, Operand, Same, TensorLike, Union, Unshaped } from "./operands.ts";

type Bare = number | boolean | NestedLiteral;
/** Places along an axis: whole numbers, a list of them, or an int32 tensor. */
export type IndexLike = number | readonly number[] | TensorLike;
/** Refuses indices that are surely not int32; a dtype that only the run knows passes. */
type Int32<D extends DType> = "int32" extends D ? unknown : Refused<`indices are int32, not ${D}; cast them first`>;
type IndexFits<I extends IndexLike> = I extends TensorLike<AnyShape, infer D> ? Int32<D> : unknown;
type IndicesShape<I extends IndexLike> = I extends number ? [] : I extends TensorLike<infer S> ? S : I extends readonly number[] ? (number extends I["length"] ? [number] : [I["length"]]) : AnyShape;

/** A shape with one more axis. */
type Appended<S extends Shape, Size extends number> = number extends S["length"] ? AnyShape : [...S, Size];

/** What is added: of the dtype of what it is added to. */
type Updates<D extends DType> = TensorLike<Shape, D> | number | NestedLiteral;

export interface TakeFunction {
  (x: Bare, indices: IndexLike, options?: AxisOption<number>): Tensor;
  <S extends Shape, D extends DType, const I extends IndexLike, const X extends number = 0>(
    x: TensorLike<S, D>, indices: I & IndexFits<I>, options?: AxisOption<X> & ReplaceAxis<S, X, IndicesShape<I>>["fits"],
  ): Tensor<ReplaceAxis<S, X, IndicesShape<I>>["shape"], D>;
}
export interface TakeMethod {
  <U extends Tensor>(this: Union<U>, indices: IndexLike, options?: AxisOption<number>): Unshaped<U>;
  <S extends Shape, D extends DType, const I extends IndexLike, const X extends number = 0>(
    this: Tensor<S, D>, indices: I & IndexFits<I>, options?: AxisOption<X> & ReplaceAxis<S, X, IndicesShape<I>>["fits"],
  ): Tensor<ReplaceAxis<S, X, IndicesShape<I>>["shape"], D>;
}

export interface TakeAlongAxisFunction {
  (x: Bare, indices: Operand, options: NamedAxis): Tensor;
  <I extends Shape, D extends DType, E extends DType>(x: TensorLike<Shape, D>, indices: TensorLike<I, E> & Int32<E>, options: NamedAxis): Tensor<Unsized<I>, D>;
}
export interface TakeAlongAxisMethod { <I extends Shape, D extends DType, E extends DType>(this: Tensor<AnyShape, D>, indices: TensorLike<I, E> & Int32<E>, options: NamedAxis): Tensor<Unsized<I>, D> }

export interface ScatterAddFunction {
  (x: Bare, indices: Operand, updates: Operand, options: NamedAxis): Tensor;
  <S extends Shape, D extends DType, E extends DType>(x: TensorLike<S, D>, indices: TensorLike<Shape, E> & Int32<E>, updates: Updates<NoInfer<D>>, options: NamedAxis): Tensor<S, D>;
}
export interface ScatterAddMethod { <S extends Shape, D extends DType, E extends DType>(this: Tensor<S, D>, indices: TensorLike<Shape, E> & Int32<E>, updates: Updates<NoInfer<D>>, options: NamedAxis): Tensor<S, D> }

export interface TakeAddFunction {
  (x: Bare, indices: IndexLike, updates: Operand, options?: AxisOption<number>): Tensor;
  <S extends Shape, D extends DType, const I extends IndexLike>(x: TensorLike<S, D>, indices: I & IndexFits<I>, updates: Updates<NoInfer<D>>, options?: AxisOption<number>): Tensor<S, D>;
}
export interface TakeAddMethod {
  <U extends Tensor>(this: Union<U>, indices: IndexLike, updates: Operand, options?: AxisOption<number>): EachKept<U, Same>;
  <S extends Shape, D extends DType, const I extends IndexLike>(this: Tensor<S, D>, indices: I & IndexFits<I>, updates: Updates<NoInfer<D>>, options?: AxisOption<number>): Tensor<S, D>;
}

export interface OneHotFunction {
  <const I extends number | readonly number[], const Depth extends number, D extends DType = "float32">(indices: I, depth: Depth, options?: { readonly dtype?: D | undefined }): Tensor<Appended<IndicesShape<I>, Depth>, D>;
  <S extends Shape, E extends DType, const Depth extends number, D extends DType = "float32">(indices: TensorLike<S, E> & Int32<E>, depth: Depth, options?: { readonly dtype?: D | undefined }): Tensor<Appended<S, Depth>, D>;
}
export interface OneHotMethod {
  <S extends Shape, E extends DType, const Depth extends number, D extends DType = "float32">(this: Tensor<S, E> & Int32<E>, depth: Depth, options?: { readonly dtype?: D | undefined }): Tensor<Appended<S, Depth>, D>;
}

export interface BooleanMaskFunction {
  (x: Bare, mask: Operand): Tensor;
  <D extends DType>(x: TensorLike<Shape, D>, mask: TensorLike | NestedLiteral): Tensor<AnyShape, D>;
}
export interface BooleanMaskMethod { <D extends DType>(this: Tensor<AnyShape, D>, mask: TensorLike | NestedLiteral): Tensor<AnyShape, D> }

/** The extreme elements in order, and where along the axis they stood. */
export interface TopKResult<D extends DType = AnyDType> { readonly values: Tensor<AnyShape, D>; readonly indices: Tensor<AnyShape, "int32"> }
/** Along which axis (the last unless given), and whether the smallest elements are wanted instead. */
export interface TopKOptions { readonly axis?: number | undefined; readonly smallest?: boolean | undefined }
export interface TopKFunction {
  (x: Bare, k: number, options?: TopKOptions): TopKResult;
  <D extends DType>(x: TensorLike<Shape, D>, k: number, options?: TopKOptions): TopKResult<D>;
}
export interface TopKMethod { <D extends DType>(this: Tensor<AnyShape, D>, k: number, options?: TopKOptions): TopKResult<D> }
