import { ones as fullOfOnes, zeros as fullOfZeros, type FloatDType, type Generator, type Tensor } from "@ndgrad/core";
import { described } from "./described.ts";
import { ModuleError } from "./errors.ts";

/** Draws the first value of a parameter: a tensor of this shape and dtype. A weight has the shape [inputs, outputs]. */
export type Initializer = (shape: readonly number[], stream: Generator, dtype: FloatDType) => Tensor;

/** An initializer that says what it is where it is called by mistake: `initializers.heNormal()`. */
const checked = (name: string, draw: Initializer): Initializer => (shape, stream, dtype) => {
  if (Array.isArray(shape)) return draw(shape, stream, dtype);
  throw new ModuleError(`${name}: a layer calls its initializer with (shape, stream, dtype), got ${described(shape)}; give it as it is, as in dense(2, 3, { initializer: initializers.${name} })`);
};

/** The same of one that draws. */
const checkedDraw = (name: string, draw: Initializer): Initializer => checked(name, (shape, stream, dtype) => {
  if (typeof stream?.uniform === "function") return draw(shape, stream, dtype);
  throw new ModuleError(`${name}: the stream is ${described(stream)}; give a generator: generator(seed)`);
});

/** All zeros: what a bias begins with. */
export const zeros: Initializer = checked("zeros", (shape, _, dtype) => fullOfZeros([...shape], { dtype }));

/** All ones. */
export const ones: Initializer = checked("ones", (shape, _, dtype) => fullOfOnes([...shape], { dtype }));

/**
 * The same number everywhere.
 * @throws ModuleError for what is no number.
 * @example dense(2, 3, { biasInitializer: initializers.constant(0.1) });
 */
export function constant(value: number): Initializer {
  if (typeof value !== "number") throw new ModuleError(`constant: the value must be a number, got ${described(value)}`);
  return checked("constant(value)", (shape, _, dtype) => fullOfZeros([...shape], { dtype }).add(value));
}

/**
 * Even between `low` and `high`.
 * @throws ModuleError unless low < high, both finite.
 * @example dense(2, 3, { initializer: initializers.uniform(-1, 1) });
 */
export function uniform(low: number, high: number): Initializer {
  checkNumbers("uniform", { low, high });
  if (!(low < high) || !Number.isFinite(high - low)) throw new ModuleError(`uniform: low must be below high, got ${low} and ${high}`);
  return checkedDraw("uniform(low, high)", (shape, stream, dtype) => stream.uniform([...shape], { low, high, dtype }));
}

/**
 * Normal with a mean and a standard deviation, 0 and 1 unless given.
 * @throws ModuleError for a negative or infinite standard deviation.
 * @example dense(2, 3, { initializer: initializers.normal(0, 0.02) });
 */
export function normal(mean: number = 0, std: number = 1): Initializer {
  checkNumbers("normal", { mean, std });
  if (!(std >= 0) || !Number.isFinite(mean) || !Number.isFinite(std)) throw new ModuleError(`normal: std must not be negative, got mean ${mean} and std ${std}`);
  return checkedDraw("normal(mean, std)", (shape, stream, dtype) => stream.normal([...shape], { mean, std, dtype }));
}

/** Throws unless all are numbers: other frameworks take them by name. */
function checkNumbers(initializer: string, numbers: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(numbers).join(", ");
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value !== "number") throw new ModuleError(`${initializer}: ${name} must be a number, got ${described(value)}; it takes (${names})`);
  }
}

/** Uniform within ±√(6 / (fanIn + fanOut)): keeps the variance of values and gradients through tanh and sigmoid. Glorot and Bengio, 2010. PyTorch: xavier_uniform_. */
export const glorotUniform: Initializer = checkedDraw("glorotUniform", (shape, stream, dtype) => evenly(6 / sum(fans(shape)))(shape, stream, dtype));

/** Normal with variance 2 / (fanIn + fanOut). Glorot and Bengio, 2010. PyTorch: xavier_normal_. */
export const glorotNormal: Initializer = checkedDraw("glorotNormal", (shape, stream, dtype) => normally(2 / sum(fans(shape)))(shape, stream, dtype));

/** Uniform within ±√(6 / fanIn): keeps the variance of values through relu. He and others, 2015. PyTorch: kaiming_uniform_ for relu. */
export const heUniform: Initializer = checkedDraw("heUniform", (shape, stream, dtype) => evenly(6 / fans(shape)[0])(shape, stream, dtype));

/** Normal with variance 2 / fanIn. He and others, 2015. PyTorch: kaiming_normal_ for relu. */
export const heNormal: Initializer = checkedDraw("heNormal", (shape, stream, dtype) => normally(2 / fans(shape)[0])(shape, stream, dtype));

const sum = ([a, b]: readonly [number, number]): number => a + b;
const evenly = (square: number): Initializer => uniform(-Math.sqrt(square), Math.sqrt(square));
const normally = (variance: number): Initializer => normal(0, Math.sqrt(variance));

/** How many numbers come into an output and leave an input: the last two axes, times the axes of a kernel before them. */
function fans(shape: readonly number[]): readonly [fanIn: number, fanOut: number] {
  if (shape.length < 2) return [Math.max(1, shape[0] ?? 1), Math.max(1, shape[0] ?? 1)];
  const kernel = shape.slice(0, -2).reduce((size, axis) => size * axis, 1);
  return [kernel * shape[shape.length - 2], kernel * shape[shape.length - 1]];
}
