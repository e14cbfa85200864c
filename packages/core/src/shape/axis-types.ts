import type { AnyShape, Fits, Misfit, Shape, Show, Unknowable, UnknownRank } from "./types.ts";

/** One axis or several; negative ones count from the end. */
export type Axes = number | readonly number[];

/** Where an axis lies, by rank and by how it was written. */
interface AxisNames {
  0: Record<never, never>;
  1: { "0": 0; "-1": 0 };
  2: { "0": 0; "1": 1; "-1": 1; "-2": 0 };
  3: { "0": 0; "1": 1; "2": 2; "-1": 2; "-2": 1; "-3": 0 };
  4: { "0": 0; "1": 1; "2": 2; "3": 3; "-1": 3; "-2": 2; "-3": 1; "-4": 0 };
  5: { "0": 0; "1": 1; "2": 2; "3": 3; "4": 4; "-1": 4; "-2": 3; "-3": 2; "-4": 1; "-5": 0 };
  6: { "0": 0; "1": 1; "2": 2; "3": 3; "4": 4; "5": 5; "-1": 5; "-2": 4; "-3": 3; "-4": 2; "-5": 1; "-6": 0 };
}
type NamesOf<S extends Shape> = S["length"] extends keyof AxisNames ? AxisNames[S["length"]] : Record<never, never>;

/** Axes (a union of literals) counted from the start. */
export type AxisOf<S extends Shape, Axis extends number> = NamesOf<S>[`${Axis}` & keyof NamesOf<S>] & number;
/** The literals among the axes named: `number` if there is one that only the run knows. */
type Literals<X extends Axes> = X extends readonly number[] ? X[number] : X;

/** Whether the rule can be applied: the rank is known (and in the table), the axes are literals. */
type Known<S extends Shape, X extends Axes> =
  UnknownRank<S> extends true ? false
  : S["length"] extends keyof AxisNames ? number extends Literals<X> ? false : X extends readonly number[] ? number extends X["length"] ? false : true : true
  : false;
type InRange<S extends Shape, X extends Axes> = [`${Literals<X> & number}`] extends [keyof NamesOf<S>] ? true : false;
type OutOfRange<S extends Shape, X extends Axes> = Misfit<`axis ${Literals<X> & number} is out of range for [${Show<S>}]`>;

/** A shape without some of its axes, or with 1 in their place. */
type Drop<S extends Shape, Gone extends number, KeepDims extends boolean, Out extends Shape = [], At extends readonly 0[] = []> =
  S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? At["length"] extends Gone
      ? Drop<Rest, Gone, KeepDims, KeepDims extends true ? [...Out, 1] : Out, [...At, 0]>
      : Drop<Rest, Gone, KeepDims, [...Out, First], [...At, 0]>
    : Out;

/** A shape with one of its axes replaced by others. */
type Splice<S extends Shape, At extends number, By extends Shape, Out extends Shape = []> =
  S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? Out["length"] extends At ? [...Out, ...By, ...Rest] : Splice<Rest, At, By, [...Out, First]>
    : Out;
/** A shape with another axis put in. */
type Insert<S extends Shape, At extends number, Size extends number, Out extends Shape = []> =
  Out["length"] extends At ? [...Out, Size, ...S]
  : S extends readonly [infer First extends number, ...infer Rest extends Shape] ? Insert<Rest, At, Size, [...Out, First]> : [...Out, Size];

/** As many sizes that only the run knows. */
export type Unsized<S extends Shape> = UnknownRank<S> extends true ? AnyShape : { -readonly [Axis in keyof S]: number };

/** The shape left by a reduction; all axes go unless some are named. */
export type Reduce<S extends Shape, X extends Axes | undefined, KeepDims extends boolean> =
  boolean extends KeepDims ? Unknowable
  : X extends Axes
    ? Known<S, X> extends true
      ? InRange<S, X> extends true ? Fits<Drop<S, AxisOf<S, Literals<X> & number>, KeepDims>> : OutOfRange<S, X>
      : Unknowable
    : KeepDims extends true ? Fits<UnknownRank<S> extends true ? AnyShape : { -readonly [Axis in keyof S]: 1 }> : Fits<[]>;

/** The same shape if the axis is one of its own. */
export type Along<S extends Shape, X extends Axes> = Known<S, X> extends true ? InRange<S, X> extends true ? Fits<S> : OutOfRange<S, X> : Fits<S>;

