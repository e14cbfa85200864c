import { Tensor, eagerly, variable, type AnyDType, type DType, type FloatDType, type Generator, type PromotedDType, type Shape, type Variable } from "@ndgrad/core";
import { checkOptions, flag, showSpec, type OptionNames } from "@ndgrad/core/internal";
import { defineModule } from "./define-module.ts";
import { described, tensorOf } from "./described.ts";
import { ModuleError } from "./errors.ts";
import type { LastAxis, LastAxisFlow } from "./flow.ts";
import { glorotUniform, zeros, type Initializer } from "./initializers.ts";
import { ifItFails, pathOf, type Module, type VariablePlan, type VariableSpec, type Variables } from "./module.ts";
import type { DenseParameters } from "./parameters.ts";
import { streamOf } from "./streams.ts";

/** A fully connected layer: a function of tensors whose last axis has `In` elements. `B` says whether it has a bias, `boolean` that this is not known. */
export interface Dense<In extends number = number, Out extends number = number, P extends DType = AnyDType, B extends boolean = boolean>
  extends Module<DenseParameters<In, Out, P, B>>, LastAxis<In, Out, P> {
  <S extends Shape, D extends DType>(x: Tensor<S, D> & LastAxisFlow<S, In, Out>["fits"]): Tensor<LastAxisFlow<S, In, Out>["shape"], PromotedDType<D, P>>;
  readonly kind: "dense";
  readonly outputSize: Out;
}

export interface DenseOptions<P extends FloatDType = FloatDType, B extends boolean = boolean> {
  /** Applied to the result; none unless given. */
  readonly activation?: ((x: Tensor) => Tensor) | undefined;
  /** Whether a vector is added to the product; yes unless `false`. */
  readonly bias?: B | undefined;
  /** Draws the weights; Glorot's uniform unless given. */
  readonly initializer?: Initializer | undefined;
  /** Draws the bias; zeros unless given. */
  readonly biasInitializer?: Initializer | undefined;
  /** Where the initializers draw from: a generator, or a number to seed one. See {@link streamOf} for what it is otherwise. */
  readonly seed?: number | Generator | undefined;
  /** The dtype of the parameters; float32 unless given. */
  readonly dtype?: P | undefined;
}

const denseOptions: OptionNames<DenseOptions> = {
  activation: true, bias: flag, initializer: true, biasInitializer: true, seed: true, dtype: true,
};

/**
 * A fully connected layer: y = activation(x · W + b) over the last axis of x, W of shape [inputSize, outputSize].
 * Given one size only, it takes the other from its first input. One example (`[inputSize]`) and batches of any rank do.
 *
 * @throws ModuleError for an unknown option, sizes that are not positive whole numbers and initializers that give another shape or dtype than they
 *   are asked for; when called, for an input whose last axis differs.
 * @see Keras: Dense; PyTorch: Linear (whose weight is stored transposed)
 * @example
 * const hidden = dense(784, 128, { activation: relu, initializer: initializers.heNormal });
 * const out = dense(10); // 128 → 10 when it is called with [n, 128]
 */
