// How shapes flow through layers, for the compiler. Literal sizes are checked; `number` and unknown ranks always pass.
import type { Refused, Shape, Tensor } from "@ndgrad/core";

declare const sizes: unique symbol;
/** What the compiler knows of a layer that takes the last axis from one size to another. */
export interface LastAxis<In extends number, Out extends number> { readonly [sizes]: readonly [In, Out] }

declare const chain: unique symbol;
/** What the compiler knows of layers that follow each other. */
export interface Chain<Layers extends readonly unknown[]> { readonly [chain]: Layers }

// A rule gives the result's shape and what the argument must also be (anything, unless it is refused). Signatures ask for
// `["fits"]`: the compiler infers nothing from an indexed type, so the layer's own type is what it infers.
interface Flows<S extends Shape> { readonly shape: S; readonly fits: unknown; readonly refused: false }
interface Stuck<Sentence extends string> { readonly shape: Shape; readonly fits: Refused<Sentence>; readonly refused: true }
interface Flow { readonly shape: Shape; readonly fits: unknown; readonly refused: boolean }

/** `[…, In]` → `[…, Out]`. */
export type LastAxisFlow<S extends Shape, In extends number, Out extends number> =
  number extends S["length"] ? Flows<Shape>
  : S extends [...infer Batch extends Shape, infer Last extends number]
    ? number extends In | Last ? Flows<[...Batch, Out]>
    : [Last, In] extends [In, Last] ? Flows<[...Batch, Out]>
    : Stuck<`this layer takes ${In} → ${Out}, and its input's last axis is ${Last}`>
  : Stuck<`this layer takes ${In} → ${Out}, and its input is a scalar`>;

/** A function that leaves shapes as they are. */
type SameShape = <S extends Shape>(x: Tensor<S>) => Tensor<S>;

/** What a layer makes of a shape. */
export type LayerFlow<L, S extends Shape> =
  L extends LastAxis<infer In, infer Out> ? LastAxisFlow<S, In, Out>
  : L extends Chain<infer Layers> ? ChainFlow<Layers, Flows<S>>
  : L extends SameShape ? Flows<S>
  : L extends (x: never) => Tensor<infer Out> ? Flows<Out>
  : Stuck<"this is no layer: give a module, or a function that takes a tensor to a tensor">;

/** What layers in a row make of a shape; the first refusal stands. */
type ChainFlow<Layers extends readonly unknown[], Before extends Flow> =
  Before["refused"] extends true ? Before
  : Layers extends readonly [infer First, ...infer Rest] ? ChainFlow<Rest, LayerFlow<First, Before["shape"]>>
  : Layers extends readonly [] ? Before
  : Flows<Shape>;

/** What layers in a row make of a shape. */
export type SequentialFlow<Layers extends readonly unknown[], S extends Shape> = ChainFlow<Layers, Flows<S>>;

/** What layers put out, as far as they tell without an input. */
type Exit<Layers extends readonly unknown[], Before extends Shape = Shape> =
  Layers extends readonly [infer First, ...infer Rest]
    ? Exit<Rest, First extends LastAxis<number, infer Out> ? [number, Out] : First extends Chain<infer Inner> ? Exit<Inner, Before> : LayerFlow<First, Before>["shape"]>
    : Before;

/** What a layer must also be to follow the layers before it: anything, unless it is refused. */
export type Follows<L, Before extends readonly unknown[]> = LayerFlow<L, Exit<Before>>["fits"];
