import { cast as castOp } from "../ops/cast.ts";
import * as activations from "../compose/activations.ts";
import { clip as clipOp, type ClipOptions } from "../compose/clip.ts";
import * as activation from "../ops/elementwise/activation.ts";
import * as exponential from "../ops/elementwise/exponential.ts";
import * as hyperbolic from "../ops/elementwise/hyperbolic.ts";
import * as trigonometric from "../ops/elementwise/trigonometric.ts";
import { stopGradient as stopGradientOp } from "../ops/stop-gradient.ts";
import type { Value } from "../ops/literal.ts";
import type { OptionNames } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { dispatch, operand, options, requiredOptions, toValue } from "./dispatch.ts";
import { eluOptions, geluOptions, leakyReluOptions, type EluOptions, type LeakyReluOptions } from "./option-names.ts";
import type { BinaryFunction, CastFunction, ClipFunction, HeavisideFunction, UnaryFunction, UnaryFunctionWith } from "./signatures/elementwise.ts";
import type { FloatArithmetic, Same, ToFloat, ToNumber } from "./signatures/operands.ts";

// Functions with fractional results keep float32 and float64, and turn int32 and bool into float32.

/**
 * eˣ. NumPy, PyTorch: exp.
 * @example exp(tensor([0, 1])); // [1, 2.7182817]
 */
export const exp: UnaryFunction<ToFloat> = dispatch("exp", ["tensor"], exponential.exp);

/**
 * 2ˣ. NumPy, PyTorch: exp2.
 * @example exp2(tensor([3])); // [8]
 */
export const exp2: UnaryFunction<ToFloat> = dispatch("exp2", ["tensor"], exponential.exp2);

/**
 * eˣ − 1, exact next to 0. NumPy, PyTorch: expm1.
 * @example expm1(tensor([1e-8])); // [1e−8]
 */
export const expm1: UnaryFunction<ToFloat> = dispatch("expm1", ["tensor"], exponential.expm1);

/**
 * The natural logarithm; −Infinity at 0, NaN below. NumPy, PyTorch: log.
 * @example log(tensor([1])); // [0]
 */
export const log: UnaryFunction<ToFloat> = dispatch("log", ["tensor"], exponential.log);

/**
 * The logarithm to base 2. NumPy, PyTorch: log2.
 * @example log2(tensor([8])); // [3]
 */
export const log2: UnaryFunction<ToFloat> = dispatch("log2", ["tensor"], exponential.log2);

/**
 * The logarithm to base 10. NumPy, PyTorch: log10.
 * @example log10(tensor([1000])); // [3]
 */
export const log10: UnaryFunction<ToFloat> = dispatch("log10", ["tensor"], exponential.log10);

/**
 * log(1 + x), exact next to 0. NumPy, PyTorch: log1p.
 * @example log1p(tensor([1e-8])); // [1e−8]
 */
export const log1p: UnaryFunction<ToFloat> = dispatch("log1p", ["tensor"], exponential.log1p);

/**
 * sin x, x in radians. NumPy, PyTorch: sin.
 * @example sin(tensor([0])); // [0]
 */
export const sin: UnaryFunction<ToFloat> = dispatch("sin", ["tensor"], trigonometric.sin);

/**
 * cos x, x in radians. NumPy, PyTorch: cos.
 * @example cos(tensor([0])); // [1]
 */
export const cos: UnaryFunction<ToFloat> = dispatch("cos", ["tensor"], trigonometric.cos);

/**
 * tan x, x in radians. NumPy, PyTorch: tan.
 * @example tan(tensor([0])); // [0]
 */
export const tan: UnaryFunction<ToFloat> = dispatch("tan", ["tensor"], trigonometric.tan);

/**
 * The angle in [−π/2, π/2] whose sine is x; NaN outside [−1, 1]. NumPy: arcsin; PyTorch: asin.
 * @example asin(tensor([1])); // [1.5707964]
 */
export const asin: UnaryFunction<ToFloat> = dispatch("asin", ["tensor"], trigonometric.asin);

