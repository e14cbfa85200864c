import "./api/install-engine.ts";
import "./api/methods.ts";

export { Tensor } from "./tensor.ts";
export { Variable } from "./variable.ts";
export type {
  AnyDType, DType, FloatDType, ReadonlyFloat32Array, ReadonlyFloat64Array, ReadonlyInt32Array, ReadonlyTypedArray, ReadonlyTypedArrayOf, ReadonlyUint8Array, TypedArray, TypedArrayOf,
} from "./dtype.ts";
export type { AnyShape, Broadcast, MatMul, Named, Nested, Refused, Shape } from "./shape/types.ts";
export type { Axes, Reduce } from "./shape/axis-types.ts";
export type { KeepsShape, NestedLiteral, Operand, PromotedDType, PromotedFloat, TensorLike } from "./api/signatures/operands.ts";
export type { ReduceOptions } from "./api/signatures/reduce.ts";
export type { Range } from "./api/signatures/movement.ts";
export type { IndexLike, TopKResult } from "./api/signatures/indexing.ts";
export { NdgradError, ShapeError, DTypeError, TraceError } from "./errors.ts";
export * from "./api/arithmetic.ts";
export * from "./api/comparison.ts";
export * from "./api/contraction.ts";
export * from "./api/creation.ts";
export * from "./api/functions.ts";
export * from "./api/indexing.ts";
export * from "./api/movement.ts";
export * from "./api/reductions.ts";
export { Generator, generator, type ChoiceOptions, type GeneratorOptions, type IntegersOptions, type NormalOptions, type UniformOptions } from "./compose/generator.ts";
export { grad, valueAndGrad, type GradOptions, type Loss, type ValueAndGrads } from "./transform/gradient.ts";
export { vjp, type Pullback } from "./transform/vjp.ts";
export { jvp, type ValueAndTangent } from "./transform/jvp.ts";
export { jacobian, hessian, hvp, type JacobianOf } from "./transform/jacobian.ts";
export { compile, type CompileOptions } from "./transform/compile.ts";
export { printGraph, printProgram } from "./transform/print.ts";
export { profile, type KernelTime, type Profile } from "./transform/profile.ts";
export { eagerly } from "./transform/eagerly.ts";
export { scan, whileLoop, cond, type ElementOf, type ScanOptions, type StackedOf } from "./transform/control.ts";
export { setThreads, getThreads } from "./api/threads.ts";
export { checkpoint, customVjp, type CustomRuleContext } from "./transform/custom.ts";
export type { HasParameters, Tree } from "./transform/tree.ts";
export type { GradientsOf, GradientsOfEach, TreeOf } from "./transform/tree-types.ts";
