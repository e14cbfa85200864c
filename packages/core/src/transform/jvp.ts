import { NdgradError } from "../errors.ts";
import { zerosLike } from "../ops/creation.ts";
import { withScope } from "../graph/scope.ts";
import { orZeros, pullBack } from "./backward.ts";
import { checkFunction } from "./gradient.ts";
import { leaf } from "./leaf.ts";
import { alignTangents, checkAllDifferentiated, withLeaves } from "./tree.ts";
import type { DifferentiatedArguments, GradientsOf, GradientsOfEach, Outputs } from "./tree-types.ts";
import { linearize } from "./vjp.ts";

/** A function's result and its directional derivative, which has the result's structure. */
export interface ValueAndTangent<Out> {
  readonly value: Out;
  readonly tangent: GradientsOf<Out>;
}

/**
 * The Jacobian–vector product: `f(...args)` and its derivative ∂f/∂args · tangents along a direction.
 *
 * The pullback u ↦ uᵀ·J is linear in u, so its own pullback at any u maps v to J·v: forward mode from reverse rules
 * alone (the double-backward construction, J. Townsend 2017).
 *
 * @throws DTypeError, ShapeError, NdgradError as `vjp`.
 * @example
 * jvp((x: Tensor) => x.square(), [tensor([1, 2])], [tensor([1, 0])]).tangent; // [2, 0]
 */
export function jvp<Args extends readonly unknown[], Out>(
  f: ((...args: Args) => Out) & DifferentiatedArguments<"jvp", Args> & Outputs<"jvp", Out>, args: Args, tangents: GradientsOfEach<Args>,
): ValueAndTangent<Out> {
  checkFunction("jvp", f);
  const list: unknown = args;
  if (!Array.isArray(list)) throw new NdgradError("jvp: the arguments are no list; give jvp(f, [x], [tangent])");
  checkAllDifferentiated("jvp", args);
  const along = alignTangents("jvp", "the list of tangents", args, tangents);
  const run: (...given: Args) => Out = f;
  return withScope("gradient", (scope) => {
    const { value, outputs, pull } = linearize("jvp", args, (given) => run(...given));
    const dummies = outputs.map((output) => leaf(zerosLike(output), scope));
    const transposed = pull(dummies);
    scope.open = false;
    const tangent = pullBack(transposed, along, dummies).map((each, i) => orZeros(each, dummies[i]));
    return { value, tangent: withLeaves(value, tangent) as GradientsOf<Out> };
  });
}
