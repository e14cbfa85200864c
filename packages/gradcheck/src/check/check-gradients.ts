import { vjp } from "@ndgrad/core";
import { NdgradError, allocate, checkOptions, fromData, number, rowMajorStrides, showSpec, type OptionNames, type Tensor } from "@ndgrad/core/internal";
import { chooseSome, randomNumbers } from "../random.ts";
import { judge, type Precision } from "./differences.ts";
import { flatten, type Leaf } from "./flatten.ts";
import { isEmpty, makeReport, type Comparison, type GradientReport, type SkippedPoint } from "./report.ts";
import { roundsOnTheWay } from "./rounding.ts";

/** How gradients are checked. */
export interface GradientCheckOptions {
  /** How often to differentiate: 1 checks gradients, 2 also their gradients, and so on. Default 1. */
  readonly order?: number | undefined;
  /** The step of the differences, for elements up to 1 in size, in proportion beyond. Default ∛u, u being the rounding unit of f's result; take more where f loses digits. */
  readonly eps?: number | undefined;
  /** The relative error allowed. Default 1e-5; 1e-2 where f's result is float32, or float32 on the way. */
  readonly rtol?: number | undefined;
  /** The absolute error allowed beside it. Default 1e-8; 1e-3 where f's result is float32, or float32 on the way. */
  readonly atol?: number | undefined;
  /** How many elements of each input are displaced, chosen at random. Default: all. */
  readonly elements?: number | undefined;
  /** What random choices and cotangents are drawn from. Default 1. */
  readonly seed?: number | undefined;
}

const gradientCheckOptions: OptionNames<GradientCheckOptions> = { order: number, eps: number, rtol: number, atol: number, elements: number, seed: number };

/** A result this small has every element's gradient checked; a larger one is contracted with random numbers. */
const mostOutputs = 16;

type FlatFunction = (values: readonly Tensor[]) => readonly Tensor[];

/**
 * Compares the gradients of a function with central differences, (f(x + h) − f(x − h)) / 2h, in float64.
 *
 * @param f A function of tensors, or of arrays and records of tensors, that returns a tensor of any shape (or a tree of
 * them). It may read variables: give these as inputs. What it assigns to variables is forgotten, so random generators
 * draw the same numbers in each run.
 * @param inputs Where to differentiate: the argument, or an array of the arguments. Tensors and variables are brought to float64.
 * @param options `order`, step `eps`, tolerances `rtol` and `atol`, the number of `elements` tried, and a `seed`.
 * @returns A report. Kinks (relu at 0), jumps and places where f is not finite are recognised and listed as skipped:
 * an element counts as wrong only where finite differences at several steps and from both sides agree with each other.
 * @throws DTypeError for inputs or results that are not floats; NdgradError for an option out of its range, if f returns no tensor, or gives two results
 * for the same inputs, or if a gradient has not its input's shape.
 * @example
 * checkGradients((x: Tensor) => x.tanh().mul(x), tensor([0.3, -2]), { order: 2 }).ok; // true
 */
export function checkGradients(f: () => unknown, variables: unknown, options?: GradientCheckOptions): GradientReport;
export function checkGradients<Args extends readonly unknown[]>(
  f: (...args: Args) => unknown, inputs: NoInfer<Args> | NoInfer<Args>[0], options?: GradientCheckOptions,
): GradientReport;
export function checkGradients(f: (...args: never[]) => unknown, inputs: unknown, options?: GradientCheckOptions): GradientReport {
  return reportOf("checkGradients", f, inputs, options);
}

