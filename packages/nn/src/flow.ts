// How shapes flow through layers, for the compiler. Literal sizes are checked; `number` and unknown ranks always pass.
import type { Shape, Tensor } from "@ndgrad/core";

declare const why: unique symbol;
/** A layer's refusal. No value has this type, so the sentence appears under the argument that does not fit. */
export interface Refusal<Sentence extends string> { readonly [why]: Sentence }

declare const sizes: unique symbol;
/** What the compiler knows of a layer that takes the last axis from one size to another. */
export interface LastAxis<In extends number, Out extends number> { readonly [sizes]: readonly [In, Out] }

declare const chain: unique symbol;
/** What the compiler knows of layers that follow each other. */
export interface Chain<Layers extends readonly unknown[]> { readonly [chain]: Layers }

/** The result of a shape rule where there is one, else any shape. */
export type Result<R> = R extends Shape ? R : Shape;
/** Intersected with an argument's type: nothing where the shape passes, else the refusal. */
export type Fits<R> = R extends Shape ? unknown : R;

/** `[…, In]` → `[…, Out]`. */
export type Map<S extends Shape, In extends number, Out extends number> =
  number extends S["length"] ? Shape
  : S extends [...infer Batch extends Shape, infer Last extends number]
    ? number extends In | Last ? [...Batch, Out]
    : [Last, In] extends [In, Last] ? [...Batch, Out]
    : Refusal<`this layer takes ${In} → ${Out}, and its input's last axis is ${Last}`>
  : Refusal<`this layer takes ${In} → ${Out}, and its input is a scalar`>;

type SameShape = <S extends Shape>(x: Tensor<S>) => Tensor<S>;

/** The shape a layer makes of a shape. */
export type Apply<L, S> =
  S extends Shape
    ? L extends { readonly [sizes]: readonly [infer In extends number, infer Out extends number] } ? Map<S, In, Out>
    : L extends { readonly [chain]: infer Inner extends readonly unknown[] } ? Through<Inner, S>
    : L extends SameShape ? S
    : L extends (x: never) => Tensor<infer R> ? R : Shape
  : S;

/** The shape that layers in a row make of a shape. */
export type Through<Layers extends readonly unknown[], S> =
  Layers extends readonly [infer First, ...infer Rest] ? Through<Rest, Apply<First, S>> : Layers extends readonly [] ? S : Shape;

/** What a layer puts out, as far as it tells without its input. */
type Exit<L, Before> =
  L extends { readonly [sizes]: readonly [number, infer Out extends number] } ? [number, Out]
  : L extends { readonly [chain]: infer Inner extends readonly unknown[] } ? ExitOf<Inner, Before>
  : L extends SameShape ? Before : Shape;
type ExitOf<Layers extends readonly unknown[], Before = Shape> =
  Layers extends readonly [...infer Rest, infer Last] ? Exit<Last, ExitOf<Rest, Before>> : Before;

/** Nothing where a layer can follow the layers before it, else the refusal. */
export type Follows<L, Before extends readonly unknown[]> = Fits<Apply<L, ExitOf<Before>>>;