export function dense<Out extends number, P extends FloatDType = "float32", B extends boolean = true>(
  outputSize: Out, options?: DenseOptions<P, B>,
): Dense<number, Out, NoInfer<P>, NoInfer<B>>;
export function dense<In extends number, Out extends number, P extends FloatDType = "float32", B extends boolean = true>(
  inputSize: In, outputSize: Out, options?: DenseOptions<P, B>,
): Dense<In, Out, NoInfer<P>, NoInfer<B>>;
export function dense(first: number, second?: number | DenseOptions, third?: DenseOptions): Dense {
  const lazy = typeof second !== "number";
  const given = lazy ? second : third;
  const options = given === undefined ? {} : given;
  const outputSize = lazy ? first : second;
  checkSize("outputSize", outputSize);
  checkDenseOptions(options);
  const { activation, bias = true, initializer = glorotUniform, biasInitializer = zeros, dtype = "float32" } = options;
  // Taken now and not at the first call, so that the order of calls does not change what is drawn.
  const stream = streamOf("dense", options.seed);

  let inputSize: number | undefined;
  let weight: Variable | undefined;
  let offset: Variable | undefined;

  const build = (size: number): Variable => {
    checkSize("inputSize", size);
    const label = `dense(${size}, ${outputSize})`;
    // The first call may come while a step is compiled: its program must not draw the weights again.
    const drawn = stream();
    const draw = (name: string, from: Initializer, shape: readonly number[]): Variable =>
      variable(checkDrawn(`${label}: ${name}`, eagerly(() => from(shape, drawn, dtype)), { shape, dtype }), { name: `${label}.${name}` });
    const made = draw("weight", initializer, [size, outputSize]);
    const madeOffset = bias ? draw("bias", biasInitializer, [outputSize]) : undefined;
    [inputSize, weight, offset] = [size, made, madeOffset];
    ifItFails(() => { [inputSize, weight, offset] = [undefined, undefined, undefined]; });
    return made;
  };
  if (!lazy) build(first);

  const name = (): string => {
    const path = pathOf(module);
    return `${path === "" ? "" : `${path}: `}dense(${inputSize === undefined ? "" : `${inputSize}, `}${outputSize})`;
  };

  const forward = (x: Tensor): Tensor => {
    if (!(x instanceof Tensor)) throw new ModuleError(`${name()}: the input is ${described(x)}, not a tensor; ${x === undefined ? "call it with one" : tensorOf(x)}`);
    const { shape } = x;
    if (shape.length === 0) throw new ModuleError(`${name()}: the input is a scalar; give [${inputSize ?? "size"}] for one example or [n, ${inputSize ?? "size"}] for n`);
    const size = shape[shape.length - 1];
    if (inputSize !== undefined && size !== inputSize) {
      throw new ModuleError(`${name()}: the input's last axis must be ${inputSize}, got ${showSpec(x)}${hint(shape, inputSize)}`);
    }
    const product = multiply(x, (weight ?? build(size)).value);
    const sum = offset === undefined ? product : product.add(offset.value);
    return activation === undefined ? sum : activation(sum);
  };

  const variables = (): Variables => {
    if (weight === undefined) throw new ModuleError(`${name()}: its input size is not known yet; call the model once, or write dense(inputSize, ${outputSize})`);
    return offset === undefined ? { weight } : { weight, bias: offset };
  };

  // A file's weight tells the input size, if it is one of this many outputs.
  const plan = ({ weight: shape = [] }: Readonly<Record<string, readonly number[]>>): VariablePlan => {
    const [rows, columns] = shape;
    const fits = shape.length === 2 && rows > 0 && columns === outputSize;
    const specs: Readonly<Record<string, VariableSpec>> = { weight: { shape: [fits ? rows : undefined, outputSize], dtype }, ...(bias ? { bias: { shape: [outputSize], dtype } } : {}) };
    return { specs, build: fits ? () => void build(rows) : undefined };
  };

  const module = Object.assign(
    defineModule({ kind: "dense", variables, plan, exampleShape: () => (inputSize === undefined ? undefined : [inputSize]), forward }),
    { outputSize },
  ) as unknown as Dense;
  return module;
}

/** x · W, where x is one example or a batch of any rank. */
function multiply(x: Tensor, weight: Tensor): Tensor {
  const { shape } = x;
  if (shape.length === 2) return x.matmul(weight);
  // One product over all examples: a batch of products would share nothing.
  const [inputs, outputs] = weight.shape;
  const examples = shape.slice(0, -1);
  const count = examples.reduce((size, axis) => size * axis, 1);
  return x.reshape([count, inputs]).matmul(weight).reshape([...examples, outputs]);
}

/** Flattening is the usual remedy where all axes together have the right number of elements. */
function hint(shape: readonly number[], inputSize: number): string {
  for (let axis = 0, rest = shape.length; axis < rest - 1; axis++) {
    if (shape.slice(axis).reduce((size, each) => size * each, 1) === inputSize) {
      return `; reshape it to [${[...shape.slice(0, axis), inputSize].join(", ")}]`;
    }
  }
  return "; was it made for another layer?";
}

function checkSize(what: string, size: unknown): void {
  if (Number.isSafeInteger(size) && (size as number) > 0) return;
  throw new ModuleError(`dense: ${what} must be a positive whole number, got ${typeof size === "number" ? size : described(size)}; dense takes (outputSize) or (inputSize, outputSize), and options by name after them`);
}

/** Throws unless options are what they are called: the compiler has seen to it, where there was one. */
function checkDenseOptions(options: DenseOptions): void {
  checkOptions("dense", options, denseOptions, ModuleError);
  for (const key of ["activation", "initializer", "biasInitializer"] as const) {
    if (options[key] !== undefined && typeof options[key] !== "function") throw new ModuleError(`dense: ${key} is ${described(options[key])}; give a function, such as ${key === "activation" ? "relu" : "initializers.heNormal"}`);
  }
  const { dtype = "float32" } = options;
  if (dtype !== "float32" && dtype !== "float64") throw new ModuleError(`dense: dtype is ${String(dtype)}, and parameters are floats; give "float32" or "float64"`);
}

/** What an initializer drew, if it is what it was asked for. */
function checkDrawn(what: string, drawn: Tensor, asked: { readonly shape: readonly number[]; readonly dtype: DType }): Tensor {
  if (drawn instanceof Tensor && showSpec(drawn) === showSpec(asked)) return drawn;
  throw new ModuleError(`${what}: the initializer gave ${drawn instanceof Tensor ? showSpec(drawn) : described(drawn)}, and ${showSpec(asked)} was asked for; an initializer is a function of (shape, stream, dtype)`);
}
