// Which parameters modules have, for the compiler: by path, with shapes and dtypes as far as the parts' types tell. All of these are
// `Variables`, too: names that only the run knows are looked up in them as ever, and where a type says nothing it stays at that.
import type { DType, Variable } from "@ndgrad/core";
import type { Part, Variables } from "./module.ts";

/** What adds no names. */
export type NoVariables = Readonly<Record<never, never>>;

/** A dense layer's parameters: `bias` as its option says, and perhaps where the compiler does not know the option. */
export type DenseParameters<In extends number, Out extends number, P extends DType, B extends boolean> = Variables & { readonly weight: Variable<[In, Out], P> } & (
  [B] extends [true] ? { readonly bias: Variable<[Out], P> }
  : [B] extends [false] ? NoVariables
  : { readonly bias?: Variable<[Out], P> }
);

type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;
type ToIntersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer All) => void ? All : never;

type Join<Path extends string, Key> = Key extends string | number ? (Path extends "" ? `${Key}` : `${Path}.${Key}`) : never;
/** The names that are known, below a path. */
type Under<V, Path extends string> = { readonly [K in keyof V as string extends K ? never : Join<Path, K>]: V[K] };

/** The parameters of one part. Of one that may be anything, or this or that, none is known. */
type OfPart<T, Path extends string> =
  [Part] extends [T] ? NoVariables
  : true extends IsUnion<T> ? NoVariables
  : T extends Variable ? { readonly [K in Path]: T }
  : T extends { parameters(): infer V } ? Under<V, Path>
  : T extends (...args: never[]) => unknown ? NoVariables
  : T extends readonly unknown[] ? (number extends T["length"] ? OfPart<T[number], Join<Path, number>> : OfParts<Members<T>, Path>)
  : OfParts<T, Path>;

/** A list of known length as a record. */
type Members<T extends readonly unknown[]> = { readonly [K in keyof T as K extends `${number}` ? K : never]: T[K] };

type OfParts<P, Path extends string> = [keyof P] extends [never] ? NoVariables : ToIntersection<{ [K in keyof P]: OfPart<P[K], Join<Path, K>> }[keyof P]>;

type Flat<V> = { readonly [K in keyof V]: V[K] };

/**
 * The parameters of parts by path: `hidden.weight`, and through lists and records `blocks.0.weight`. A variable in two places is
 * named in both; the run lists it under the first.
 */
export type ParametersOf<P, Own = NoVariables> = Variables & Flat<OfPart<P, ""> & Under<Own, "">>;
