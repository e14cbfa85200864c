import { repeating, sample, training, type Inputs, type Job, type Precision, type Prepared } from "../../harness/job.ts";
import type { Implementation } from "../../harness/serve.ts";
import { allocate, inputOf, load } from "./arrays.ts";
import { elementwise, reduce, reducedSize } from "./elements.ts";
import { trainer } from "./network.ts";
import { product } from "./product.ts";
import { adam, layerNorm, softmaxCrossEntropy } from "./programs.ts";

/** Plain loops over typed arrays, in the orders that read memory as it lies, with nothing allocated on the way. */
export const loops: Implementation = {
  describe: () => ({ version: process.version, detail: "plain JavaScript loops, 1 thread" }),
  precision: (asked) => asked,
  prepare,
};

function prepare(job: Job, inputs: Inputs, precision: Precision): Prepared {
  switch (job.kind) {
    case "product": {
      const { shape: aShape } = inputOf(inputs, "a");
      const { shape: bShape } = inputOf(inputs, "b");
      const [aRows, aColumns] = aShape.slice(-2);
      const [bRows, bColumns] = bShape.slice(-2);
      const sizes = { m: job.transposeA ? aColumns : aRows, k: job.transposeA ? aRows : aColumns, n: job.transposeB ? bRows : bColumns, batches: aShape.length > 2 ? aShape[0] : 1 };
      const [a, b] = [load(precision, inputOf(inputs, "a")), load(precision, inputOf(inputs, "b"))];
      const out = allocate(precision, sizes.m * sizes.n * sizes.batches);
      return repeating(() => { product(a, b, out, sizes, job.transposeA, job.transposeB); }, () => sample(out));
    }
    case "elementwise": {
      const [a, b] = [load(precision, inputOf(inputs, "a")), load(precision, inputOf(inputs, "b"))];
      const out = allocate(precision, a.length);
      const compute = elementwise[job.operation];
      return repeating(() => { compute(a, b, out); }, () => sample(out));
    }
    case "reduction": {
      const a = load(precision, inputOf(inputs, "a"));
      const [rows, columns] = inputOf(inputs, "a").shape;
      const out = allocate(precision, reducedSize(job.operation, rows, columns));
      const compute = reduce[job.operation];
      return repeating(() => { compute(a, out, rows, columns); }, () => sample(out));
    }
    case "train": {
      const step = trainer(job.network, inputs, precision);
      return training(step, (loss) => loss);
    }
    case "softmaxCrossEntropy":
      return softmaxCrossEntropy(inputs, precision);
    case "layerNorm":
      return layerNorm(inputs, precision);
    case "adam":
      return adam(inputs, precision);
    case "firstStep":
    case "transformer":
    case "dispatch":
      throw new Error(`no plain loops for ${job.kind}`);
  }
}
