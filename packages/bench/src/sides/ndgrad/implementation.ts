import { exp, max, softmax, sum, tanh, sigmoid, type Tensor } from "@ndgrad/core";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { ElementwiseOperation, Inputs, Job, Precision, Prepared, ReductionOperation } from "../../harness/job.ts";
import type { Implementation } from "../../harness/serve.ts";
import { firstStep, load, train } from "./networks.ts";
import { adamUpdate, calling, compiler, layerNorm, softmaxCrossEntropy, transformer } from "./programs.ts";

/** ndgrad as its users write it; where a job is a program, compiled or operation by operation. */
export function ndgrad(compiled: boolean): Implementation {
  return {
    describe: () => ({ version: ownVersion(), detail: compiled ? `WebAssembly, compiled programs on up to ${availableParallelism()} threads` : "WebAssembly, operation by operation" }),
    precision: (asked) => asked,
    prepare: (job, inputs, precision) => prepare(job, inputs, precision, compiled),
  };
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { readonly version: string };
  return manifest.version;
}

const elementwise: Readonly<Record<ElementwiseOperation, (a: Tensor, b: Tensor) => Tensor>> = {
  add: (a, b) => a.add(b),
  mul: (a, b) => a.mul(b),
  exp: (a) => exp(a),
  tanh: (a) => tanh(a),
  sigmoid: (a) => sigmoid(a),
  chain: (a, b) => sigmoid(a.mul(b).add(a)).sub(b.mul(0.5)),
};

const reductions: Readonly<Record<ReductionOperation, (a: Tensor) => Tensor>> = {
  sumAll: (a) => sum(a),
  sumRows: (a) => sum(a, { axis: 0 }),
  sumColumns: (a) => sum(a, { axis: 1 }),
  maxAll: (a) => max(a),
  softmax: (a) => softmax(a, { axis: 1 }),
};

function prepare(job: Job, inputs: Inputs, precision: Precision, compiled: boolean): Prepared {
  switch (job.kind) {
    case "product": {
      const [a, b] = [load(inputs["a"], precision), load(inputs["b"], precision)];
      const swap = (x: Tensor): Tensor => x.transpose(x.rank === 3 ? [0, 2, 1] : [1, 0]);
      return calling(() => (job.transposeA ? swap(a) : a).matmul(job.transposeB ? swap(b) : b));
    }
    case "elementwise": {
      const [a, b] = [load(inputs["a"], precision), load(inputs["b"], precision)];
      const f = compiler(job.compiled && compiled)(elementwise[job.operation]);
      return calling(() => f(a, b));
    }
    case "reduction": {
      const a = load(inputs["a"], precision);
      const f = reductions[job.operation];
      return calling(() => f(a));
    }
    case "train":
      return train(job.network, inputs, precision, compiled);
    case "firstStep":
      return firstStep(job.network, inputs, precision);
    case "softmaxCrossEntropy":
      return softmaxCrossEntropy(inputs, precision, compiled);
    case "layerNorm":
      return layerNorm(inputs, precision, compiled);
    case "adam":
      return adamUpdate(inputs, precision, compiled);
    case "transformer":
      return transformer(inputs, precision, job.blocks, job.heads, compiled);
    case "dispatch": {
      const x = load(inputs["x"], precision);
      const f = compiler(compiled)((each: Tensor): Tensor => each.add(1));
      return calling(() => f(x));
    }
  }
}
