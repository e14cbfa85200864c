import { zerosLike } from "../ops/creation.ts";
import { withScope } from "../graph/scope.ts";
import { tensorsOf, withTensors, type GradientsOf, type GradientsOfEach } from "./tree.ts";
import { orZeros, pullBack } from "./backward.ts";
import { release } from "./gradient.ts";
import { leaf } from "./leaf.ts";
import { checkTangents, vjp } from "./vjp.ts";

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
 * @throws DTypeError, ShapeError as `vjp`.
 * @example
 * jvp((x: Tensor) => x.square(), [tensor([1, 2])], [tensor([1, 0])]).tangent; // [2, 0]
 */
export function jvp<Args extends readonly unknown[], Out>(f: (...args: Args) => Out, args: Args, tangents: GradientsOfEach<Args>): ValueAndTangent<Out> {
  checkTangents("jvp", tensorsOf(args), tensorsOf(tangents));
  return withScope("gradient", (scope) => {
    const { value, pullback } = vjp(f, ...args);
    const dummies = tensorsOf(value).map((output) => leaf(zerosLike(output), scope));
    const transposed = tensorsOf(pullback(withTensors(value, dummies) as GradientsOf<Out>));
    scope.open = false;
    const along = pullBack(transposed, tensorsOf(tangents), dummies).map((tangent, i) => orZeros(tangent, dummies[i]));
    return { value, tangent: release(withTensors(value, along), scope) as GradientsOf<Out> };
  });
}
