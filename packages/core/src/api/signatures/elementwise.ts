import type { DType } from "../../dtype.ts";
import type { AnyShape, Broadcast, FitsOf, Nowhere, Shape } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { Bare, Choice, DTypeOf, DTypeOfPair, KeepsShape, NestedLiteral, Operand, Same, TensorLike } from "./operands.ts";

// Two forms of each kind of operation, side by side: the function, and the method with `this` for the first operand.
// "Unify first, compute second": an operand of the same shape is the cheap case, and the one that works where the shape is
// a type parameter. A bare number is a form of its own, since its value decides the dtype beside int32, and "a tensor or a number" is
// another. Then comes the form that computes, and last the form for unions, which computes for each member: where all refuse, the
// compiler shows what the last one says. What fits every shape would fit the cheap case too, and has a form before it.

/** What becomes of each member of a union of tensors. */
type EachUnary<X, T extends DTypeOf> = X extends TensorLike<infer S, infer D> ? Tensor<S, T[D]> : Tensor;

/** A function of one tensor, element by element. */
export interface UnaryFunction<T extends DTypeOf> extends KeepsShape {
  (x: number): Tensor<[], T["float32"]>;
  (x: boolean): Tensor<[], T["bool"]>;
  (x: NestedLiteral): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>): Tensor<S, T[D]>;
  <X extends Operand>(x: X): EachUnary<X, T>;
}
export interface UnaryMethod<T extends DTypeOf> {
  <S extends Shape, D extends DType>(this: Tensor<S, D>): Tensor<S, T[D]>;
  <X extends Tensor>(this: X): EachUnary<X, T>;
}

/** A function of one tensor, element by element, with options. */
export interface UnaryFunctionWith<T extends DTypeOf, Options> extends KeepsShape {
  (x: number | boolean | NestedLiteral, options?: Options): Tensor;
  <S extends Shape, D extends DType>(x: TensorLike<S, D>, options?: Options): Tensor<S, T[D]>;
  <X extends Operand>(x: X, options?: Options): EachUnary<X, T>;
}
export interface UnaryMethodWith<T extends DTypeOf, Options> {
  <S extends Shape, D extends DType>(this: Tensor<S, D>, options?: Options): Tensor<S, T[D]>;
  <X extends Tensor>(this: X, options?: Options): EachUnary<X, T>;
}

/** The rule for each pair of members of two unions. */
type PairRule<A, B> = A extends TensorLike<infer S> ? B extends TensorLike<infer R> ? Broadcast<S, R> : never : never;
/** What becomes of each pair of members of two unions. A number or a boolean leaves the shape as it is. */
type EachPair<A, B, T extends DTypeOfPair> =
  A extends TensorLike<infer S, infer D>
    ? B extends TensorLike<infer R, infer E> ? Tensor<Broadcast<S, R>["shape"], T[D][E]> : B extends number | boolean ? Tensor<S, T[D][Bare<B>]> : Tensor
  : B extends TensorLike<infer R, infer E> ? A extends number | boolean ? Tensor<R, T[Bare<A>][E]> : Tensor
  : Tensor;

/** A function of two tensors that broadcast. */
export interface BinaryFunction<T extends DTypeOfPair> {
  <D extends DType, E extends DType>(a: TensorLike<AnyShape, D>, b: TensorLike<Nowhere, E>): Tensor<AnyShape, T[D][E]>;
  <S extends Shape, D extends DType, E extends DType>(a: TensorLike<S, D>, b: TensorLike<NoInfer<S>, E>): Tensor<S, T[D][E]>;
  <S extends Shape, D extends DType, const N extends number | boolean>(a: TensorLike<S, D>, b: N): Tensor<S, T[D][Bare<N>]>;
  <S extends Shape, D extends DType, const N extends number | boolean>(a: N, b: TensorLike<S, D>): Tensor<S, T[Bare<N>][D]>;
  <S extends Shape, D extends DType, E extends DType>(a: TensorLike<S, D>, b: TensorLike<NoInfer<S>, E> | number | boolean): Tensor<S, T[D][E | Bare<number>]>;
  (a: number | boolean | NestedLiteral, b: number | boolean | NestedLiteral): Tensor;
  (a: NestedLiteral, b: Operand): Tensor;
  (a: Operand, b: NestedLiteral): Tensor;
  <A extends Shape, B extends Shape, D extends DType, E extends DType>(
    a: TensorLike<A, D>, b: TensorLike<B, E> & Broadcast<A, B>["fits"],
  ): Tensor<Broadcast<A, B>["shape"], T[D][E]>;
  <A extends Operand, B extends Operand>(a: A, b: B & FitsOf<PairRule<A, B>>): EachPair<A, B, T>;
}
export interface BinaryMethod<T extends DTypeOfPair> {
  <D extends DType, E extends DType>(this: Tensor<AnyShape, D>, b: TensorLike<Nowhere, E>): Tensor<AnyShape, T[D][E]>;
  <S extends Shape, D extends DType, E extends DType>(this: Tensor<S, D>, b: TensorLike<NoInfer<S>, E>): Tensor<S, T[D][E]>;
  <S extends Shape, D extends DType, const N extends number | boolean>(this: Tensor<S, D>, b: N): Tensor<S, T[D][Bare<N>]>;
  <S extends Shape, D extends DType, E extends DType>(this: Tensor<S, D>, b: TensorLike<NoInfer<S>, E> | number | boolean): Tensor<S, T[D][E | Bare<number>]>;
  (this: Tensor, b: NestedLiteral): Tensor;
  <A extends Shape, B extends Shape, D extends DType, E extends DType>(
    this: Tensor<A, D>, b: TensorLike<B, E> & Broadcast<A, B>["fits"],
  ): Tensor<Broadcast<A, B>["shape"], T[D][E]>;
  <A extends Tensor, B extends Operand>(this: A, b: B & FitsOf<PairRule<A, B>>): EachPair<A, B, T>;
}

