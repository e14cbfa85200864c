// The options of the public functions, each with what it takes. A name that is missing here, or one too many, does not compile.
import type { GeluOptions } from "../compose/activations.ts";
import type { ClosenessOptions } from "../compose/closeness.ts";
import type { DiagonalOptions } from "../compose/diagonal.ts";
import type { NormOptions } from "../compose/norms.ts";
import type { TopKOptions } from "../compose/sorting.ts";
import type { VarianceOptions } from "../compose/statistics.ts";
import type { SortOptions } from "../ops/indexing/arg-sort.ts";
import type { LiteralOptions } from "../ops/literal-tensor.ts";
import type { CumulativeOptions } from "../ops/reduce/cumulative.ts";
import type { ReduceOptions } from "../ops/reduce/declare.ts";
import { axes, axis, axisPair, dtype, flag, number, oneOf, sizes, text, wholeNumber, type OptionNames } from "../options.ts";
import type { Axes } from "../shape/axis-types.ts";
import type { AxisOption } from "./signatures/reduce.ts";

/** The dtype of a result. */
export interface DTypeOption { readonly dtype?: LiteralOptions["dtype"] | undefined }
/** Which diagonal is the border: 0 the main one, 1 the one above it. */
export interface DiagonalOffset { readonly offset?: number | undefined }
/** An axis that has to be named. */
export interface NamedAxis { readonly axis: number }
/** The size and the place of a diagonal of ones. */
export interface EyeOptions extends DTypeOption, DiagonalOffset { readonly columns?: number | undefined }
/** What `pad` fills with. */
export interface PadOptions { readonly value?: number | undefined }
/** How steep `elu` starts below 0. */
export interface EluOptions { readonly alpha?: number | undefined }
/** How steep `leakyRelu` is below 0. */
export interface LeakyReluOptions { readonly slope?: number | undefined }
/** What errors and summaries call a variable. */
export interface VariableOptions { readonly name?: string | undefined }

export const oneAxis: OptionNames<AxisOption<number>> = { axis };
export const namedAxis: OptionNames<NamedAxis> = { axis };
export const someAxes: OptionNames<AxisOption<Axes>> = { axis: axes };
export const reduceOptions: OptionNames<ReduceOptions> = { axis: axes, keepDims: flag };
export const varianceOptions: OptionNames<VarianceOptions> = { ...reduceOptions, correction: number };
export const normOptions: OptionNames<NormOptions> = { ...reduceOptions, ord: oneOf(1, 2, Infinity, "fro") };
export const cumulativeOptions: OptionNames<CumulativeOptions> = { axis, reverse: flag };
export const sortOptions: OptionNames<SortOptions> = { axis, descending: flag };
export const topKOptions: OptionNames<TopKOptions> = { axis, smallest: flag };
export const diagonalOffset: OptionNames<DiagonalOffset> = { offset: wholeNumber };
export const diagonalOptions: OptionNames<DiagonalOptions> = { offset: wholeNumber, axes: axisPair };
export const closenessOptions: OptionNames<ClosenessOptions> = { rtol: number, atol: number, equalNaN: flag };
export const geluOptions: OptionNames<GeluOptions> = { approximate: oneOf("none", "tanh") };
export const eluOptions: OptionNames<EluOptions> = { alpha: number };
export const leakyReluOptions: OptionNames<LeakyReluOptions> = { slope: number };
export const padOptions: OptionNames<PadOptions> = { value: number };
export const dtypeOption: OptionNames<DTypeOption> = { dtype };
export const literalOptions: OptionNames<LiteralOptions> = { dtype, shape: sizes };
export const eyeOptions: OptionNames<EyeOptions> = { dtype, offset: wholeNumber, columns: wholeNumber };
export const variableOptions: OptionNames<VariableOptions> = { name: text };