/** What `checkGradients` finds, with errors in the name of the function that was called. */
export function reportOf(caller: string, f: unknown, inputs: unknown, options: GradientCheckOptions = {}): GradientReport {
  checkOptions(caller, options, gradientCheckOptions);
  const { order = 1, seed = 1, elements = Infinity } = options;
  checkRanges(caller, options);
  const random = randomNumbers(seed);
  const args: readonly unknown[] = Array.isArray(inputs) ? inputs : [inputs];
  // The signatures have checked the inputs' types against f's.
  const { leaves, run } = flatten(caller, f as (...args: readonly unknown[]) => unknown, args);
  const values = leaves.map(({ value }) => value);
  const single = run(values).some(({ dtype }) => dtype === "float32");
  const found: Findings = { comparisons: [], failures: [], skipped: [] };
  let rounded = false;
  let current: FlatFunction = run;
  for (let level = 1; level <= order; level++) {
    rounded ||= !single && roundsOnTheWay(current, values);
    const step = checkLevel(current, leaves, { order: level, random, elements, precision: precisionOf(options, single || rounded) }, found);
    current = step.gradient;
  }
  return makeReport(found.comparisons, found.failures, found.skipped, rounded);
}

/**
 * Checks gradients as `checkGradients` does.
 *
 * @throws NdgradError with the whole report as its message if a gradient differs from finite differences, or if f is not
 *   finite at any of the inputs, so that nothing is known; as `checkGradients` otherwise.
 * @example
 * assertGradients((x: Tensor, w: Tensor) => x.matmul(w), [zeros([2, 3]), ones([3, 2])]);
 */
export function assertGradients(f: () => unknown, variables: unknown, options?: GradientCheckOptions): void;
export function assertGradients<Args extends readonly unknown[]>(
  f: (...args: Args) => unknown, inputs: NoInfer<Args> | NoInfer<Args>[0], options?: GradientCheckOptions,
): void;
export function assertGradients(f: (...args: never[]) => unknown, inputs: unknown, options?: GradientCheckOptions): void {
  const report = reportOf("assertGradients", f, inputs, options);
  if (!report.ok || isEmpty(report)) throw new NdgradError(`assertGradients: ${String(report)}`);
}

function checkRanges(caller: string, { order = 1, elements = Infinity, eps = 1, rtol = 0, atol = 0, seed = 1 }: GradientCheckOptions): void {
  const require = (holds: boolean, name: string, value: number, what: string): void => {
    if (!holds) throw new NdgradError(`${caller}: ${name} is ${String(value)}; give ${what}`);
  };
  require(Number.isInteger(order) && order >= 1, "order", order, "a whole number from 1 up");
  require(elements === Infinity || (Number.isInteger(elements) && elements >= 1), "elements", elements, "a whole number from 1 up, or nothing for all");
  require(eps > 0 && Number.isFinite(eps), "eps", eps, "a number above 0");
  require(rtol >= 0 && Number.isFinite(rtol), "rtol", rtol, "a number of at least 0");
  require(atol >= 0 && Number.isFinite(atol), "atol", atol, "a number of at least 0");
  require(Number.isInteger(seed), "seed", seed, "a whole number");
}

function precisionOf({ eps, rtol, atol }: GradientCheckOptions, single: boolean): Precision {
  const unit = single ? 2 ** -23 : 2 ** -52;
  return {
    unit, step: eps ?? Math.cbrt(unit), ladder: single ? [4, 1, 1 / 4] : [256, 16, 1, 1 / 16, 1 / 256],
    rtol: rtol ?? (single ? 1e-2 : 1e-5), atol: atol ?? (single ? 1e-3 : 1e-8),
  };
}

interface Findings {
  readonly comparisons: Comparison[];
  readonly failures: Comparison[];
  readonly skipped: SkippedPoint[];
}

interface Level {
  readonly order: number;
  readonly random: () => number;
  readonly elements: number;
  readonly precision: Precision;
}

