import type { AxisOf, InsertAxis } from "./axis-types.ts";
import type { Agree, Fits, Misfit, Shape, Show, UnknownRank } from "./types.ts";

/** What joining reads of a tensor. */
interface Shaped { readonly shape: Shape }

/** Whether two shapes of one rank agree on every axis but `Except`; -1 excepts none. */
type AgreeOn<A extends Shape, B extends Shape, Except extends number, At extends readonly 0[] = []> =
  [A, B] extends [[infer FirstA extends number, ...infer RestA extends Shape], [infer FirstB extends number, ...infer RestB extends Shape]]
    ? At["length"] extends Except ? AgreeOn<RestA, RestB, Except, [...At, 0]>
    : Agree<FirstA, FirstB> extends true ? AgreeOn<RestA, RestB, Except, [...At, 0]> : false
  : [A, B] extends [[], []] ? true : false;

/** The first tensor whose shape does not go with the first one's, or `null`. */
type FirstOdd<S extends Shape, T extends readonly Shaped[], Except extends number> =
  T extends readonly [infer Head extends Shaped, ...infer Rest extends readonly Shaped[]]
    ? UnknownRank<Head["shape"]> extends true ? FirstOdd<S, Rest, Except>
    : AgreeOn<S, Head["shape"], Except> extends true ? FirstOdd<S, Rest, Except> : Head["shape"]
    : null;

/** A shape with the axis joined along: its size is a sum, and types do not add. */
type WithOpenAxis<S extends Shape, At extends number, Out extends Shape = []> =
  S extends [infer First extends number, ...infer Rest extends Shape] ? WithOpenAxis<Rest, At, [...Out, Out["length"] extends At ? number : First]> : Out;

/** Tensors one after the other along an axis. */
export type Concat<T extends readonly Shaped[], X extends number> =
  UnknownRank<T[0]["shape"]> extends true ? Fits<Shape>
  : number extends X ? Fits<Shape>
  : [AxisOf<T[0]["shape"], X>] extends [never] ? Misfit<`concat: axis ${X} is out of range for [${Show<T[0]["shape"]>}]`>
  : FirstOdd<T[0]["shape"], T, AxisOf<T[0]["shape"], X>> extends infer Odd extends Shape
    ? Misfit<`concat: [${Show<Odd>}] does not join [${Show<T[0]["shape"]>}] along axis ${X}`>
    : Fits<WithOpenAxis<T[0]["shape"], AxisOf<T[0]["shape"], X>>>;

/** Tensors of one shape side by side along a new axis. */
export type Stack<T extends readonly Shaped[], X extends number> =
  UnknownRank<T[0]["shape"]> extends true ? Fits<Shape>
  : FirstOdd<T[0]["shape"], T, -1> extends infer Odd extends Shape
    ? Misfit<`stack: shapes [${Show<T[0]["shape"]>}] and [${Show<Odd>}] differ`>
    : InsertAxis<T[0]["shape"], X, T["length"]>;
