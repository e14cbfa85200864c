// What jax-js costs until its first operation can run.
globalThis.navigator ??= {};
const start = performance.now();
const jax = await import("@jax-js/jax");
await jax.init();
console.log(JSON.stringify({ import: performance.now() - start }));
process.exit(0);
