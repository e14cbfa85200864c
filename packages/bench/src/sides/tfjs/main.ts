import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
// Registers the gradients, as the library's umbrella package does.
import "@tensorflow/tfjs-layers";
import type { Inputs, Job, Prepared } from "../../harness/job.ts";
import { serve } from "../../harness/serve.ts";
import { elementwise, load, reductions } from "./operations.ts";
import { adam, calling, layerNorm, softmaxCrossEntropy, train, transformer } from "./programs.ts";

await tf.setBackend("wasm");
await tf.ready();
const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");

await serve({
  describe: () => ({ version: tf.version_core, detail: `WebAssembly backend, ${simd === true ? "SIMD, " : ""}1 thread in Node, float32 only` }),
  // It has no other floats.
  precision: () => "float32",
  prepare,
});

function prepare(job: Job, inputs: Inputs): Prepared {
  switch (job.kind) {
    case "product": {
      const [a, b] = [load(inputs["a"]), load(inputs["b"])];
      return calling(() => tf.matMul(a, b, job.transposeA, job.transposeB));
    }
    case "elementwise": {
      const [a, b] = [load(inputs["a"]), load(inputs["b"])];
      const f = elementwise[job.operation];
      return calling(() => f(a, b));
    }
    case "reduction": {
      const a = load(inputs["a"]);
      const f = reductions[job.operation];
      return calling(() => f(a));
    }
    case "train":
      return train(job.network, inputs);
    case "softmaxCrossEntropy":
      return softmaxCrossEntropy(inputs);
    case "layerNorm":
      return layerNorm(inputs);
    case "adam":
      return adam(inputs);
    case "transformer":
      return transformer(inputs, job.blocks, job.heads);
    case "firstStep":
    case "dispatch":
      throw new Error("it does not compile functions");
  }
}
