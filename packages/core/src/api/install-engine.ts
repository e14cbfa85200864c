import { installEngine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { createWasmEngine, isSupported } from "../engine/wasm/engine.ts";

// Chosen once, when the package is loaded.
if (isSupported()) {
  installEngine(createWasmEngine());
} else {
  console.warn("ndgrad: WebAssembly with SIMD is not to be had here, so tensors run on the reference engine, which is right but slow.");
  installEngine(referenceEngine);
}
