import type { AnyDType, DType } from "../../dtype.ts";
import type { ReplaceAxis, Unsized } from "../../shape/axis-types.ts";
import type { AnyShape, Refused, Shape } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { NamedAxis } from "../option-names.ts";
import type { AxisOption } from "./reduce.ts";
import type { Arithmetic, Bare as BareColumn, NestedLiteral, Operand, TensorLike, Union, Unshaped } from "./operands.ts";

type Bare = number | boolean | NestedLiteral;
/** Places along an axis: whole numbers, a list of them, or an int32 tensor. */
export type IndexLike = number | readonly number[] | TensorLike;
/** Refuses indices that are surely not int32; a dtype that only the run knows passes. */
type Int32<D extends DType> = "int32" extends D ? unknown : Refused<`indices are int32, not ${D}; cast them first`>;
type IndexFits<I extends IndexLike> = I extends TensorLike<AnyShape, infer D> ? Int32<D> : unknown;
type IndicesShape<I extends IndexLike> = I extends number ? [] : I extends TensorLike<infer S> ? S : I extends readonly number[] ? (number extends I["length"] ? [number] : [I["length"]]) : AnyShape;

/** A shape with one more axis. */
type Appended<S extends Shape, Size extends number> = number extends S["length"] ? AnyShape : [...S, Size];

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
  <S extends Shape, D extends DType, I extends DType, const N extends number | boolean>(x: TensorLike<S, D>, indices: TensorLike<Shape, I> & Int32<I>, updates: N, options: NamedAxis): Tensor<S, Arithmetic[D][BareColumn<N>]>;
  <S extends Shape, I extends DType>(x: TensorLike<S>, indices: TensorLike<Shape, I> & Int32<I>, updates: NestedLiteral, options: NamedAxis): Tensor<S, AnyDType>;
  <S extends Shape, D extends DType, I extends DType, E extends DType>(x: TensorLike<S, D>, indices: TensorLike<Shape, I> & Int32<I>, updates: TensorLike<Shape, E>, options: NamedAxis): Tensor<S, Arithmetic[D][E]>;
}
export interface ScatterAddMethod {
  <S extends Shape, D extends DType, I extends DType, const N extends number | boolean>(this: Tensor<S, D>, indices: TensorLike<Shape, I> & Int32<I>, updates: N, options: NamedAxis): Tensor<S, Arithmetic[D][BareColumn<N>]>;
  <S extends Shape, I extends DType>(this: Tensor<S>, indices: TensorLike<Shape, I> & Int32<I>, updates: NestedLiteral, options: NamedAxis): Tensor<S, AnyDType>;
  <S extends Shape, D extends DType, I extends DType, E extends DType>(this: Tensor<S, D>, indices: TensorLike<Shape, I> & Int32<I>, updates: TensorLike<Shape, E>, options: NamedAxis): Tensor<S, Arithmetic[D][E]>;
}

export interface TakeAddFunction {
  (x: Bare, indices: IndexLike, updates: Operand, options?: AxisOption<number>): Tensor;
  <S extends Shape, D extends DType, const I extends IndexLike, const N extends number | boolean>(x: TensorLike<S, D>, indices: I & IndexFits<I>, updates: N, options?: AxisOption<number>): Tensor<S, Arithmetic[D][BareColumn<N>]>;
  <S extends Shape, const I extends IndexLike>(x: TensorLike<S>, indices: I & IndexFits<I>, updates: NestedLiteral, options?: AxisOption<number>): Tensor<S, AnyDType>;
  <S extends Shape, D extends DType, const I extends IndexLike, E extends DType>(x: TensorLike<S, D>, indices: I & IndexFits<I>, updates: TensorLike<Shape, E>, options?: AxisOption<number>): Tensor<S, Arithmetic[D][E]>;
}
export interface TakeAddMethod {
  <U extends Tensor>(this: Union<U>, indices: IndexLike, updates: Operand, options?: AxisOption<number>): Tensor;
  <S extends Shape, D extends DType, const I extends IndexLike, const N extends number | boolean>(this: Tensor<S, D>, indices: I & IndexFits<I>, updates: N, options?: AxisOption<number>): Tensor<S, Arithmetic[D][BareColumn<N>]>;
  <S extends Shape, const I extends IndexLike>(this: Tensor<S>, indices: I & IndexFits<I>, updates: NestedLiteral, options?: AxisOption<number>): Tensor<S, AnyDType>;
  <S extends Shape, D extends DType, const I extends IndexLike, E extends DType>(this: Tensor<S, D>, indices: I & IndexFits<I>, updates: TensorLike<Shape, E>, options?: AxisOption<number>): Tensor<S, Arithmetic[D][E]>;
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
