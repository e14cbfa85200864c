/** A literal is a size the compiler knows, `number` one only the run knows, `Named<"batch">` one it can only compare. */
export type Shape = readonly number[];
/**
 * The shape of a tensor of which nothing is known, not even the rank. `any` is the only type that fits every other, both ways, which is
 * what gradual typing asks of "unknown". It stays an argument: what is read from such a tensor, such as `x.shape`, is `Shape`.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type AnyShape = any;
/** A size known by name only: two of them agree if their names do. */
export type Named<Name extends string> = number & { readonly dimension: Name };

/** Elements as nested arrays of a shape's depth. */
export type Nested<S extends Shape, T> = number extends S["length"]
  ? NestedOfAnyDepth<T>
  : S extends readonly [number, ...infer Rest extends Shape] ? Nested<Rest, T>[] : T;
/** Elements as arrays nested to a depth only the run knows. */
export type NestedOfAnyDepth<T> = T | NestedOfAnyDepth<T>[];

declare const why: unique symbol;
/** A shape rule's refusal. No tensor is assignable to it, so the compiler shows the sentence under the wrong argument. */
export interface Refused<Sentence extends string> { readonly [why]: Sentence }

/** What a shape rule gives: the result's shape, and what the argument must also be (anything, unless it is refused). */
export interface Fits<S extends Shape> { readonly shape: S; readonly fits: unknown }
/** What a rule says where a shape is known only to the run: anything may come of it. */
export type Unknowable = Fits<AnyShape>;
/** What a shape rule gives where the shapes do not go together. */
export interface Misfit<Sentence extends string> { readonly shape: AnyShape; readonly fits: Refused<Sentence> }

/** What an argument must be for every one of several rules to hold: anything, unless one of them refuses. */
export type FitsOf<Rules> = [Extract<Rules, Misfit<string>>] extends [never] ? unknown : Extract<Rules, Misfit<string>>["fits"];

/** A shape that no tensor has: only tensors of which nothing is known go where it is asked for. */
export type Nowhere = readonly [nowhere: -1];

/** A shape that was written down: what is a list of some length only the run knows is a shape of which nothing is known. */
export type Written<S extends Shape> = number extends S["length"] ? AnyShape : S;

/** What `x.shape` is, by the number of axes; what is in no row of this table is a list of some length. */
interface ShapeByRank<out S extends Shape> {
  readonly 0: readonly [];
  readonly 1: readonly [S[0]];
  readonly 2: readonly [S[0], S[1]];
  readonly 3: readonly [S[0], S[1], S[2]];
  readonly 4: readonly [S[0], S[1], S[2], S[3]];
  readonly 5: readonly [S[0], S[1], S[2], S[3], S[4]];
  readonly 6: readonly [S[0], S[1], S[2], S[3], S[4], S[5]];
  readonly 7: readonly [S[0], S[1], S[2], S[3], S[4], S[5], S[6]];
  readonly 8: readonly [S[0], S[1], S[2], S[3], S[4], S[5], S[6], S[7]];
  readonly [rank: number]: Shape;
}
/**
 * A shape as it is read: `readonly [2, 3]`. Looked up rather than made `Readonly`, so that a tensor of which nothing is known reads
 * `readonly number[]`, and so that tensors can be compared by their arguments alone.
 */
export type Sizes<S extends Shape> = ShapeByRank<S>[S["length"]];

/** A shape as it reads in a sentence: `2, 3`. */
export type Show<S extends readonly number[]> = S extends readonly [infer First extends number, ...infer Rest extends readonly number[]]
  ? Rest extends readonly [] ? `${First}` : `${First}, ${Show<Rest>}`
  : "";

/**
 * Assignable to another only if both types are the same. Comparing boxes rather than the sizes themselves is decided even
 * while the sizes are type parameters: that keeps generic code over sizes working.
 */
export interface Exact<in out T> { readonly exact: (value: T) => T }

interface Joined<Size extends number> { readonly size: Size; readonly clash: false }
interface Clash { readonly size: never; readonly clash: true }
/** 1 stretches, equals agree, `number` yields to what is known; anything else clashes. */
type Join<A extends number, B extends number> =
  Exact<B> extends Exact<A> | Exact<1> ? Joined<A>
  : A extends 1 ? Joined<B>
  : number extends A ? Joined<B>
  : number extends B ? Joined<A>
  : Clash;

/** Joins from the last axis to the first; tail-recursive. `null` if sizes clash. */
type Align<A extends Shape, B extends Shape, Out extends Shape = [], Clashes extends boolean = false> =
  A extends readonly [...infer RestA extends Shape, infer LastA extends number]
    ? B extends readonly [...infer RestB extends Shape, infer LastB extends number]
      ? Align<RestA, RestB, [Join<LastA, LastB>["size"], ...Out], Clashes | Join<LastA, LastB>["clash"]>
      : Unless<Clashes, [...A, ...Out]>
    : Unless<Clashes, [...B, ...Out]>;
type Unless<Clashes extends boolean, S extends Shape> = true extends Clashes ? null : Fits<S>;

/** Whether the rank of one of the shapes is known only to the run. */
export type UnknownRank<A extends Shape, B extends Shape = []> = number extends A["length"] | B["length"] ? true : false;

/** The shape two shapes stretch to. */
export type Broadcast<A extends Shape, B extends Shape> =
  UnknownRank<A, B> extends true ? Unknowable
  : Align<A, B> extends infer Joint extends Fits<Shape> ? Joint
  : Misfit<`cannot broadcast [${Show<A>}] with [${Show<B>}]`>;

/** Equal, or one of them known only to the run. */
export type Agree<A extends number, B extends number> = Exact<A> extends Exact<B> ? true : number extends A | B ? true : false;

/** The shape of a product of matrices; a vector counts as a row on the left and as a column on the right. */
export type MatMul<A extends Shape, B extends Shape> =
  UnknownRank<A, B> extends true ? Unknowable
  : A extends readonly [...infer X extends Shape, infer M extends number, infer K extends number]
    ? B extends readonly [...infer Y extends Shape, infer L extends number, infer N extends number]
      ? Agree<K, L> extends true ? Batches<Broadcast<X, Y>, [M, N]> : InnerSizesDiffer<A, B, K, L>
      : B extends readonly [infer L extends number]
        ? Agree<K, L> extends true ? Fits<[...X, M]> : InnerSizesDiffer<A, B, K, L>
        : NeedsRankOne<A, B>
    : A extends readonly [infer K extends number]
      ? B extends readonly [...infer Y extends Shape, infer L extends number, infer N extends number]
        ? Agree<K, L> extends true ? Fits<[...Y, N]> : InnerSizesDiffer<A, B, K, L>
        : B extends readonly [infer L extends number]
          ? Agree<K, L> extends true ? Fits<[]> : InnerSizesDiffer<A, B, K, L>
          : NeedsRankOne<A, B>
      : NeedsRankOne<A, B>;
type Batches<Batch extends Fits<Shape> | Misfit<string>, Matrix extends Shape> =
  Batch extends Misfit<infer Sentence> ? Misfit<`matmul of batches: ${Sentence}`> : Fits<[...Batch["shape"], ...Matrix]>;
type InnerSizesDiffer<A extends Shape, B extends Shape, K extends number, L extends number> =
  Misfit<`matmul: inner sizes ${K} and ${L} differ in [${Show<A>}] @ [${Show<B>}]`>;
type NeedsRankOne<A extends Shape, B extends Shape> = Misfit<`matmul: [${Show<A>}] @ [${Show<B>}] needs rank 1 or more on both sides`>;
