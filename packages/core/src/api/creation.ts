import * as creation from "../ops/creation.ts";
import { literalTensor } from "../ops/literal-tensor.ts";
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape/types.ts";
import type { Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import { dispatch, numberOrOptions, options } from "./dispatch.ts";
import { dtypeOption, type DTypeOption, eyeOptions, literalOptions, variableOptions } from "./option-names.ts";
import type { ArangeFunction, EyeFunction, FilledFunction, FullFunction, FullLikeFunction, LikeFunction, LinspaceFunction, TensorFunction, VariableFunction } from "./signatures/creation.ts";

// What is made is float32 unless `dtype` says otherwise.

/**
 * A tensor of numbers, booleans, nested arrays or typed arrays; the elements are copied. Numbers become float32 and booleans bool
 * unless `dtype` says otherwise; Float32Array, Float64Array and Int32Array keep their types, and other
 * typed arrays become int32 (Uint8Array too, which holds bool only where `dtype` says so). `shape` gives the elements another shape.
 * float32 rounds whole numbers beyond 2²⁴: give int32 or float64 where every digit counts. NumPy: array; PyTorch: tensor.
 * @throws ShapeError for ragged arrays (naming the place), or a shape of another size; DTypeError for what is no number, and for elements
 * that the dtype cannot hold.
 * @example tensor([[1, 2], [3, 4]]); // float32[2, 2]
 * @example tensor(new Float64Array(6), { shape: [2, 3] }); // float64[2, 3]
 */
export const tensor: TensorFunction = dispatch("tensor", ["literal", options(literalOptions)], (value: unknown, options?: { readonly dtype?: DType | undefined; readonly shape?: Shape | undefined }) => literalTensor("tensor", value, options));

/**
 * A tensor full of 0. It holds a single element, walked with stride 0. NumPy, PyTorch: zeros.
 * @throws ShapeError unless sizes are whole numbers from 0 up.
 * @example zeros([2, 3]); // [[0, 0, 0], [0, 0, 0]]
 */
export const zeros: FilledFunction = dispatch("zeros", ["sizes", options(dtypeOption)], creation.zeros);

/**
 * A tensor full of 1. It holds a single element, walked with stride 0. NumPy, PyTorch: ones.
 * @throws ShapeError unless sizes are whole numbers from 0 up.
 * @example ones([2]); // [1, 1]
 */
export const ones: FilledFunction = dispatch("ones", ["sizes", options(dtypeOption)], creation.ones);

/**
 * A tensor full of one number, or one boolean. NumPy, PyTorch: full.
 * @throws ShapeError unless sizes are whole numbers from 0 up; DTypeError where the dtype cannot hold the value.
 * @example full([2], 7); // [7, 7]
 */
export const full: FullFunction = dispatch("full", ["sizes", "scalar", options(dtypeOption)], (shape: Shape, value: number | boolean, { dtype = typeof value === "boolean" ? "bool" : "float32" }: DTypeOption = {}) => creation.full(shape, value, dtype));

/**
 * Zeros in x's shape and dtype, unless another dtype is given. NumPy, PyTorch: zeros_like.
 * @example zerosLike(tensor([1, 2])); // [0, 0]
 */
export const zerosLike: LikeFunction = dispatch("zerosLike", ["tensor", options(dtypeOption)], ({ shape, dtype: own }: Tensor, { dtype = own }: DTypeOption = {}) => creation.full(shape, 0, dtype));

/**
 * Ones in x's shape and dtype, unless another dtype is given. NumPy, PyTorch: ones_like.
 * @example onesLike(tensor([1, 2])); // [1, 1]
 */
export const onesLike: LikeFunction = dispatch("onesLike", ["tensor", options(dtypeOption)], ({ shape, dtype: own }: Tensor, { dtype = own }: DTypeOption = {}) => creation.full(shape, 1, dtype));

/**
 * One number in x's shape and dtype, unless another dtype is given. A fraction beside int32 or bool gives float32, a whole number
 * other than 0 and 1 beside bool int32. NumPy, PyTorch: full_like.
 * @throws DTypeError where a dtype that is given cannot hold the value.
 * @example fullLike(tensor([1, 2]), 7); // [7, 7]
 */
export const fullLike: FullLikeFunction = dispatch("fullLike", ["tensor", "scalar", options(dtypeOption)], creation.fullLike);

/**
 * A matrix with 1 on its diagonal, 0 elsewhere. NumPy, PyTorch: eye.
 * @param options `columns`: as many as rows unless given; `offset` 1 means the diagonal above the main one.
 * @throws ShapeError unless sizes are whole numbers from 0 up.
 * @example eye(2); // [[1, 0], [0, 1]]
 */
export const eye: EyeFunction = dispatch("eye", ["number", options(eyeOptions)], creation.eye);

/**
 * Numbers in equal steps from `start` (0 unless given) up to, not including, `stop`; float32 unless another dtype is given.
 * NumPy, PyTorch: arange.
 * @throws NdgradError for a step of 0, or bounds that are not finite.
 * @example arange(3); // [0, 1, 2]
 * @example arange(1, 2, 0.25); // [1, 1.25, 1.5, 1.75]
 */
export const arange: ArangeFunction = dispatch("arange", ["number", numberOrOptions(dtypeOption), numberOrOptions(dtypeOption), options(dtypeOption)], creation.arange);

/**
 * `count` numbers at equal distances from `start` to `stop`, both included. NumPy, PyTorch: linspace.
 * @throws ShapeError unless the count is a whole number from 0 up.
 * @example linspace(0, 1, 5); // [0, 0.25, 0.5, 0.75, 1]
 */
export const linspace: LinspaceFunction = dispatch("linspace", ["number", "number", "number", options(dtypeOption)], creation.linspace);

/**
 * A cell for a tensor that can be replaced by another of the same shape and dtype: what training changes. `value` reads it and
 * `assign` replaces it. PyTorch: nn.Parameter.
 * @param options `name`: what errors and summaries call it.
 * @example const weight = variable(zeros([784, 10]), { name: "weight" });
 */
export const variable: VariableFunction = dispatch("variable", ["tensor", options(variableOptions)], (initial: Tensor, { name }: { readonly name?: string | undefined } = {}) => new Variable(initial, name));
