export { assertGradients, checkGradients, type GradientCheckOptions } from "./check/check-gradients.ts";
export type { Comparison, GradientReport, SkippedPoint } from "./check/report.ts";
