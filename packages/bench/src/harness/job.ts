/** What an elementwise job computes; `chain` is sigmoid(a · b + a) − b / 2. */
export type ElementwiseOperation = "add" | "mul" | "exp" | "tanh" | "sigmoid" | "chain";
/** What a reduction job computes, of a matrix. */
export type ReductionOperation = "sumAll" | "sumRows" | "sumColumns" | "maxAll" | "softmax";
/** Number formats that jobs are computed in. */
export type Precision = "float32" | "float64";

/** One fully connected layer. */
export interface LayerSpec {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: "relu" | "sigmoid";
  readonly bias: boolean;
}

/** A network with what trains it. Its parameters are the inputs `w0`, `b0`, `w1`, ...; its data `x` and `y`. */
export interface Network {
  readonly layers: readonly LayerSpec[];
  /**
   * `meanSquares`: the mean of (p − y)² over all elements. `sumSquares`: its sum over outputs, averaged over examples.
   * `crossEntropy`: the mean of −(y log p + (1 − y) log(1 − p)) over all elements.
   */
  readonly loss: "meanSquares" | "sumSquares" | "crossEntropy";
  /** The rate of plain gradient descent. */
  readonly rate: number;
  /** One step takes one example, the next of `x` and `y` each time, and not all of them. */
  readonly oneByOne: boolean;
}

/** What is computed: the same words to every side, in TypeScript or Python. */
export type Job =
  | { readonly kind: "product"; readonly transposeA: boolean; readonly transposeB: boolean }
  | { readonly kind: "elementwise"; readonly operation: ElementwiseOperation; readonly compiled: boolean }
  | { readonly kind: "reduction"; readonly operation: ReductionOperation }
  | { readonly kind: "train"; readonly network: Network }
  /** Makes the training step anew and calls it once: what the first call costs. */
  | { readonly kind: "firstStep"; readonly network: Network }
  /** The mean over rows of logSumExp(x) − x[class], and its gradient. */
  | { readonly kind: "softmaxCrossEntropy" }
  /** (x − mean) / √(variance + 1e-5) · scale + shift over the last axis. */
  | { readonly kind: "layerNorm" }
  /** One update of Adam with the usual settings and a given gradient. */
  | { readonly kind: "adam" }
  /** Attention and a relu network, each behind a layer-norm and beside a residual path: the sum of squares and all gradients. */
  | { readonly kind: "transformer"; readonly blocks: number; readonly heads: number }
  /** A compiled function that adds 1 to one number. */
  | { readonly kind: "dispatch" };

/** Numbers that a job starts from. */
export interface Input {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}
export type Inputs = Readonly<Record<string, Input>>;

/** A job that is ready to run. */
export interface Prepared {
  /** Does it so many times; all work is done when it returns. */
  readonly run: (times: number) => void | Promise<void>;
  /**
   * What it computes, for comparison with other sides: the losses of the next steps, or elements of the result
   * (see `sample`).
   */
  readonly values: () => readonly number[] | Promise<readonly number[]>;
}

/** A job of one function: what it computes is looked at after a run. */
export function repeating(work: () => void, values: () => readonly number[]): Prepared {
  return {
    run(times) { for (let i = 0; i < times; i++) work(); },
    values() { work(); return values(); },
  };
}

/** A job of training: `step` makes a step and gives its loss in a way that `read` turns into a number. */
export function training<Loss>(step: () => Loss, read: (loss: Loss) => number): Prepared {
  return {
    run(times) {
      let loss: Loss | undefined;
      for (let i = 0; i < times; i++) loss = step();
      // Whoever computes lazily must have done all of it by now.
      if (loss !== undefined) read(loss);
    },
    values: () => Array.from({ length: comparedSteps }, () => read(step())),
  };
}

/** Steps of training whose losses are compared. */
export const comparedSteps = 8;

/** At most 64 elements, evenly spaced, and the mean of all: enough to tell results apart, little to send. */
export function sample(data: ArrayLike<number>): readonly number[] {
  const count = Math.min(64, data.length);
  const picked = Array.from({ length: count }, (_, i) => data[Math.floor((i * data.length) / count)]);
  let total = 0;
  for (let i = 0; i < data.length; i++) total += data[i];
  return [...picked, total / data.length];
}
