import type { DType } from "./dtype.ts";
import type { Lowering } from "./engine/lowering.ts";
import { NdgradError } from "./errors.ts";
import type { Tensor } from "./tensor.ts";

/** What is known of a tensor without its elements. */
export interface Spec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A row-major array of float64 in which the reference definitions compute; int32 and bool fit exactly. */
export interface DenseArray extends Spec {
  readonly data: Float64Array;
}

/** What a gradient rule may look at. */
export interface RuleContext<A> {
  /** The gradient of the final result with respect to `out`: `out`'s shape and dtype. */
  readonly g: Tensor;
  readonly inputs: readonly Tensor[];
  readonly out: Tensor;
  readonly attributes: A;
  /** Which input the rule is asked about. */
  readonly index: number;
}
/** The gradient with respect to one input, in ops: of that input's shape and dtype, linear in `g`. */
export type GradientRule<A> = (context: RuleContext<A>) => Tensor;

/**
 * The rule of results that come from one call and are differentiated together. Each result is a node of its own, of one
 * primitive, whose inputs are: the result as computed, all results as computed, then what the call was given. Its
 * attributes say which of the results it is: one tensor may be several of them.
 */
export interface JointRule {
  readonly results: number;
  /** Given a cotangent for each result: the gradients for what the call was given, where they are wanted; others are dropped. */
  readonly pull: (cotangents: readonly Tensor[], results: readonly Tensor[], given: readonly Tensor[], wanted: readonly boolean[]) => readonly (Tensor | null)[];
}

export interface JointAttributes { readonly result: number }

/** Draws what a sample needs; property tests back it with shrinking arbitraries. */
export interface Picker {
  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number;
  /** One of `choices`. */
  oneOf<T>(choices: readonly T[]): T;
  boolean(): boolean;
  /** A shape with a rank within [leastRank, mostRank] (0 to 4) and sizes within [leastSize, mostSize] (0 to 5). */
  shape(options?: { leastRank?: number; mostRank?: number; leastSize?: number; mostSize?: number }): number[];
}

/** One input of a sample: elements are drawn within `range`. */
export interface SampleInput {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly range: readonly [least: number, most: number];
  /** No two elements alike: for ops that choose among elements, where ties make a kink. */
  readonly distinct?: boolean;
}
/** A call that a primitive must get right. */
export interface Sample<A> {
  readonly inputs: readonly SampleInput[];
  readonly attributes: A;
}

/** One operation that is not written in terms of others: everything the framework knows about it. */
export interface Primitive<A = unknown> {
  readonly name: string;
  /** One line: what it computes, the formula, and its name in NumPy or the source. */
  readonly doc: string;
  /** Shape and dtype of the result; throws on inputs that do not fit. */
  readonly infer: (inputs: readonly Spec[], attributes: A) => Spec;
  /** The definition: plain loops in float64 that fill `out` (row-major, zeroed). */
  readonly define: (inputs: readonly DenseArray[], attributes: A, out: DenseArray) => void;
  /** How engines compute it. */
  readonly lower: Lowering<A>;
  /** One rule per input (`null`: no gradient flows to it), one rule for all inputs, one for several results, or `null`: the result has no gradient. */
  readonly vjp: readonly (GradientRule<A> | null)[] | GradientRule<A> | JointRule | null;
  /** Why there is no gradient, where `vjp` is `null` though the result is a float. */
  readonly withoutGradient?: string;
  /** What a call comes to without being computed, where that keeps every bit: `x · 1` is `x`. `null` where it must be computed. */
  readonly simplify?: (inputs: readonly Tensor[], attributes: A, out: Spec) => Tensor | null;
  /** Draws a call; conformance tests run thousands of them. */
  readonly sample: (pick: Picker) => Sample<A>;
}

const byName = new Map<string, Primitive>();

/** All primitives there are, by name. */
export const registry: ReadonlyMap<string, Primitive> = byName;

/** Enters a primitive into the registry. */
export function definePrimitive<A>(primitive: Primitive<A>): Primitive<A> {
  if (byName.has(primitive.name)) throw new NdgradError(`definePrimitive: "${primitive.name}" is defined twice`);
  byName.set(primitive.name, anyPrimitive(primitive));
  return primitive;
}

/** A primitive whose type forgets what attributes it takes: bind has paired the call's attributes with it. */
export const anyPrimitive = <A>(primitive: Primitive<A>): Primitive => primitive as unknown as Primitive;
