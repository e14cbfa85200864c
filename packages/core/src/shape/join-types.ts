import type { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import type { AxisOf, InsertAxis } from "./axis-types.ts";
import type { Agree, AnyShape, Fits, Misfit, Shape, Show, Unknowable, UnknownRank } from "./types.ts";

/** The shape of one of the joined; what is no tensor yet has one that only the run knows. */
type ShapeOf<T> = T extends Tensor<infer S> | Variable<infer S> ? S : AnyShape;

/** Whether two shapes of one rank agree on every axis but `Except`; -1 excepts none. */
type AgreeOn<A extends Shape, B extends Shape, Except extends number, At extends readonly 0[] = []> =
  [A, B] extends [readonly [infer FirstA extends number, ...infer RestA extends Shape], readonly [infer FirstB extends number, ...infer RestB extends Shape]]
    ? At["length"] extends Except ? AgreeOn<RestA, RestB, Except, [...At, 0]>
    : Agree<FirstA, FirstB> extends true ? AgreeOn<RestA, RestB, Except, [...At, 0]> : false
  : [A, B] extends [readonly [], readonly []] ? true : false;

/** The first tensor whose shape does not go with the first one's, or `null`. */
type FirstOdd<S extends Shape, T extends readonly unknown[], Except extends number> =
  T extends readonly [infer Head, ...infer Rest]
    ? UnknownRank<ShapeOf<Head>> extends true ? FirstOdd<S, Rest, Except>
    : AgreeOn<S, ShapeOf<Head>, Except> extends true ? FirstOdd<S, Rest, Except> : ShapeOf<Head>
    : null;

/** A shape with the axis joined along: its size is a sum, and types do not add. */
type WithOpenAxis<S extends Shape, At extends number, Out extends Shape = []> =
  S extends readonly [infer First extends number, ...infer Rest extends Shape] ? WithOpenAxis<Rest, At, [...Out, Out["length"] extends At ? number : First]> : Out;

/** Tensors one after the other along an axis. */
export type Concat<T extends readonly unknown[], X extends number> =
  UnknownRank<ShapeOf<T[0]>> extends true ? Unknowable
  : number extends X ? Unknowable
  : [AxisOf<ShapeOf<T[0]>, X>] extends [never] ? Misfit<`concat: axis ${X} is out of range for [${Show<ShapeOf<T[0]>>}]`>
  : FirstOdd<ShapeOf<T[0]>, T, AxisOf<ShapeOf<T[0]>, X>> extends infer Odd extends Shape
    ? Misfit<`concat: [${Show<Odd>}] does not join [${Show<ShapeOf<T[0]>>}] along axis ${X}`>
    : Fits<WithOpenAxis<ShapeOf<T[0]>, AxisOf<ShapeOf<T[0]>, X>>>;

/** Tensors of one shape side by side along a new axis. */
export type Stack<T extends readonly unknown[], X extends number> =
  UnknownRank<ShapeOf<T[0]>> extends true ? Unknowable
  : FirstOdd<ShapeOf<T[0]>, T, -1> extends infer Odd extends Shape
    ? Misfit<`stack: shapes [${Show<ShapeOf<T[0]>>}] and [${Show<Odd>}] differ`>
    : InsertAxis<ShapeOf<T[0]>, X, T["length"]>;
