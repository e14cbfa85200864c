import { repeating, sample, type Inputs, type Precision, type Prepared } from "../../harness/job.ts";
import { allocate, inputOf, load } from "./arrays.ts";
import { softmaxRow } from "./elements.ts";

/** The mean over rows of −log softmax(x)[class], and its gradient (softmax(x) − oneHot(class)) / rows. */
export function softmaxCrossEntropy(inputs: Inputs, precision: Precision): Prepared {
  const [rows, columns] = inputOf(inputs, "x").shape;
  const x = load(precision, inputOf(inputs, "x"));
  const classes = Int32Array.from(inputOf(inputs, "y").data);
  const gradient = allocate(precision, x.length);
  let loss = 0;
  return repeating(() => {
    loss = 0;
    for (let row = 0; row < rows; row++) {
      softmaxRow(x, gradient, row * columns, columns);
      loss -= Math.log(gradient[row * columns + classes[row]]);
      gradient[row * columns + classes[row]] -= 1;
    }
    for (let i = 0; i < gradient.length; i++) gradient[i] /= rows;
  }, () => [loss / rows, ...sample(gradient)]);
}

/** (x − mean) / √(variance + 1e-5) · scale + shift over the last axis. */
export function layerNorm(inputs: Inputs, precision: Precision): Prepared {
  const [rows, columns] = inputOf(inputs, "x").shape;
  const [x, scale, shift] = ["x", "scale", "shift"].map((name) => load(precision, inputOf(inputs, name)));
  const out = allocate(precision, x.length);
  return repeating(() => {
    for (let from = 0; from < rows * columns; from += columns) {
      let total = 0;
      for (let j = 0; j < columns; j++) total += x[from + j];
      const mean = total / columns;
      let squares = 0;
      for (let j = 0; j < columns; j++) squares += (x[from + j] - mean) * (x[from + j] - mean);
      const factor = 1 / Math.sqrt(squares / columns + 1e-5);
      for (let j = 0; j < columns; j++) out[from + j] = (x[from + j] - mean) * factor * scale[j] + shift[j];
    }
  }, () => sample(out));
}

/** Adam with the usual settings (Kingma and Ba, 2015). */
export function adam(inputs: Inputs, precision: Precision): Prepared {
  const [w, g] = ["w", "g"].map((name) => load(precision, inputOf(inputs, name)));
  const [mean, square] = [allocate(precision, w.length), allocate(precision, w.length)];
  let step = 0;
  return repeating(() => {
    step++;
    const [meanBias, squareBias] = [1 - 0.9 ** step, 1 - 0.999 ** step];
    for (let i = 0; i < w.length; i++) {
      mean[i] = 0.9 * mean[i] + 0.1 * g[i];
      square[i] = 0.999 * square[i] + 0.001 * g[i] * g[i];
      w[i] -= (0.001 * (mean[i] / meanBias)) / (Math.sqrt(square[i] / squareBias) + 1e-8);
    }
  }, () => sample(w));
}
