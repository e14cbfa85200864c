import { defaultDevice, init, jit } from "@jax-js/jax";
import type { Inputs, Job, Precision, Prepared } from "../../harness/job.ts";
import type { Implementation } from "../../harness/serve.ts";
import { elementwise, load, product, reductions, type Array } from "./operations.ts";
import { adam, calling, firstStep, layerNorm, softmaxCrossEntropy, train, transformer } from "./programs.ts";

/** jax-js on its WebAssembly device. */
export async function jax(version: string): Promise<Implementation> {
  await init();
  defaultDevice("wasm");
  return { describe: () => ({ version, detail: "WebAssembly device, jit where a job is a program, 1 thread in Node" }), precision: (asked) => asked, prepare };
}

function prepare(job: Job, inputs: Inputs, precision: Precision): Prepared {
  switch (job.kind) {
    case "product": {
      const [a, b] = [load(inputs["a"], precision), load(inputs["b"], precision)];
      return calling(() => product(a.ref, b.ref, job.transposeA, job.transposeB));
    }
    case "elementwise": {
      const [a, b] = [load(inputs["a"], precision), load(inputs["b"], precision)];
      const f = job.compiled ? jit(elementwise[job.operation]) : elementwise[job.operation];
      return calling(() => f(a.ref, b.ref) as Array);
    }
    case "reduction": {
      const a = load(inputs["a"], precision);
      const f = reductions[job.operation];
      return calling(() => f(a.ref));
    }
    case "train":
      return train(job.network, inputs, precision);
    case "firstStep":
      return firstStep(job.network, inputs, precision);
    case "softmaxCrossEntropy":
      return softmaxCrossEntropy(inputs, precision);
    case "layerNorm":
      return layerNorm(inputs, precision);
    case "adam":
      return adam(inputs, precision);
    case "transformer":
      return transformer(inputs, precision, job.blocks, job.heads);
    case "dispatch": {
      const x = load(inputs["x"], precision);
      const f = jit((each: Array): Array => each.add(1));
      return calling(() => f(x.ref));
    }
  }
}
