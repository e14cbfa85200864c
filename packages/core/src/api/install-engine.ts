import { installEngine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { createWasmEngine, wasmObstacle } from "../engine/wasm/engine.ts";

// Chosen once, when the package is loaded.
const obstacle = wasmObstacle();
if (obstacle === null) {
  installEngine(createWasmEngine());
} else {
  console.warn(`ndgrad: ${obstacle}, so tensors run on the reference engine, which is right but slow.`);
  installEngine(referenceEngine);
}
