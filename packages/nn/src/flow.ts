// How shapes and dtypes flow through layers, for the compiler. Literal sizes are checked; `number` and what is unknown always pass.
import type { AnyDType, AnyShape, DType, KeepsShape, PromotedDType, Refused, Shape, Tensor } from "@ndgrad/core";

declare const sizes: unique symbol;
/** What the compiler knows of a layer that takes the last axis from one size to another, with parameters of a dtype. */
export interface LastAxis<In extends number, Out extends number, P extends DType = AnyDType> { readonly [sizes]: readonly [In, Out, P] }

declare const chain: unique symbol;
/** What the compiler knows of layers that follow each other. */
export interface Chain<Layers extends readonly unknown[]> { readonly [chain]: Layers }

// A rule gives the result's shape and dtype and what the argument must also be (anything, unless it is refused). Signatures ask for
// `["fits"]`: the compiler infers nothing from an indexed type, so the layer's own type is what it infers.
interface Flows<S extends Shape, D extends DType> { readonly shape: S; readonly dtype: D; readonly fits: unknown; readonly refused: false }
interface Stuck<Sentence extends string> { readonly shape: AnyShape; readonly dtype: AnyDType; readonly fits: Refused<Sentence>; readonly refused: true }
interface Flow { readonly shape: Shape; readonly dtype: DType; readonly fits: unknown; readonly refused: boolean }

/** `[…, In]` → `[…, Out]`. */
export type LastAxisFlow<S extends Shape, In extends number, Out extends number, D extends DType = AnyDType, P extends DType = AnyDType> =
  number extends S["length"] ? Flows<AnyShape, PromotedDType<D, P>>
  : S extends readonly [...infer Batch extends Shape, infer Last extends number]
    ? number extends In | Last ? Flows<[...Batch, Out], PromotedDType<D, P>>
    : [Last, In] extends [In, Last] ? Flows<[...Batch, Out], PromotedDType<D, P>>
    : Stuck<`this layer takes ${In} → ${Out}, and its input's last axis is ${Last}`>
  : Stuck<`this layer takes ${In} → ${Out}, and its input is a scalar`>;

/** A function of yours that leaves shapes as they are. */
type SameShape = <S extends Shape>(x: Tensor<S>) => Tensor<S>;
/** A function of which the compiler does not know what shape it gives: what it gives fits one that nothing has. */
type AnyResult = (x: Tensor<[-1]>) => Tensor<[-2]>;

/** What a layer makes of a shape and a dtype. */
export type LayerFlow<L, S extends Shape, D extends DType = AnyDType> =
  L extends LastAxis<infer In, infer Out, infer P> ? LastAxisFlow<S, In, Out, D, P>
  : L extends Chain<infer Layers> ? ChainFlow<Layers, Flows<S, D>>
  : L extends KeepsShape ? KeptFlow<S, D>
  : L extends AnyResult ? Flows<AnyShape, AnyDType>
  : L extends SameShape ? KeptFlow<S, D>
  : L extends (x: never) => Tensor<infer Out, infer E> ? Flows<Out, E>
  : Stuck<"this is no layer: give a module, or a function that takes a tensor to a tensor">;

/** Activations keep the shape, and floats. */
type KeptFlow<S extends Shape, D extends DType> = Flows<S, [D] extends ["float32" | "float64"] ? D : AnyDType>;

/** What layers in a row make of a shape; the first refusal stands. */
type ChainFlow<Layers extends readonly unknown[], Before extends Flow> =
  Before["refused"] extends true ? Before
  : Layers extends readonly [infer First, ...infer Rest] ? ChainFlow<Rest, LayerFlow<First, Before["shape"], Before["dtype"]>>
  : Layers extends readonly [] ? Before
  : Flows<AnyShape, AnyDType>;

/** What layers in a row make of a shape and a dtype. */
export type SequentialFlow<Layers extends readonly unknown[], S extends Shape, D extends DType = AnyDType> = ChainFlow<Layers, Flows<S, D>>;

/** What layers put out, as far as they tell without an input. */
type Exit<Layers extends readonly unknown[], Before extends Shape = AnyShape> =
  Layers extends readonly [infer First, ...infer Rest]
    ? Exit<Rest, First extends LastAxis<number, infer Out> ? [number, Out] : First extends Chain<infer Inner> ? Exit<Inner, Before> : LayerFlow<First, Before>["shape"]>
    : Before;

/** What a layer must also be to follow the layers before it: anything, unless it is refused. */
export type Follows<L, Before extends readonly unknown[]> = LayerFlow<L, Exit<Before>>["fits"];
