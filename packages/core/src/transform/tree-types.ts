import type { Refused } from "../shape/types.ts";
import type { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import type { HasParameters } from "./tree.ts";

/** The tree that holds the gradients of a tree: the same arrays and records with a tensor for each tensor and each variable. */
export type GradientsOf<T> =
  T extends Tensor<infer S, infer D> ? Tensor<S, D>
  : T extends Variable<infer S, infer D> ? Tensor<S, D>
  : T extends { parameters(): infer P } ? GradientsOf<P>
  : T extends (...args: never[]) => unknown ? T
  : T extends object ? { [K in keyof T]: GradientsOf<T[K]> }
  : T;

/** One gradient (or tree of them) for each argument of a function. */
export type GradientsOfEach<Args extends readonly unknown[]> = { [K in keyof Args]: GradientsOf<Args[K]> };

/**
 * A tree, said so that a type parameter can be held to it: `P extends Record<string, Variable>` fits. Interfaces do not, though they
 * may be trees; functions take those too, and look at their members one by one.
 */
export type TreeOf<Leaf> = Leaf | null | undefined | readonly TreeOf<Leaf>[] | { readonly [name: string]: TreeOf<Leaf> };
/** What can be differentiated by. */
export type DifferentiableTree = TreeOf<Tensor | Variable | HasParameters>;
/** Variables, and what holds them. */
export type VariableTree = TreeOf<Variable | HasParameters>;

type At<Path extends string, Key> = Key extends string | number ? `${Path}.${Key}` : Path;

/** What stands where a leaf should, as the end of a sentence; `never` where all is well. What only the run knows is left to it. */
type Stray<T, Leaf, Path extends string, Depth extends readonly 1[] = []> =
  Depth["length"] extends 5 ? never
  : unknown extends T ? never
  : T extends Leaf | null | undefined ? never
  : T extends Tensor ? `${Path} is a tensor; give the variable itself, not its value`
  : T extends Variable ? `${Path} is a variable; give its value`
  : T extends HasParameters ? HasParameters extends Leaf ? never : `${Path} is a module; leave it to the function's closure`
  : T extends number | boolean | bigint ? `${Path} is a ${T extends number ? "number" : T extends boolean ? "boolean" : "bigint"}; give a tensor or a variable`
  : T extends string ? `${Path} is a string; leave it to the function's closure`
  : T extends symbol ? `${Path} is a symbol; leave it to the function's closure`
  : T extends (...args: never[]) => unknown ? `${Path} is a function; give tensors and variables`
  : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> ? `${Path} is a Map or Set; give a plain record or an array`
  : T extends ArrayBufferView ? `${Path} is a typed array; give a tensor of it`
  : T extends Date | PromiseLike<unknown> ? `${Path} is a Date or a promise; give tensors and variables`
  : T extends readonly (number | boolean)[] ? [T[number]] extends [never] ? never : `${Path} is an array of numbers; give a tensor of them`
  : T extends readonly unknown[] ? Stray<T[number], Leaf, Path, [...Depth, 1]>
  : T extends object ? { [K in keyof T]-?: Stray<T[K], Leaf, At<Path, K>, [...Depth, 1]> }[keyof T]
  : never;

/** A type in which no leaf can stand. */
type Empty<T> = unknown extends T ? false : [T] extends [null | undefined] ? true : T extends readonly [] ? true : T extends object ? ([keyof T] extends [never] ? true : false) : false;

type Checked<Op extends string, T, Leaf, Path extends string, Least extends boolean> =
  [Stray<T, Leaf, Path>] extends [never]
    ? Least extends false ? unknown : true extends Empty<T> ? Refused<`${Op}: ${Path} holds nothing to differentiate by`> : unknown
    : Refused<`${Op}: ${Stray<T, Leaf, Path>}`>;

/** Refuses what is no tree of tensors and variables. */
export type Differentiated<Op extends string, T, Path extends string> = Checked<Op, T, Tensor | Variable | HasParameters, Path, true>;
/** Refuses a position whose argument is no tree of tensors and variables. */
export type DifferentiatedArgument<Op extends string, Args extends readonly unknown[], P extends number> =
  number extends P ? unknown : Args extends readonly [] ? Refused<`${Op}: the function takes no argument to differentiate by`> : Differentiated<Op, Args[P], `argument ${P}`>;
/** Refuses arguments that are no trees of tensors and variables. */
export type DifferentiatedArguments<Op extends string, Args extends readonly unknown[]> = Checked<Op, Args, Tensor | Variable | HasParameters, "an argument", true>;
/** Refuses what is no tree of variables. */
export type OfVariables<Op extends string, T> = Checked<Op, T, Variable | HasParameters, "variables", true>;
/** Refuses what is no tree of tensors. */
export type OfTensors<Op extends string, T, Path extends string> = Checked<Op, T, Tensor, Path, false>;
/** Refuses a result that is no tree of tensors. */
export type Outputs<Op extends string, T> = [T] extends [void | null] ? Refused<`${Op}: the function returns nothing; return a tensor`> : Checked<Op, T, Tensor, "the result", true>;
