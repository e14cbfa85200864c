import type { Tensor } from "../tensor.ts";
import { recordTape, orZeros } from "./backward.ts";
import { checkFunction, watching } from "./gradient.ts";
import { alignTangents, checkAllDifferentiated, checkOutputs, tensorsOf, withLeaves } from "./tree.ts";
import type { DifferentiatedArguments, GradientsOf, GradientsOfEach, Outputs } from "./tree-types.ts";

/** A function's result, and the map from cotangents of the result to cotangents of the arguments. */
export interface Pullback<Args extends readonly unknown[], Out> {
  readonly value: Out;
  /** `cotangents` has the result's structure; what comes back has that of the list of arguments. Linear; may be called again. */
  readonly pullback: (cotangents: GradientsOf<Out>) => GradientsOfEach<Args>;
}

/** A result with the tensors in it, and the way from cotangents of these (`null` for zeros) to gradients for a tree's leaves. */
export interface Linear<Out> {
  readonly value: Out;
  readonly outputs: readonly Tensor[];
  readonly leaves: readonly Tensor[];
  readonly pull: (cotangents: readonly (Tensor | null)[]) => readonly Tensor[];
}

/** Runs a function of a tree and keeps what leads back from its result. */
export function linearize<T, Out>(op: string, tree: T, run: (tree: T) => Out): Linear<Out> {
  return watching(tree, run, ({ value, leaves }) => {
    checkOutputs(op, value);
    const outputs = tensorsOf(value);
    const distinct = [...new Set(leaves)];
    const tape = recordTape(outputs, distinct);
    return {
      value, outputs, leaves,
      pull(cotangents) {
        const gradients = new Map(tape.pull(cotangents).map((gradient, i) => [distinct[i], gradient]));
        return leaves.map((each) => orZeros(gradients.get(each) ?? null, each));
      },
    };
  });
}

/**
 * The vector–Jacobian product: `f(...args)` and the linear map v ↦ vᵀ · ∂f/∂args (reverse mode). Arguments are trees of tensors and
 * variables, the result is a tree of tensors.
 *
 * @throws DTypeError if a tensor among the arguments is not a float, or none of the result's is; ShapeError for a cotangent of another
 *   shape; NdgradError for anything else in the arguments or the result, and if `f` is asynchronous.
 * @example
 * const { value, pullback } = vjp((x: Tensor) => x.sin(), tensor([0, 1]));
 * pullback(tensor([1, 1])); // [cos([0, 1])]
 */
export function vjp<Args extends readonly unknown[], Out>(
  f: ((...args: Args) => Out) & DifferentiatedArguments<"vjp", Args> & Outputs<"vjp", Out>, ...args: Args
): Pullback<Args, Out> {
  checkFunction("vjp", f);
  checkAllDifferentiated("vjp", args);
  const run: (...given: Args) => Out = f;
  const { value, pull } = linearize("vjp", args, (given) => run(...given));
  return { value, pullback: (cotangents) => withLeaves(args, pull(alignTangents("vjp", "the cotangent", value, cotangents))) as GradientsOfEach<Args> };
}
