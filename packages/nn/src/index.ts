export { dense, type Dense, type DenseOptions } from "./dense.ts";
export { sequential, type Sequential } from "./sequential.ts";
export { model, type Model } from "./model.ts";
export { defineModule, type ModuleDefinition } from "./define-module.ts";
export type { ParametersOf } from "./parameters.ts";
export { isModule, type Layer, type Module, type Part, type Parts, type SummaryInput, type VariablePlan, type VariableSpec, type Variables } from "./module.ts";
export { elu, gelu, heaviside, identity, leakyRelu, logSigmoid, logSoftmax, relu, sigmoid, silu, softmax, softplus, softsign, tanh } from "./activations.ts";
export {
  binaryCrossEntropy, binaryCrossEntropyWithLogits, crossEntropy, huber, meanAbsoluteError, meanSquaredError,
  type HuberOptions, type LossOptions, type Reduced, type Reduction,
} from "./losses.ts";
export { accuracy, binaryAccuracy, type BinaryAccuracyOptions, type Metric } from "./metrics.ts";
export { adam, sgd, type AdamOptions, type SgdOptions } from "./optimizers.ts";
export { defineOptimizer, type Gradients, type Optimizer, type OptimizerRule, type Rate, type RuleContext } from "./optimizer.ts";
export * as initializers from "./initializers.ts";
export type { Initializer } from "./initializers.ts";
export { fit, type FitOptions, type History, type ScoreLists } from "./fit.ts";
export type { Trainable } from "./step.ts";
export { evaluate, predict, type EvaluateOptions, type Metrics, type PredictOptions } from "./evaluate.ts";
export type { BatchSource, Data, Examples, Position } from "./examples.ts";
export type { BatchReport, EpochReport, Progress } from "./progress.ts";
export { decodeSafetensors, encodeSafetensors, readTensors, writeTensors, type DecodeOptions, type DTypeChoice, type NamedTensors } from "./safetensors.ts";
export { loadVariables, saveVariables, type LoadOptions, type LoadReport, type VariableTree } from "./variables-file.ts";
export { ModuleError, ParameterFileError, TrainingError } from "./errors.ts";
