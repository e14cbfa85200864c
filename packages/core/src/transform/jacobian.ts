import { fromData, type Tensor } from "../tensor.ts";
import { allocate } from "../dtype.ts";
import { mul } from "../ops/elementwise/arithmetic.ts";
import { zerosLike } from "../ops/creation.ts";
import { concat } from "../ops/movement/place.ts";
import { expandDims, reshape } from "../ops/movement/reshape.ts";
import { sum } from "../ops/reduce/sum.ts";
import { sizeOf } from "../shape/shape.ts";
import { grad } from "./gradient.ts";
import { vjp } from "./vjp.ts";

/**
 * All first derivatives of a function of one tensor: `jacobian(f)(x)` has shape `[...f(x).shape, ...x.shape]`, element
 * [i, j] is ∂f(x)ᵢ/∂xⱼ. One run forward, one pullback per element of the result.
 *
 * @throws DTypeError if the argument is not a float.
 * @example
 * jacobian((x: Tensor) => x.square())(tensor([1, 2])); // [[2, 0], [0, 4]]
 */
export function jacobian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const { value, pullback } = vjp(f, x);
    const shape = [...value.shape, ...x.shape];
    if (sizeOf(shape) === 0) return reshape(zerosLike({ shape: [0], dtype: x.dtype }), shape);
    const rows = Array.from({ length: value.size }, (_, i) => {
      const unit = allocate(value.dtype, value.size);
      unit[i] = 1;
      return expandDims(pullback(fromData(unit, value.shape, value.dtype))[0], 0);
    });
    return reshape(concat(rows), shape);
  };
}

/**
 * All second derivatives of a scalar function of one tensor: `hessian(f)(x)` has shape `[...x.shape, ...x.shape]`.
 *
 * @throws ShapeError if `f` does not return a scalar; DTypeError if the argument is not a float.
 * @example
 * hessian((x: Tensor) => x.square().sum())(tensor([1, 2])); // [[2, 0], [0, 2]]
 */
export const hessian = (f: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) => jacobian(grad(f));

/**
 * The Hessian of a scalar function times a vector, ∂²f/∂x² · v, without the Hessian: the gradient of ∇f(x)·v.
 *
 * @throws as `hessian`.
 * @example
 * hvp((x: Tensor) => x.square().sum(), tensor([1, 2]), tensor([1, 0])); // [2, 0]
 */
export const hvp = (f: (x: Tensor) => Tensor, x: Tensor, v: Tensor): Tensor => grad((at: Tensor) => sum(mul(grad(f)(at), v)))(x);
