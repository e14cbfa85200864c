export { assertGradients, checkGradients, type GradientCheckOptions } from "./check/check-gradients.ts";
export type { Comparison, GradientReport, SkippedPoint } from "./check/report.ts";
export { shapes, broadcastableShapes, type BroadcastableShapes, type ShapeOptions } from "./arbitraries/shapes.ts";
export { tensors, type TensorOptions } from "./arbitraries/tensors.ts";
export { trees, type TensorTree } from "./arbitraries/trees.ts";
export { views } from "./arbitraries/views.ts";
export { samplesOf, type SampleCall, type SampleOptions } from "./arbitraries/samples.ts";
export { conformance, type ConformanceCase, type ConformanceOptions } from "./conformance/conformance.ts";