/**
 * The angle in [0, π] whose cosine is x; NaN outside [−1, 1]. NumPy: arccos; PyTorch: acos.
 * @example acos(tensor([1])); // [0]
 */
export const acos: UnaryFunction<ToFloat> = dispatch("acos", ["tensor"], trigonometric.acos);

/**
 * The angle in (−π/2, π/2) whose tangent is x. NumPy: arctan; PyTorch: atan.
 * @example atan(tensor([1])); // [0.7853982]
 */
export const atan: UnaryFunction<ToFloat> = dispatch("atan", ["tensor"], trigonometric.atan);

/**
 * The angle in [−π, π] of the point (x, y) = (b, a). NumPy: arctan2; PyTorch: atan2.
 * @throws ShapeError where the shapes do not broadcast.
 * @example atan2(tensor([1]), -1); // [2.3561945]
 */
export const atan2: BinaryFunction<FloatArithmetic> = dispatch("atan2", ["float", "float"], trigonometric.atan2);

/**
 * (eˣ − e⁻ˣ) / 2. NumPy, PyTorch: sinh.
 * @example sinh(tensor([0])); // [0]
 */
export const sinh: UnaryFunction<ToFloat> = dispatch("sinh", ["tensor"], hyperbolic.sinh);

/**
 * (eˣ + e⁻ˣ) / 2. NumPy, PyTorch: cosh.
 * @example cosh(tensor([0])); // [1]
 */
export const cosh: UnaryFunction<ToFloat> = dispatch("cosh", ["tensor"], hyperbolic.cosh);

/**
 * (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), in [−1, 1]. NumPy, PyTorch: tanh.
 * @example tanh(tensor([0])); // [0]
 */
export const tanh: UnaryFunction<ToFloat> = dispatch("tanh", ["tensor"], hyperbolic.tanh);

/**
 * The number whose sinh is x. NumPy: arcsinh; PyTorch: asinh.
 * @example asinh(tensor([0])); // [0]
 */
export const asinh: UnaryFunction<ToFloat> = dispatch("asinh", ["tensor"], hyperbolic.asinh);

/**
 * The number from 0 up whose cosh is x; NaN below 1. NumPy: arccosh; PyTorch: acosh.
 * @example acosh(tensor([1])); // [0]
 */
export const acosh: UnaryFunction<ToFloat> = dispatch("acosh", ["tensor"], hyperbolic.acosh);

/**
 * The number whose tanh is x; ±Infinity at ±1, NaN beyond. NumPy: arctanh; PyTorch: atanh.
 * @example atanh(tensor([0])); // [0]
 */
export const atanh: UnaryFunction<ToFloat> = dispatch("atanh", ["tensor"], hyperbolic.atanh);

/**
 * The error function, 2/√π · ∫₀ˣ e^(−t²) dt. SciPy: special.erf; PyTorch: erf.
 * @example erf(tensor([0])); // [0]
 */
export const erf: UnaryFunction<ToFloat> = dispatch("erf", ["tensor"], activation.erf);

/**
 * 1 / (1 + e⁻ˣ), in [0, 1]. SciPy: special.expit; PyTorch: sigmoid.
 * @example sigmoid(tensor([0])); // [0.5]
 */
export const sigmoid: UnaryFunction<ToFloat> = dispatch("sigmoid", ["tensor"], activation.sigmoid);

/**
 * log(1 + eˣ), a smooth relu, without overflow. PyTorch: softplus.
 * @example softplus(tensor([0])); // [0.6931472]
 */
export const softplus: UnaryFunction<ToFloat> = dispatch("softplus", ["tensor"], activation.softplus);

/**
 * max(x, 0); its gradient at 0 is 0. PyTorch: relu.
 * @example relu(tensor([-1, 2])); // [0, 2]
 */
export const relu: UnaryFunction<ToNumber> = dispatch("relu", ["tensor"], activation.relu);

/**
 * The logarithm of the sigmoid, −log(1 + e⁻ˣ), exact far from 0. PyTorch: logsigmoid.
 * @example logSigmoid(tensor([0])); // [−0.6931472]
 */
