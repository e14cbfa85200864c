// What tools built on the primitives themselves need: conformance suites, engines, visualisers. No promise of stability.
import "./index.ts";

export { Tensor, elementsOf, fromData, type Recipe } from "./tensor.ts";
export { Variable, withVariableStore, type VariableStore } from "./variable.ts";
export { viewStorage, denseStorage, copyRowMajor, type Storage } from "./storage.ts";
export type { Layout } from "./shape/layout.ts";
export { sizeOf, sameShape, rowMajorStrides } from "./shape/shape.ts";
export { allocate, dtypes, isFloat, type DType, type FloatDType, type TypedArray } from "./dtype.ts";
export { NdgradError, DTypeError, ShapeError, TraceError, showShape, showSpec } from "./errors.ts";
export {
  registry, definePrimitive, anyPrimitive,
  type DenseArray, type GradientRule, type Picker, type Primitive, type RuleContext, type Sample, type SampleInput, type Spec,
} from "./primitive.ts";
export * as expr from "./engine/expr.ts";
export type { Expr } from "./engine/expr.ts";
export type { Combine, Lowering, NamedKernel, Region } from "./engine/lowering.ts";
export { currentEngine, installEngine, type Engine } from "./engine/engine.ts";
export { interpreter } from "./engine/reference/interpret.ts";
export { evaluate, referenceEngine } from "./engine/reference/reference.ts";
export { bind } from "./graph/bind.ts";
export { forEachLeaf, mapLeaves, tensorsOf, variablesOf, withTensors } from "./transform/tree.ts";
export {
  axes, axis, callback, checkCallable, checkOptions, describe, dtype, flag, listOf, nearest, number, oneOf, text, wholeNumber, type OptionKind, type OptionNames,
} from "./options.ts";
export {
  isArrayBuffer, isBlob, isError, isNumberArray, isPromise, isRecord, isSharedArrayBuffer, isUrl, messageOf, typedArrayName, type NumberArray,
} from "./realm.ts";
export { nodeModule, processorCount } from "./platform.ts";
export { workerPlatform, type Helper, type WorkerPlatform } from "./workers.ts";
