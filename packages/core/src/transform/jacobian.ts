import { allocate, isFloat } from "../dtype.ts";
import { DTypeError, NdgradError, showSpec } from "../errors.ts";
import { add, mul } from "../ops/elementwise/arithmetic.ts";
import { zerosLike } from "../ops/creation.ts";
import { concat } from "../ops/movement/place.ts";
import { expandDims, reshape } from "../ops/movement/reshape.ts";
import { sum } from "../ops/reduce/sum.ts";
import { sizeOf } from "../shape/shape.ts";
import type { Shape } from "../shape/types.ts";
import { fromData, Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import { argumentAt, checkFunction, differentiateArgument, grad, positionOf, withArgument, type GradOptions, type Loss } from "./gradient.ts";
import { alignTangents, tensorsOf, withLeaves } from "./tree.ts";
import type { DifferentiableTree, DifferentiatedArgument, GradientsOf, Outputs, TreeOf } from "./tree-types.ts";
import { linearize } from "./vjp.ts";

type Joined<A extends Shape, B extends Shape> = number extends A["length"] | B["length"] ? Shape : [...A, ...B];

/** For each tensor of a result the tree of its derivatives by each tensor of an argument, the result's axes first. */
export type JacobianOf<Out, In> =
  Out extends Tensor<infer S> ? DerivativesOf<S, In>
  : Out extends object ? { [K in keyof Out]: JacobianOf<Out[K], In> }
  : Out;
type DerivativesOf<Rows extends Shape, In> =
  In extends Tensor<infer S, infer D> ? Tensor<Joined<Rows, S>, D>
  : In extends Variable<infer S, infer D> ? Tensor<Joined<Rows, S>, D>
  : In extends { parameters(): infer P } ? DerivativesOf<Rows, P>
  : In extends object ? { [K in keyof In]: DerivativesOf<Rows, In[K]> }
  : In;

/**
 * All first derivatives of a function with respect to one of its arguments (the first unless `argument` says otherwise):
 * `jacobian(f)(x)` has shape `[...f(x).shape, ...x.shape]`, element [i, j] is ∂f(x)ᵢ/∂xⱼ. Where result or argument are trees, each
 * tensor of the result has its place taken by a tree like the argument. One run forward, one pullback per element of the result.
 *
 * @throws DTypeError if the argument or the result is not a float; NdgradError for anything else in them, and if `f` is asynchronous.
 * @example
 * jacobian((x: Tensor) => x.square())(tensor([1, 2])); // [[2, 0], [0, 4]]
 */
export function jacobian<X extends DifferentiableTree, Rest extends readonly unknown[], Out extends TreeOf<Tensor>>(
  f: (x: X, ...rest: Rest) => Out, options?: GradOptions<0>,
): (x: X, ...rest: Rest) => JacobianOf<Out, X>;
export function jacobian<Args extends readonly unknown[], Out, P extends number = 0>(
  f: ((...args: Args) => Out) & DifferentiatedArgument<"jacobian", Args, P> & Outputs<"jacobian", Out>, options?: GradOptions<P>,
): (...args: Args) => JacobianOf<Out, Args[P]>;
export function jacobian(f: (...args: readonly unknown[]) => unknown, options: GradOptions = {}): (...args: readonly unknown[]) => unknown {
  checkFunction("jacobian", f);
  const position = positionOf("jacobian", options);
  return (...args) => derivatives("jacobian", f, args, position);
}

function derivatives<Args extends readonly unknown[], Out>(op: string, f: (...args: Args) => Out, args: Args, position: number): unknown {
  const argument = argumentAt(op, args, position);
  const { value, outputs, leaves, pull } = linearize(op, argument, (given) => f(...withArgument(args, position, given)));
  const integer = outputs.find(({ dtype }) => !isFloat(dtype));
  if (integer !== undefined) throw new DTypeError(`${op}: the function returned ${showSpec(integer)}, and only float32 and float64 have gradients; return floats`);
  const blocks = outputs.map((output, which) => {
    const rows = Array.from({ length: output.size }, (_, i) => {
      const unit = allocate(output.dtype, output.size);
      unit[i] = 1;
      return pull(outputs.map((__, other) => (other === which ? fromData(unit, output.shape, output.dtype) : null)));
    });
    return withLeaves(argument, leaves.map((each, at) => {
      const shape = [...output.shape, ...each.shape];
      if (sizeOf(shape) === 0) return reshape(zerosLike({ shape: [0], dtype: each.dtype }), shape);
      return reshape(concat(rows.map((row) => expandDims(row[at], 0))), shape);
    }));
  });
  return withLeaves(value, blocks);
}

/**
 * All second derivatives of a scalar function with respect to one of its arguments: `hessian(f)(x)` has shape
 * `[...x.shape, ...x.shape]`; of a tree, for each of its tensors a tree of second derivatives.
 *
 * @throws ShapeError if `f` does not return a scalar; DTypeError if the argument is not a float; NdgradError as `grad`.
 * @example
 * hessian((x: Tensor) => x.square().sum())(tensor([1, 2])); // [[2, 0], [0, 2]]
 */
export function hessian<X extends DifferentiableTree, Rest extends readonly unknown[]>(
  f: (x: X, ...rest: Rest) => Loss, options?: GradOptions<0>,
): (x: X, ...rest: Rest) => JacobianOf<GradientsOf<X>, X>;
export function hessian<Args extends readonly unknown[], P extends number = 0>(
  f: ((...args: Args) => Loss) & DifferentiatedArgument<"hessian", Args, P>, options?: GradOptions<P>,
): (...args: Args) => JacobianOf<GradientsOf<Args[P]>, Args[P]>;
export function hessian(f: (...args: readonly unknown[]) => Loss, options: GradOptions = {}): (...args: readonly unknown[]) => unknown {
  checkFunction("hessian", f);
  const position = positionOf("hessian", options);
  const slope = (...args: readonly unknown[]): unknown => differentiateArgument("hessian", f, args, position).grads;
  return (...args) => derivatives("hessian", slope, args, position);
}

/**
 * The Hessian of a scalar function times a vector, ∂²f/∂x² · v, without the Hessian: the gradient of ∇f(x)·v. `hvp(f)` takes the
 * arguments of `f` and then `v`, a tensor (or tree of them) like the argument that is differentiated by.
 *
 * @throws as `hessian`; ShapeError if `v` has not the argument's shape and structure.
 * @example
 * hvp((x: Tensor) => x.square().sum())(tensor([1, 2]), tensor([1, 0])); // [2, 0]
 */
export function hvp<X extends DifferentiableTree, Rest extends readonly unknown[]>(
  f: (x: X, ...rest: Rest) => Loss, options?: GradOptions<0>,
): (...args: [x: X, ...rest: Rest, v: GradientsOf<X>]) => GradientsOf<X>;
export function hvp<Args extends readonly unknown[], P extends number = 0>(
  f: ((...args: Args) => Loss) & DifferentiatedArgument<"hvp", Args, P>, options?: GradOptions<P>,
): (...args: [...args: Args, v: GradientsOf<Args[P]>]) => GradientsOf<Args[P]>;
export function hvp(f: (...args: readonly unknown[]) => Loss, options: GradOptions = {}): (...args: readonly unknown[]) => unknown {
  checkFunction("hvp", f);
  if (options instanceof Tensor) throw new NdgradError("hvp: give point and vector to the function that hvp(f) gives: hvp(f)(x, v)");
  const position = positionOf("hvp", options);
  const slope = (...args: readonly unknown[]): unknown => differentiateArgument("hvp", f, args, position).grads;
  return (...given) => {
    const args = given.slice(0, -1);
    const argument = argumentAt("hvp", args, position);
    const along = alignTangents("hvp", "the vector", argument, given[given.length - 1]);
    const directional = (...now: readonly unknown[]): Tensor => tensorsOf(slope(...now)).map((each, i) => sum(mul(each, along[i]))).reduce(add);
    const by: (...now: readonly unknown[]) => unknown = grad<readonly unknown[], number>(directional, { argument: position });
    return by(...args);
  };
}