export const logSigmoid: UnaryFunction<ToFloat> = dispatch("logSigmoid", ["tensor"], activations.logSigmoid);

/**
 * x · sigmoid(x), called swish too (Ramachandran et al. 2017). PyTorch: silu.
 * @example silu(tensor([1])); // [0.7310586]
 */
export const silu: UnaryFunction<ToFloat> = dispatch("silu", ["tensor"], activations.silu);

/**
 * x · Φ(x), where Φ is the normal distribution's cumulative probability (Hendrycks and Gimpel 2016). PyTorch: gelu.
 * @param options `approximate: "tanh"` for the article's approximation.
 * @example gelu(tensor([1])); // [0.8413447]
 */
export const gelu: UnaryFunctionWith<ToFloat, activations.GeluOptions> = dispatch("gelu", ["tensor", options(geluOptions)], activations.gelu);

/**
 * x above 0, α·(eˣ − 1) elsewhere; α is 1 unless given (Clevert et al. 2015). PyTorch: elu.
 * @example elu(tensor([-1, 1])); // [−0.6321206, 1]
 */
export const elu: UnaryFunctionWith<ToFloat, EluOptions> = dispatch("elu", ["tensor", options(eluOptions)], activations.elu);

/**
 * x above 0, slope·x elsewhere; the slope is 0.01 unless given. PyTorch: leaky_relu.
 * @example leakyRelu(tensor([-1, 1])); // [−0.01, 1]
 */
export const leakyRelu: UnaryFunctionWith<ToFloat, LeakyReluOptions> = dispatch("leakyRelu", ["tensor", options(leakyReluOptions)], activations.leakyRelu);

/**
 * 0 where x is below 0, 1 where it is above, and the second argument at 0, which is 0 unless given; NaN stays. The gradient to x is 0.
 * NumPy, PyTorch: heaviside.
 * @throws ShapeError where the shapes do not broadcast.
 * @example heaviside(tensor([-1, 0, 2])); // [0, 0, 1]
 * @example heaviside(tensor([-1, 0, 2]), 0.5); // [0, 0.5, 1]
 */
export const heaviside: HeavisideFunction = dispatch("heaviside", ["tensor", "value?"], activations.heaviside);

/**
 * x / (1 + |x|). PyTorch: softsign.
 * @example softsign(tensor([1])); // [0.5]
 */
export const softsign: UnaryFunction<ToFloat> = dispatch("softsign", ["tensor"], activation.softsign);

const clipOptions: OptionNames<ClipOptions> = { min: operand, max: operand };
const bound = (value: unknown, { dtype }: Tensor): Value | undefined => (value === undefined ? undefined : toValue("clip", value, dtype));

/**
 * The elements moved into [min, max]; either bound may be left out, and `max` wins where they cross. NaN stays. The gradient
 * flows to x within the bounds. NumPy: clip; PyTorch: clamp.
 * @throws ShapeError where a bound that is a tensor does not broadcast with x.
 * @example clip(tensor([-2, 0.5, 3]), { min: 0, max: 1 }); // [0, 0.5, 1]
 */
export const clip: ClipFunction = dispatch("clip", ["tensor", requiredOptions(clipOptions)], (x: Tensor, { min, max }: ClipOptions) => clipOp(x, { min: bound(min, x), max: bound(max, x) }));

/**
 * The elements in another dtype: toward zero and saturating to int32 (NaN becomes 0), x ≠ 0 to bool, rounded to float32.
 * NumPy: astype; PyTorch: to.
 * @throws DTypeError for an unknown dtype.
 * @example cast(tensor([1.7, -1.7]), "int32"); // [1, −1]
 */
export const cast: CastFunction = dispatch("cast", ["tensor", "dtype"], castOp);

/**
 * x itself, taken as a constant by every gradient. JAX: lax.stop_gradient; PyTorch: detach.
 * @example grad((x: Tensor) => stopGradient(x).mul(x).sum())(tensor([3])); // [3]
 */
export const stopGradient: UnaryFunction<Same> = dispatch("stopGradient", ["tensor"], stopGradientOp);
