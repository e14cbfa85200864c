import type { Spec } from "../primitive.ts";
import type { Layout } from "../shape/layout.ts";
import type { Expr, ScalarType } from "./expr.ts";

/** How the elements of a reduction meet. `argMax` and `argMin` give the first position of the extreme element; NaN wins. */
export type Combine = "sum" | "prod" | "max" | "min" | "any" | "all" | "argMax" | "argMin";

/** Whether elements meet one after the other, in the order the axes are written: a product's size on the way hangs on it. */
export const isInOrder = (combine: Combine, type: ScalarType): boolean => combine === "prod" && (type === "float32" || type === "float64");

/**
 * Kernels that are no loop nest over one expression. Operands are row-major; sizes and flags (0 or 1) come in `sizes`:
 * - `take` `[outer, n, inner, m]`: x[outer, n, inner], indices int32[m] → [outer, m, inner], `out[o, j] = x[o, indices[j]]`.
 * - `takeAdd` `[outer, n, inner, m]`: x, indices int32[m], updates[outer, m, inner] → x with `out[o, indices[j]] += updates[o, j]`, j ascending.
 * - `takeAlongAxis` `[outer, n, inner, m]`: x, indices int32[outer, m, inner] → [outer, m, inner], `out[o, j, i] = x[o, indices[o, j, i], i]`.
 * - `scatterAdd` `[outer, n, inner, m]`: x, indices int32[outer, m, inner], updates alike → x with `out[o, indices[o, j, i], i] += updates[o, j, i]`.
 * - `classIndices` `[size, n]`: indices int32[size] as they are, which must be within 0 … n − 1.
 * - `cumSum` `[outer, n, inner, reverse]`: x[outer, n, inner] → running sums along n, from the end if `reverse`; float32 adds in float64.
 * - `cumProd` `[outer, n, inner, reverse]`: the same of running products.
 * - `recurrence` `[outer, n, inner, reverse]`: a, b of [outer, n, inner] → `out[0] = b[0]`, `out[i] = a[i]·out[i − 1] + b[i]` along n, from the end if `reverse`.
 * - `argSort` `[outer, n, inner, descending]`: x[outer, n, inner] → int32 positions along n; stable and NaN last in both directions.
 * - `randomBits` `[size]`: key int32[2], counter int32[2] (low word, high word) → int32[size]; words 2i and 2i + 1 are
 *   Threefry-2x32 (20 rounds) of the block (low, high) of the 64-bit counter + i under the key.
 * Negative indices count from the end of n; one out of range is an error, which kernels tell of where they run (misplaced.ts).
 */
export type NamedKernel = "cumSum" | "cumProd" | "recurrence" | "argSort" | "take" | "takeAdd" | "takeAlongAxis" | "scatterAdd" | "classIndices" | "randomBits";

/** Where an input of a `place` goes: per axis, the first place and the step to the next. */
export interface Region { readonly starts: readonly number[]; readonly steps: readonly number[] }

/** How engines compute a primitive: the only thing they know about it. */
export type Lowering<A> =
  /** One expression per element; inputs and result have one shape. */
  | { readonly kind: "elementwise"; readonly expr: (args: readonly Expr[], attributes: A) => Expr }
  /** Elements along `axes` meet; the result is row-major over the other axes (in order), whatever shape it is given. */
  | { readonly kind: "reduce"; readonly combine: Combine; readonly axes: (attributes: A) => readonly number[] }
  /** `[...batch, m, k] @ [...batch, k, n]`; both sides may be strided in any way. */
  | { readonly kind: "contract" }
  /** The same elements, walked differently; `null` where only a copy can serve: then the input is copied to row-major order first. */
  | { readonly kind: "view"; readonly layout: (layout: Layout, attributes: A) => Layout | null }
  /** Input i is written to every `steps[i]`-th place (steps may be negative) from `starts[i]` on; all other places hold `fill`. Regions do not overlap. */
  | { readonly kind: "place"; readonly regions: (inputs: readonly Spec[], attributes: A) => readonly Region[]; readonly fill: (attributes: A) => number }
  /** A kernel of its own, with the sizes and flags it reads. */
  | { readonly kind: "named"; readonly kernel: NamedKernel; readonly sizes: (inputs: readonly Spec[], attributes: A) => readonly number[] }
  /** One result of a loop or branch over graphs, which stand in the attributes (graph/control.ts). */
  | { readonly kind: "control" };
