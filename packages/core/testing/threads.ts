import type { Runtime } from "../src/engine/engine.ts";
import type { RuntimeOptions } from "../src/engine/wasm/program/runtime.ts";

/** Every program on all threads, and every band that can be divided: however small they are. */
export const shareAll: RuntimeOptions = { leastWork: 0, triedWork: 0, dividedWork: 0 };

const clock = new Int32Array(new SharedArrayBuffer(4));

/** Blocks until a runtime's helpers serve: before, programs run on one thread. */
export function waitUntilReady(runtime: Runtime): void {
  const start = performance.now();
  while (!runtime.ready) {
    if (performance.now() - start > 20_000) throw new Error(`${runtime.threads} threads were not ready after 20 seconds`);
    Atomics.wait(clock, 0, 0, 0.2);
  }
}
