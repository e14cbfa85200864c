import { ShapeError, showShape } from "../errors.ts";
import { withScope } from "../graph/scope.ts";
import { Tensor } from "../tensor.ts";
import { sameShape } from "../shape/shape.ts";
import { orZeros, pullBack } from "./backward.ts";
import { checkDifferentiable, release } from "./gradient.ts";
import { leaf } from "./leaf.ts";
import { forEachLeaf, tensorsOf, withTensors, type GradientsOf, type GradientsOfEach } from "./tree.ts";

/** A function's result, and the map from cotangents of the result to cotangents of the arguments. */
export interface Pullback<Args extends readonly unknown[], Out> {
  readonly value: Out;
  /** `cotangents` has the result's structure; what comes back has that of the list of arguments. Linear; may be called again. */
  readonly pullback: (cotangents: GradientsOf<Out>) => GradientsOfEach<Args>;
}

/** Throws unless `tangents` has a tensor of the same shape for each of `like`. */
export function checkTangents(op: string, like: readonly Tensor[], tangents: readonly Tensor[]): void {
  if (tangents.length !== like.length) throw new ShapeError(`${op}: ${tangents.length} tensors for ${like.length}; give one for each, in the same structure`);
  like.forEach((x, i) => {
    if (!sameShape(x.shape, tangents[i].shape)) throw new ShapeError(`${op}: ${showShape(tangents[i].shape)} stands for a tensor of shape ${showShape(x.shape)}; the shapes must agree`);
  });
}

/**
 * The vector–Jacobian product: `f(...args)` and the linear map v ↦ vᵀ · ∂f/∂args (reverse mode).
 *
 * @throws DTypeError if a tensor among the arguments is not a float; ShapeError for a cotangent of another shape.
 * @example
 * const { value, pullback } = vjp((x: Tensor) => x.sin(), tensor([0, 1]));
 * pullback(tensor([1, 1])); // [cos([0, 1])]
 */
export function vjp<Args extends readonly unknown[], Out>(f: (...args: Args) => Out, ...args: Args): Pullback<Args, Out> {
  forEachLeaf(args, (each, path) => { if (each instanceof Tensor) checkDifferentiable("vjp", each, `argument ${path}`); });
  return withScope("gradient", (scope) => {
    const leaves = tensorsOf(args).map((x) => leaf(x, scope));
    const result = f(...withTensors(args, leaves));
    const outputs = tensorsOf(result);
    return {
      value: release(result, scope),
      pullback(cotangents) {
        const given = tensorsOf(cotangents);
        checkTangents("vjp", outputs, given);
        const gradients = pullBack(outputs, given, leaves).map((gradient, i) => orZeros(gradient, leaves[i]));
        return release(withTensors(args, gradients), scope) as GradientsOfEach<Args>;
      },
    };
  });
}
