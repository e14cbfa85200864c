import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type * as Core from "../index.ts";

type WebAssemblyHere = typeof WebAssembly;

class Forbidden {
  constructor() { throw new WebAssembly.CompileError("WebAssembly.Module(): blocked by Content Security Policy"); }
}
const known = WebAssembly;
const without = (parts: object): WebAssemblyHere => Object.assign(Object.create(known) as WebAssemblyHere, parts);

describe("where WebAssembly cannot be used", () => {
  beforeEach(() => { vi.resetModules(); });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  test.each([
    ["is absent", undefined, "there is no WebAssembly here"],
    ["has no SIMD", without({ validate: () => false }), "WebAssembly has no SIMD here"],
    ["is forbidden by a policy", without({ Module: Forbidden }), "script-src 'wasm-unsafe-eval'"],
  ])("because it %s, the reference engine computes, trains and compiles, after one sentence", async (_, stub, reason) => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    vi.stubGlobal("WebAssembly", stub);
    const nd: typeof Core = await import("../index.ts");
    const { currentEngine } = await import("../engine/engine.ts");

    const w = nd.variable(nd.tensor([4, -4]));
    const step = nd.compile(() => {
      const { value, grads } = nd.valueAndGrad(() => w.value.square().sum(), [w]);
      w.assign(w.value.sub(grads[0].mul(0.25)));
      return value;
    });
    expect(Array.from({ length: 4 }, () => step().item())).toEqual([32, 8, 2, 0.5]);
    expect(nd.scan((carry: Core.Tensor, x: Core.Tensor) => [carry.add(x), carry], nd.tensor(0), nd.tensor([1, 2, 3]))[0].item()).toBe(6);
    expect(nd.generator(1).uniform([3]).shape).toEqual([3]);
    nd.setThreads(1);
    expect(nd.getThreads()).toBe(1);
    expect(currentEngine().name).toBe("reference");
    expect(warned.mock.calls).toEqual([[expect.stringContaining(reason)]]);
  });
});
