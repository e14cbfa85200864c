// What TensorFlow.js costs until its first operation can run.
const start = performance.now();
const tf = await import("@tensorflow/tfjs-core");
await import("@tensorflow/tfjs-backend-wasm");
await tf.setBackend("wasm");
await tf.ready();
console.log(JSON.stringify({ import: performance.now() - start }));
process.exit(0);