/** Checks the gradients of one function and gives the gradient of its contraction with random numbers, to go on with. */
function checkLevel(f: FlatFunction, leaves: readonly Leaf[], level: Level, found: Findings): { readonly gradient: FlatFunction } {
  const { order, random, precision } = level;
  const values = leaves.map(({ value }) => value);
  const outputs = f(values);
  const center = join(outputs);
  checkRepeatable(center, join(f(values)));
  const cotangents = outputs.map((output) => randomLike(output, random));
  const gradient: FlatFunction = (at) => gradientsOf(f, at, cotangents, leaves);

  const contracted = center.length > mostOutputs;
  const weights = join(cotangents);
  const evaluate = (at: readonly Tensor[]): Float64Array => (contracted ? contract(join(f(at)), weights) : join(f(at)));
  const origin = contracted ? contract(center, weights) : center;
  const rows = contracted ? [gradient(values)] : Array.from(center, (_, i) => gradientsOf(f, values, unitLike(outputs, i), leaves));

  leaves.forEach(({ name, value }, which) => {
    const gradients = rows.map((row) => row[which].data);
    for (const element of chooseSome(value.size, level.elements, random)) {
      const at = value.data[element];
      const verdicts = judge(
        (displacement) => evaluate(values.map((each, i) => (i === which ? displaced(each, element, displacement) : each))),
        origin, gradients.map((row) => row[element]), { ...precision, step: precision.step * Math.max(1, Math.abs(at)) },
      );
      verdicts.forEach((verdict, output) => {
        const place = { order, input: name, index: indexOf(element, value.shape), output: contracted || outputs.every(({ rank }) => rank === 0) ? null : output };
        if (verdict.kind === "skipped") { found.skipped.push({ ...place, reason: verdict.reason }); return; }
        const analytic = gradients[output][element];
        const comparison = { ...place, analytic, numeric: verdict.numeric, relativeError: relativeError(analytic, verdict.numeric, precision) };
        found.comparisons.push(comparison);
        if (verdict.kind === "differs") found.failures.push(comparison);
      });
    }
  });
  return { gradient };
}

function gradientsOf(f: FlatFunction, at: readonly Tensor[], cotangents: readonly Tensor[], leaves: readonly Leaf[]): readonly Tensor[] {
  const { pullback } = vjp((...values: readonly Tensor[]) => f(values), ...at);
  const gradients = pullback(cotangents);
  gradients.forEach((gradient, i) => {
    if (showSpec(gradient) !== showSpec(at[i])) {
      throw new NdgradError(`checkGradients: the gradient with respect to ${leaves[i].name} is ${showSpec(gradient)}, and the input is ${showSpec(at[i])}; a gradient rule gives the wrong shape or dtype`);
    }
  });
  return gradients;
}

const relativeError = (analytic: number, numeric: number, { rtol, atol }: Precision): number =>
  analytic === numeric ? 0 : Math.abs(analytic - numeric) / (Math.max(Math.abs(analytic), Math.abs(numeric)) + atol / rtol);

function checkRepeatable(first: Float64Array, second: Float64Array): void {
  if (first.length === second.length && first.every((value, i) => Object.is(value, second[i]))) return;
  throw new NdgradError("checkGradients: f gives different results for the same inputs; draw its random numbers from a generator, or outside of f");
}

/** All elements of a list of tensors. */
function join(tensors: readonly Tensor[]): Float64Array {
  const all = new Float64Array(tensors.reduce((total, { size }) => total + size, 0));
  let at = 0;
  for (const tensor of tensors) {
    all.set(tensor.data, at);
    at += tensor.size;
  }
  return all;
}

function contract(elements: Float64Array, weights: Float64Array): Float64Array {
  let total = 0;
  elements.forEach((element, i) => { total += element * weights[i]; });
  return Float64Array.of(total);
}

/** Numbers between ½ and 1½ in size, so that none of the elements is lost beside another. */
function randomLike({ shape, dtype, size }: Tensor, random: () => number): Tensor {
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) data[i] = (random() < 0.5 ? -1 : 1) * (0.5 + random());
  return fromData(data, shape, dtype);
}

/** Zeros but for a one at the place counted through all tensors. */
function unitLike(tensors: readonly Tensor[], place: number): readonly Tensor[] {
  let at = place;
  return tensors.map(({ shape, dtype, size }) => {
    const data = allocate(dtype, size);
    if (at >= 0 && at < size) data[at] = 1;
    at -= size;
    return fromData(data, shape, dtype);
  });
}

function displaced(x: Tensor, element: number, displacement: number): Tensor {
  const data = Float64Array.from(x.data);
  data[element] += displacement;
  return fromData(data, x.shape, "float64");
}

const indexOf = (element: number, shape: readonly number[]): readonly number[] =>
  rowMajorStrides(shape).map((stride, axis) => Math.floor(element / stride) % shape[axis]);
