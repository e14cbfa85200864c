import type { DType } from "../../dtype.ts";
import type { ReplaceAxis, Unsized } from "../../shape/axis-types.ts";
import type { Shape } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { AxisOption } from "./reduce.ts";
import type { NestedLiteral, Operand, TensorLike } from "./operands.ts";

type Bare = number | boolean | NestedLiteral;
/** Places along an axis: whole numbers, a list of them, or an int32 tensor. */
export type IndexLike = number | readonly number[] | TensorLike<Shape, "int32">;
type IndicesShape<I extends IndexLike> = I extends number ? [] : I extends TensorLike<infer S> ? S : I extends readonly number[] ? (number extends I["length"] ? [number] : [I["length"]]) : Shape;

/** What is added: of the dtype of what it is added to. */
type Updates<D extends DType> = TensorLike<Shape, D> | number | NestedLiteral;

export interface TakeFunction {
  <S extends Shape, D extends DType, const I extends IndexLike, const X extends number = 0>(
    x: TensorLike<S, D>, indices: I, options?: AxisOption<X> & ReplaceAxis<S, X, IndicesShape<I>>["fits"],
  ): Tensor<ReplaceAxis<S, X, IndicesShape<I>>["shape"], D>;
  (x: Bare, indices: IndexLike, options?: AxisOption<number>): Tensor;
}
export interface TakeMethod {
  <S extends Shape, D extends DType, const I extends IndexLike, const X extends number = 0>(
    this: Tensor<S, D>, indices: I, options?: AxisOption<X> & ReplaceAxis<S, X, IndicesShape<I>>["fits"],
  ): Tensor<ReplaceAxis<S, X, IndicesShape<I>>["shape"], D>;
}

export interface TakeAlongAxisFunction { <I extends Shape, D extends DType>(x: TensorLike<Shape, D>, indices: TensorLike<I, "int32">, axis: number): Tensor<Unsized<I>, D>; (x: Operand, indices: Operand, axis: number): Tensor }
export interface TakeAlongAxisMethod { <I extends Shape, D extends DType>(this: Tensor<Shape, D>, indices: TensorLike<I, "int32">, axis: number): Tensor<Unsized<I>, D> }

export interface ScatterAddFunction { <S extends Shape, D extends DType>(x: TensorLike<S, D>, indices: TensorLike<Shape, "int32">, updates: Updates<NoInfer<D>>, axis: number): Tensor<S, D>; (x: Bare, indices: Operand, updates: Operand, axis: number): Tensor }
export interface ScatterAddMethod { <S extends Shape, D extends DType>(this: Tensor<S, D>, indices: TensorLike<Shape, "int32">, updates: Updates<NoInfer<D>>, axis: number): Tensor<S, D> }

export interface TakeAddFunction { <S extends Shape, D extends DType>(x: TensorLike<S, D>, indices: IndexLike, updates: Updates<NoInfer<D>>, options?: AxisOption<number>): Tensor<S, D>; (x: Bare, indices: IndexLike, updates: Operand, options?: AxisOption<number>): Tensor }
export interface TakeAddMethod { <S extends Shape, D extends DType>(this: Tensor<S, D>, indices: IndexLike, updates: Updates<NoInfer<D>>, options?: AxisOption<number>): Tensor<S, D> }

export interface OneHotFunction {
  <S extends Shape, const Depth extends number, D extends DType = "float32">(indices: TensorLike<S, "int32">, depth: Depth, options?: { readonly dtype?: D | undefined }): Tensor<[...S, Depth], D>;
  <const I extends number | readonly number[], const Depth extends number, D extends DType = "float32">(indices: I, depth: Depth, options?: { readonly dtype?: D | undefined }): Tensor<[...IndicesShape<I>, Depth], D>;
}
export interface OneHotMethod {
  <S extends Shape, const Depth extends number, D extends DType = "float32">(this: Tensor<S, "int32">, depth: Depth, options?: { readonly dtype?: D | undefined }): Tensor<[...S, Depth], D>;
}

export interface BooleanMaskFunction { <D extends DType>(x: TensorLike<Shape, D>, mask: TensorLike<Shape, "bool"> | NestedLiteral): Tensor<Shape, D>; (x: Bare, mask: Operand): Tensor }
export interface BooleanMaskMethod { <D extends DType>(this: Tensor<Shape, D>, mask: TensorLike<Shape, "bool"> | NestedLiteral): Tensor<Shape, D> }

/** The extreme elements in order, and where along the axis they stood. */
export interface TopKResult<D extends DType = DType> { readonly values: Tensor<Shape, D>; readonly indices: Tensor<Shape, "int32"> }
/** Along which axis (the last unless given), and whether the smallest elements are wanted instead. */
export interface TopKOptions { readonly axis?: number | undefined; readonly smallest?: boolean | undefined }
export interface TopKFunction { <D extends DType>(x: TensorLike<Shape, D>, k: number, options?: TopKOptions): TopKResult<D>; (x: Bare, k: number, options?: TopKOptions): TopKResult }
export interface TopKMethod { <D extends DType>(this: Tensor<Shape, D>, k: number, options?: TopKOptions): TopKResult<D> }
