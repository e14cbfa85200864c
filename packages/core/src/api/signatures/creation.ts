import type { DType } from "../../dtype.ts";
import type { Reshape } from "../../shape/axis-types.ts";
import type { LiteralDType, LiteralShape, NestedLiteral, Uniform } from "../../shape/literal-types.ts";
import type { AnyShape, Shape, Written } from "../../shape/types.ts";
import type { Tensor } from "../../tensor.ts";
import type { Variable } from "../../variable.ts";
import type { Bare, Choice, TensorLike } from "./operands.ts";

/** The dtype of what is made. */
export interface Typed<D extends DType> { readonly dtype?: D | undefined }

export interface TensorFunction {
  <const T extends number | boolean | NestedLiteral, D extends DType = LiteralDType<T>>(value: T & Uniform<T>["fits"], options?: Typed<D> & { readonly shape?: undefined }): Tensor<Written<LiteralShape<T>>, NoInfer<D>>;
  <const T extends number | boolean | NestedLiteral, const R extends readonly number[], D extends DType = LiteralDType<T>>(value: T, options: Typed<D> & { readonly shape: R }): Tensor<Reshape<R>, NoInfer<D>>;
}
/** A shape written down as a list: its length is known. */
type WrittenShape = [] | [number, ...number[]];
export interface FilledFunction {
  <const S extends WrittenShape, D extends DType = "float32">(shape: readonly [...S], options?: Typed<D>): Tensor<S, NoInfer<D>>;
  <D extends DType = "float32">(shape: Shape, options?: Typed<D>): Tensor<AnyShape, NoInfer<D>>;
}
export interface FullFunction {
  <const S extends WrittenShape, D extends DType = "float32">(shape: readonly [...S], value: number, options?: Typed<D>): Tensor<S, NoInfer<D>>;
  <const S extends WrittenShape, D extends DType = "bool">(shape: readonly [...S], value: boolean, options?: Typed<D>): Tensor<S, NoInfer<D>>;
  <D extends DType = "float32">(shape: Shape, value: number, options?: Typed<D>): Tensor<AnyShape, NoInfer<D>>;
  <D extends DType = "bool">(shape: Shape, value: boolean, options?: Typed<D>): Tensor<AnyShape, NoInfer<D>>;
}
export interface LikeFunction { <S extends Shape, D extends DType, E extends DType = D>(x: TensorLike<S, D>, options?: Typed<E>): Tensor<S, NoInfer<E>> }
/** bool holds 0 and 1 too; what `number` is, only the run knows. */
type FilledDType<D extends DType, N extends number | boolean> = N extends 0 | 1 ? D : number extends N ? D | Choice[D][Bare<N>] : Choice[D][Bare<N>];
export interface FullLikeFunction {
  <S extends Shape, D extends DType, const N extends number | boolean, E extends DType = FilledDType<D, N>>(x: TensorLike<S, D>, value: N, options?: Typed<E>): Tensor<S, NoInfer<E>>;
}
export interface EyeFunction {
  <const Rows extends number, const Columns extends number = Rows, D extends DType = "float32">(
    rows: Rows, options?: Typed<D> & { readonly columns?: Columns | undefined; readonly offset?: number | undefined },
  ): Tensor<[Rows, Columns], NoInfer<D>>;
}
export interface ArangeFunction {
  <D extends DType = "float32">(stop: number, options?: Typed<D>): Tensor<[number], NoInfer<D>>;
  <D extends DType = "float32">(start: number, stop: number, options?: Typed<D>): Tensor<[number], NoInfer<D>>;
  <D extends DType = "float32">(start: number, stop: number, step: number, options?: Typed<D>): Tensor<[number], NoInfer<D>>;
}
export interface LinspaceFunction { <const Count extends number, D extends DType = "float32">(start: number, stop: number, count: Count, options?: Typed<D>): Tensor<[Count], NoInfer<D>> }
export interface VariableFunction {
  <S extends Shape, D extends DType>(initial: Tensor<S, D>, options?: { readonly name?: string | undefined }): Variable<S, D>;
  (initial: number | boolean | NestedLiteral, options?: { readonly name?: string | undefined }): Variable;
}
