import type { DType } from "../../dtype.ts";
import type { AnyShape, Fits, MatMul, Shape, Unknowable, UnknownRank } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { Arithmetic, NestedLiteral, Operand, TensorLike, Union } from "./operands.ts";

/** Products of matrices, batches and vectors. */
export interface MatMulFunction {
  <U extends TensorLike>(a: Union<U>, b: Operand): Tensor;
  <U extends TensorLike>(a: Operand, b: Union<U>): Tensor;
  (a: NestedLiteral, b: Operand): Tensor;
  (a: Operand, b: NestedLiteral): Tensor;
  <A extends Shape, B extends Shape, D extends DType, E extends DType>(
    a: TensorLike<A, D>, b: TensorLike<B, E> & MatMul<A, B>["fits"],
  ): Tensor<MatMul<A, B>["shape"], Arithmetic[D][E]>;
}
export interface MatMulMethod {
  <U extends Tensor>(this: Union<U>, b: Operand): Tensor;
  <U extends TensorLike>(this: Tensor, b: Union<U>): Tensor;
  (this: Tensor, b: NestedLiteral): Tensor;
  <A extends Shape, B extends Shape, D extends DType, E extends DType>(
    this: Tensor<A, D>, b: TensorLike<B, E> & MatMul<A, B>["fits"],
  ): Tensor<MatMul<A, B>["shape"], Arithmetic[D][E]>;
}

/** All products of an element of one vector with one of another. */
export interface OuterFunction {
  <M extends number, N extends number, D extends DType, E extends DType>(a: TensorLike<[M], D>, b: TensorLike<[N], E>): Tensor<[M, N], Arithmetic[D][E]>;
  (a: Operand, b: Operand): Tensor<[number, number]>;
}
export interface OuterMethod {
  <M extends number, N extends number, D extends DType, E extends DType>(this: Tensor<[M], D>, b: TensorLike<[N], E>): Tensor<[M, N], Arithmetic[D][E]>;
  (this: Tensor, b: Operand): Tensor<[number, number]>;
}

/** The product of vectors, matrices or scalars. */
export interface DotFunction {
  <U extends TensorLike>(a: Union<U>, b: Operand): Tensor;
  <U extends TensorLike>(a: Operand, b: Union<U>): Tensor;
  (a: number | NestedLiteral, b: Operand): Tensor;
  (a: Operand, b: number | NestedLiteral): Tensor;
  <A extends Shape, B extends Shape, D extends DType, E extends DType>(a: TensorLike<A, D>, b: TensorLike<B, E> & Dot<A, B>["fits"]): Tensor<Dot<A, B>["shape"], Arithmetic[D][E]>;
}
export interface DotMethod {
  <U extends Tensor>(this: Union<U>, b: Operand): Tensor;
  <U extends TensorLike>(this: Tensor, b: Union<U>): Tensor;
  (this: Tensor, b: number | NestedLiteral): Tensor;
  <A extends Shape, B extends Shape, D extends DType, E extends DType>(this: Tensor<A, D>, b: TensorLike<B, E> & Dot<A, B>["fits"]): Tensor<Dot<A, B>["shape"], Arithmetic[D][E]>;
}
/** As a matrix product while the right side is a matrix or a vector; beyond that the types know no more. */
type Dot<A extends Shape, B extends Shape> =
  UnknownRank<A, B> extends true ? Unknowable
  : A extends [] ? Fits<B> : B extends [] ? Fits<A>
  : B["length"] extends 1 | 2 ? MatMul<A, B> : Unknowable;

/** A product of tensors whose axes are named by something the types do not read. */
export interface ContractionFunction<Axes> {
  <D extends DType, E extends DType>(a: TensorLike<AnyShape, D>, b: TensorLike<AnyShape, E>, axes?: Axes): Tensor<AnyShape, Arithmetic[D][E]>;
  (a: Operand, b: Operand, axes?: Axes): Tensor;
}
export interface ContractionMethod<Axes> {
  <D extends DType, E extends DType>(this: Tensor<AnyShape, D>, b: TensorLike<AnyShape, E>, axes?: Axes): Tensor<AnyShape, Arithmetic[D][E]>;
  (this: Tensor, b: Operand, axes?: Axes): Tensor;
}