/** The value at 0 comes second, and keeps x's dtype where it is left out. */
export type HeavisideFunction = UnaryFunction<Same> & BinaryFunction<Choice>;
export type HeavisideMethod = UnaryMethod<Same> & BinaryMethod<Choice>;

/** `where(condition, a, b)`: the three broadcast. */
export interface WhereFunction {
  (condition: Operand, a: Operand, b: TensorLike<Nowhere>): Tensor;
  (condition: Operand, a: TensorLike<Nowhere>, b: Operand): Tensor;
  <S extends Shape, D extends DType, E extends DType>(condition: TensorLike<S>, a: TensorLike<NoInfer<S>, D>, b: TensorLike<NoInfer<S>, E>): Tensor<S, Choice[D][E]>;
  <S extends Shape, D extends DType, const N extends number | boolean>(condition: TensorLike<S>, a: TensorLike<NoInfer<S>, D>, b: N): Tensor<S, Choice[D][Bare<N>]>;
  <S extends Shape, D extends DType, const N extends number | boolean>(condition: TensorLike<S>, a: N, b: TensorLike<NoInfer<S>, D>): Tensor<S, Choice[Bare<N>][D]>;
  (condition: Operand, a: number | boolean | NestedLiteral, b: Operand): Tensor;
  (condition: Operand, a: Operand, b: number | boolean | NestedLiteral): Tensor;
  <C extends Shape, A extends Shape, B extends Shape, D extends DType, E extends DType>(
    condition: TensorLike<C>, a: TensorLike<A, D> & Broadcast<C, A>["fits"], b: TensorLike<B, E> & Broadcast<Broadcast<C, A>["shape"], B>["fits"],
  ): Tensor<Broadcast<Broadcast<C, A>["shape"], B>["shape"], Choice[D][E]>;
}
/** `x.where(condition, other)`: x where the condition holds. */
export interface WhereMethod {
  (this: Tensor, condition: TensorLike<Nowhere>, other: Operand): Tensor;
  (this: Tensor, condition: Operand, other: TensorLike<Nowhere>): Tensor;
  <S extends Shape, D extends DType, E extends DType>(this: Tensor<S, D>, condition: TensorLike<NoInfer<S>> | boolean, other: TensorLike<NoInfer<S>, E>): Tensor<S, Choice[D][E]>;
  <S extends Shape, D extends DType, const N extends number | boolean>(this: Tensor<S, D>, condition: TensorLike<NoInfer<S>> | boolean, other: N): Tensor<S, Choice[D][Bare<N>]>;
  (this: Tensor, condition: Operand, other: Operand): Tensor;
}

/** Without bounds the dtype stays. */
type Clipped<D extends DType, N extends number> = [N] extends [never] ? D : Choice[D][Bare<N>];
/** What becomes of each member of a union of tensors within bounds. */
type EachClipped<X> = X extends TensorLike<infer S, infer D> ? Tensor<S, Clipped<D, number>> : Tensor;

/** Moves elements into bounds, which are numbers or tensors of the same shape. */
export interface ClipFunction {
  <S extends Shape, D extends DType, const N extends number = never>(x: TensorLike<S, D>, bounds: Bounds<N>): Tensor<S, Clipped<D, N>>;
  <X extends TensorLike>(x: X, bounds: Bounds<number>): EachClipped<X>;
  (x: Operand, bounds: TensorBounds): Tensor;
}
export interface ClipMethod {
  <S extends Shape, D extends DType, const N extends number = never>(this: Tensor<S, D>, bounds: Bounds<N>): Tensor<S, Clipped<D, N>>;
  <X extends Tensor>(this: X, bounds: Bounds<number>): EachClipped<X>;
  (this: Tensor, bounds: TensorBounds): Tensor;
}
/** The least and the largest number left as they are; either may be left out. */
export interface Bounds<N extends number> { readonly min?: N | undefined; readonly max?: N | undefined }
export interface TensorBounds { readonly min?: Operand | undefined; readonly max?: Operand | undefined }

/** Tensors of another dtype, for each member of a union. */
type EachCast<X, D extends DType> = X extends TensorLike<infer S> ? Tensor<S, D> : Tensor<AnyShape, D>;
/** The elements in another dtype. */
export interface CastFunction {
  <S extends Shape, D extends DType>(x: TensorLike<S>, dtype: D): Tensor<S, D>;
  <X extends Operand, D extends DType>(x: X, dtype: D): EachCast<X, D>;
}
export interface CastMethod {
  <S extends Shape, D extends DType>(this: Tensor<S>, dtype: D): Tensor<S, D>;
  <X extends Tensor, D extends DType>(this: X, dtype: D): EachCast<X, D>;
}
