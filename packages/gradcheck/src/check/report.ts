import { notSmooth, showNumber } from "./differences.ts";

/** One element of a gradient beside what finite differences say. */
export interface Comparison {
  /** 1 for the gradient, 2 for the gradient of the gradient, ... */
  readonly order: number;
  /** Which input: `argument 0`, `argument 1 (weights)`, `variable "bias"`. */
  readonly input: string;
  /** Which element of it. */
  readonly index: readonly number[];
  /** Which element of the result, counted through; `null` where all of them were contracted with random numbers. */
  readonly output: number | null;
  readonly analytic: number;
  readonly numeric: number;
  /** |analytic − numeric| / (max(|analytic|, |numeric|) + atol / rtol): above rtol the two disagree. */
  readonly relativeError: number;
}

/** An element at which f has no derivative to compare with. */
export interface SkippedPoint {
  readonly order: number;
  readonly input: string;
  readonly index: readonly number[];
  readonly output: number | null;
  readonly reason: string;
}

/** What a gradient check found. `String(report)` is for people. */
export interface GradientReport {
  /** Whether no element disagrees. */
  readonly ok: boolean;
  /** How many elements were compared. */
  readonly checked: number;
  /** The comparison with the largest relative error; `null` where nothing was compared. */
  readonly worst: Comparison | null;
  readonly failures: readonly Comparison[];
  /** Kinks, jumps and places where f is not finite: left out. Where f is smooth nowhere, nothing is known of its gradients. */
  readonly skipped: readonly SkippedPoint[];
  /** Whether f rounds to float32 on its way from float64 inputs to float64 results: it is then held to the tolerances of float32. */
  readonly rounded: boolean;
  toString(): string;
}

const shown = 8;

/** Puts a report together. */
export function makeReport(comparisons: readonly Comparison[], failures: readonly Comparison[], skipped: readonly SkippedPoint[], rounded: boolean): GradientReport {
  let worst: Comparison | null = null;
  for (const comparison of comparisons) if (worst === null || !(comparison.relativeError <= worst.relativeError)) worst = comparison;
  const checked = comparisons.length;
  return {
    ok: failures.length === 0, checked, worst, failures, skipped, rounded,
    toString() {
      const lines = failures.length === 0
        ? [`gradients agree with finite differences at ${count(checked, "element")}${worst === null ? "" : `; worst relative error ${worst.relativeError.toExponential(1)}`}`]
        : [`gradients differ from finite differences at ${failures.length} of ${count(checked, "element")}:`, ...listed(failures.map(showComparison)), ...pattern(failures)];
      if (skipped.length > 0) lines.push(`skipped ${count(skipped.length, "element")} where f is not smooth:`, ...listed(skipped.map(showSkipped)));
      if (rounded) lines.push("f rounds to float32 on its way, so the tolerances are those of float32: give what it closes over as float64 for a closer look");
      if (checked === 0 && skipped.length > 0) lines.push("nothing was compared: move the inputs away from these points");
      return lines.join("\n");
    },
  };
}

/** Whether there was something to compare and nothing was, and not for kinks: a function that is NaN everywhere has no right gradients. */
export const isEmpty = ({ checked, skipped }: GradientReport): boolean => checked === 0 && skipped.some(({ reason }) => !reason.startsWith(notSmooth));

/** What all failures have in common, where that tells the mistake. */
function pattern(failures: readonly Comparison[]): readonly string[] {
  const ratios = failures.map(({ analytic, numeric }) => analytic / numeric);
  const [first] = ratios;
  if (ratios.every((ratio) => ratio === 0)) return ["  each gradient is 0: something between input and result hides it, such as stopGradient, item(), data or a cast to int32"];
  if (failures.length < 2 || !ratios.every((ratio) => Math.abs(ratio - first) <= 1e-3 * Math.abs(first))) return [];
  return [Math.abs(first + 1) < 1e-3 ? "  each gradient has the wrong sign" : `  each gradient is ${Number(first.toPrecision(4))} times what it should be: a factor is missing, or one too many`];
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

const listed = (lines: readonly string[]): readonly string[] =>
  lines.length <= shown ? lines : [...lines.slice(0, shown), `  and ${lines.length - shown} more`];

interface Place { readonly order: number; readonly input: string; readonly index: readonly number[]; readonly output: number | null }

const showPlace = ({ order, input, index, output }: Place): string =>
  `  order ${order}, ${input}${index.length === 0 ? "" : ` at [${index.join(", ")}]`}${output === null ? "" : `, output ${output}`}`;

const showComparison = (comparison: Comparison): string =>
  `${showPlace(comparison)}: gradient ${showNumber(comparison.analytic)}, finite differences ${showNumber(comparison.numeric)} (relative error ${comparison.relativeError.toExponential(1)})`;

const showSkipped = (point: SkippedPoint): string => `${showPlace(point)}: ${point.reason}`;