type Reverse<S extends Shape, Out extends Shape = []> = S extends readonly [infer First extends number, ...infer Rest extends Shape] ? Reverse<Rest, [First, ...Out]> : Out;
type Pick<S extends Shape, Order extends readonly number[], Out extends Shape = []> =
  Order extends readonly [infer Axis extends number, ...infer Rest extends readonly number[]] ? Pick<S, Rest, [...Out, S[AxisOf<S, Axis>]]> : Out;

/** The axes in another order, reversed if none is given. */
export type Permute<S extends Shape, Order extends readonly number[] | undefined> =
  UnknownRank<S> extends true ? Unknowable
  : Order extends readonly number[]
    ? Known<S, Order> extends true
      ? Order["length"] extends S["length"]
        // Every place must be among those named: then none is named twice.
        ? [NamesOf<S>[keyof NamesOf<S>]] extends [AxisOf<S, Order[number]>] ? Fits<Pick<S, Order>> : NotEachOnce<S, Order>
        : NotEachOnce<S, Order>
      : Fits<Unsized<S>>
    : Fits<Reverse<S>>;
type NotEachOnce<S extends Shape, Order extends readonly number[]> = Misfit<`transpose: [${Show<Order>}] does not name each axis of [${Show<S>}] once`>;

/** Two axes exchanged. */
export type SwapAxes<S extends Shape, A extends number, B extends number> =
  Known<S, readonly [A, B]> extends true
    ? InRange<S, readonly [A, B]> extends true ? Fits<Exchange<S, AxisOf<S, A>, AxisOf<S, B>>> : OutOfRange<S, readonly [A, B]>
    : Fits<Unsized<S>>;
type Exchange<S extends Shape, A extends number, B extends number, Rest extends Shape = S, Out extends Shape = []> =
  Rest extends readonly [infer First extends number, ...infer Others extends Shape]
    ? Exchange<S, A, B, Others, [...Out, Out["length"] extends A ? S[B] : Out["length"] extends B ? S[A] : First]>
    : Out;

/** A shape as it was written, with −1 as a size that only the run knows. */
export type Reshape<S extends readonly number[], Out extends Shape = []> =
  number extends S["length"] ? AnyShape
  : S extends readonly [infer First extends number, ...infer Rest extends readonly number[]] ? Reshape<Rest, [...Out, First extends -1 ? number : First]> : Out;

/** A new axis of size 1. */
export type ExpandDims<S extends Shape, X extends Axes> =
  X extends number
    ? Known<[...S, 1], X> extends true
      ? InRange<[...S, 1], X> extends true ? Fits<Insert<S, AxisOf<[...S, 1], X>, 1>> : Misfit<`expandDims: axis ${X} is out of range for [${Show<S>}] and a new axis`>
      : Unknowable
    : Unknowable;

/** Without its axes of size 1, or without those named. */
export type Squeeze<S extends Shape, X extends Axes | undefined> =
  UnknownRank<S> extends true ? Unknowable
  : X extends Axes
    ? Known<S, X> extends true
      ? InRange<S, X> extends true
        ? [S[AxisOf<S, Literals<X> & number>]] extends [1]
          ? Fits<Drop<S, AxisOf<S, Literals<X> & number>, false>>
          : number extends S[AxisOf<S, Literals<X> & number>] ? Fits<Drop<S, AxisOf<S, Literals<X> & number>, false>>
          : Misfit<`squeeze: axis ${Literals<X> & number} of [${Show<S>}] has size ${S[AxisOf<S, Literals<X> & number>]}, not 1`>
        : OutOfRange<S, X>
      : Unknowable
    : number extends S[number] ? Fits<S extends readonly [] ? [] : AnyShape> : Fits<WithoutOnes<S>>;
type WithoutOnes<S extends Shape, Out extends Shape = []> =
  S extends readonly [infer First extends number, ...infer Rest extends Shape] ? WithoutOnes<Rest, First extends 1 ? Out : [...Out, First]> : Out;

/** An axis exchanged for others: `take` puts the indices' axes in its place, `repeat` a size only the run knows. */
export type ReplaceAxis<S extends Shape, X extends number, By extends Shape> =
  UnknownRank<S, By> extends true ? Unknowable
  : Known<S, X> extends true ? InRange<S, X> extends true ? Fits<Splice<S, AxisOf<S, X>, By>> : OutOfRange<S, X> : Unknowable;

/** A new axis of a given size at a place of the result. */
export type InsertAxis<S extends Shape, X extends number, Size extends number> =
  Known<[...S, 1], X> extends true
    ? InRange<[...S, 1], X> extends true ? Fits<Insert<S, AxisOf<[...S, 1], X>, Size>> : OutOfRange<S, X>
    : Unknowable;
