import { afterEach, describe, expect, test } from "vitest";
import "../../../index.ts";
import { matmul } from "../../../ops/contract/matmul.ts";
import { zeros } from "../../../ops/creation.ts";
import { add, mul, sub } from "../../../ops/elementwise/arithmetic.ts";
import { sum } from "../../../ops/reduce/sum.ts";
import { fromData, type Tensor } from "../../../tensor.ts";
import { compile } from "../../../transform/compile.ts";
import { valueAndGrad } from "../../../transform/gradient.ts";
import { Variable } from "../../../variable.ts";
import { installEngine, type Engine } from "../../engine.ts";
import { createWasmEngine } from "../engine.ts";

const megabyte = 2 ** 20;
const floats = (megabytes: number, value = 1): Tensor => fromData(new Float32Array(megabytes * 262_144).fill(value), [megabytes * 256, 1024], "float32");

let before: Engine | null = null;
/** Programs that have so many megabytes, on one thread. */
function within(megabytes: number): void {
  const engine = createWasmEngine({ memory: { most: megabytes * megabyte } });
  engine.runtime?.setThreads(1);
  before = installEngine(engine);
}
afterEach(() => { if (before !== null) installEngine(before); });

describe("the programs' memory, without anybody calling the collector", () => {
  test("has room for ever new models, each dropped after a step", async () => {
    within(1024);
    for (let i = 0; i < 48; i++) {
      // a single zero that is repeated: the collector sees nothing of what the programs take for it
      const w = new Variable(zeros([32 * 256, 1024]));
      const step = compile((x: Tensor) => {
        const { value, grads: [g] } = valueAndGrad(() => sum(mul(matmul(w.value, x), matmul(w.value, x))), [w]);
        w.assign(sub(w.value, mul(g, 1e-9 * (i + 1))));
        return value;
      });
      step(fromData(new Float32Array(1024), [1024, 1], "float32"));
      await new Promise((resolve) => { setTimeout(resolve, 1); });
    }
    expect(before).not.toBeNull();
  }, 60_000);

  test("is given back at once by a program that another takes the place of", () => {
    within(64);
    const f = compile((x: Tensor) => sum(mul(x, 2)), { cacheSize: 1 });
    for (let i = 1; i <= 20; i++) expect(f(fromData(new Float32Array(8 * 262_144 + i).fill(1), [8 * 262_144 + i], "float32")).item()).toBe(2 * (8 * 262_144 + i));
  });

  test("holds a constant once, however many programs have it, until the last of them goes", () => {
    within(48);
    const constant = floats(16, 3);
    const programs = Array.from({ length: 6 }, (_, i) => compile((x: Tensor) => sum(add(mul(constant, x), i)), { cacheSize: 1 }));
    for (const shape of [[1024], [1, 1024]]) {
      programs.forEach((f, i) => { expect(f(fromData(new Float32Array(1024).fill(1), shape, "float32")).item()).toBe((3 + i) * 16 * 262_144); });
    }
    const others = Array.from({ length: 6 }, () => compile((x: Tensor, y: Tensor) => sum(mul(x, y)), { cacheSize: 1 }));
    for (const f of others.slice(0, 1)) expect(f(floats(8), floats(8, 2)).item()).toBe(16 * 262_144);
  });
});
