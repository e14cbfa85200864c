import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import "../../../index.ts";
import { waitUntilReady } from "../../../../testing/threads.ts";
import { softmax } from "../../../compose/softmax.ts";
import { sum } from "../../../ops/reduce/sum.ts";
import { add, mul, sub } from "../../../ops/elementwise/arithmetic.ts";
import { relu } from "../../../ops/elementwise/activation.ts";
import { matmul } from "../../../ops/contract/matmul.ts";
import { fromData, type Tensor } from "../../../tensor.ts";
import { compile } from "../../../transform/compile.ts";
import { valueAndGrad } from "../../../transform/gradient.ts";
import { Variable } from "../../../variable.ts";
import { installEngine, type Engine, type Runtime } from "../../engine.ts";
import { createWasmEngine } from "../engine.ts";

const engine = createWasmEngine();
const runtime = engine.runtime as Runtime;
let before: Engine | null = null;
beforeAll(() => { before = installEngine(engine); });
afterAll(() => {
  runtime.setThreads(1);
  if (before !== null) installEngine(before);
});

const some = (shape: readonly number[], phase = 0): Tensor =>
  fromData(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i * i + 2.3 * i + phase)), shape, "float32");

/** A step of training that is worth several threads, on new variables. */
function trainer(): { readonly step: (x: Tensor) => Tensor; readonly weights: readonly Variable[] } {
  const weights = [new Variable(some([100, 130])), new Variable(some([130])), new Variable(some([130, 7]))];
  const [w, b, v] = weights;
  const step = compile((x: Tensor) => {
    const { value, grads } = valueAndGrad(() => sum(mul(softmax(matmul(relu(add(matmul(x, w.value), b.value)), v.value)), some([64, 7], 3))), weights);
    weights.forEach((weight, i) => weight.assign(sub(weight.value, mul(grads[i], 0.01))));
    return value;
  });
  return { step, weights };
}

describe("threads", () => {
  test("change no bit of a training step, however many there are", () => {
    const x = some([64, 100], 1);
    const outcomes = [1, 2, 3, 5].map((threads) => {
      runtime.setThreads(threads);
      const { step, weights } = trainer();
      step(x);
      waitUntilReady(runtime);
      for (let i = 0; i < 20; i++) step(x);
      return weights.map(({ value }) => [...value.data]);
    });
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });
  test("may be more or fewer while programs exist", () => {
    const x = some([64, 100], 1);
    runtime.setThreads(1);
    const { step } = trainer();
    const right = trainer();
    for (const threads of [2, 1, 3, 2, 2, 3, 1, 2]) {
      runtime.setThreads(threads);
      expect(runtime.threads).toBe(threads);
      const first = step(x).item();
      if (threads > 1) waitUntilReady(runtime);
      for (let i = 0; i < 5; i++) step(x);
      expect(first).toBe(right.step(x).item());
      for (let i = 0; i < 5; i++) right.step(x);
    }
  });
  test("take in many programs, one after another", () => {
    runtime.setThreads(3);
    const x = some([300, 300]);
    const programs = Array.from({ length: 30 }, (_, i) => compile((y: Tensor) => sum(mul(matmul(y, y), i), { axis: 1 })));
    const first = programs.map((f) => [...f(x).data]);
    waitUntilReady(runtime);
    programs.forEach((f, i) => expect([...f(x).data]).toEqual(first[i]));
  });
  test("are refused in words when there cannot be so many", () => {
    for (const count of [0, -1, 1.5, 65, NaN]) expect(() => runtime.setThreads(count)).toThrow(/setThreads: .* is not a number of threads; give a whole number from 1 to 64/);
  });
});

const index = fileURLToPath(new URL("../../../index.ts", import.meta.url));
const program = `
const { add, compile, matmul, mul, setThreads, tensor, sum, variable, zeros } = await import(${JSON.stringify(index)});
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
`;
/** Runs a script on the package in a process of its own; gives what it writes. */
const run = (script: string, options: readonly string[] = []): Promise<string> => new Promise((resolve, reject) => {
  execFile(process.execPath, [...options, "--import", "tsx", "--input-type=module", "-e", program + script], { timeout: 40_000 }, (error, out, problems) => {
    if (error === null) resolve(out);
    else reject(new Error(`${error.message}\n${problems}`));
  });
});

describe("in a process of its own", () => {
  test("helpers do not keep it alive, working or asleep", async () => {
    const out = await run(`
      setThreads(3);
      const f = compile((x) => sum(matmul(x, x)));
      const x = zeros([300, 300]);
      for (let i = 0; i < 20; i++) { f(x); await pause(5); }
      console.log("ended");
    `);
    expect(out).toBe("ended\n");
  }, 60_000);

  test("helpers sleep when there is nothing to do", async () => {
    const out = await run(`
      setThreads(3);
      const f = compile((x) => sum(matmul(x, x)));
      const x = zeros([300, 300]);
      for (let i = 0; i < 20; i++) { f(x); await pause(10); }
      await pause(200);
      const start = process.cpuUsage();
      await pause(1000);
      const { user, system } = process.cpuUsage(start);
      console.log((user + system) / 1000);
    `);
    // Two helpers that spin would take 2,000 ms.
    expect(Number(out)).toBeLessThan(300);
  }, 60_000);

  /** Megabytes by which a process grows from its rounds 20 to 59, beyond what it had before. */
  const growth = async (setUp: string, round: string): Promise<number> => Number(await run(`
    ${setUp}
    const grown = [];
    for (let round = 0; round < 60; round++) {
      ${round}
      if (round % 5 === 4) { globalThis.gc(); await pause(10); globalThis.gc(); await pause(10); }
      grown.push(process.memoryUsage().rss / 2 ** 20);
    }
    console.log(Math.max(...grown.slice(20)) - Math.max(...grown.slice(0, 20)));
  `, ["--expose-gc"]));

  test("programs and variables that are dropped give their memory back", async () => {
    // Each round takes 5 MB: 40 of them would take 200.
    expect(await growth("const x = zeros([512, 512]);", `
      const w = variable(zeros([512, 512]));
      const f = compile((y) => { w.assign(add(w.value, mul(y, round))); return matmul(w.value, y); });
      f(x);
    `)).toBeLessThan(60);
  }, 60_000);

  test("data sets that are dropped give their memory back", async () => {
    // Each set takes 4 MB: 40 of them would take 160.
    expect(await growth(`
      setThreads(2);
      const f = compile((x) => sum(x));
      const places = Array.from({ length: 500 }, (_, i) => i);
    `, `
      const set = add(zeros([1000, 1000]), round);
      for (let batch = 0; batch < 4; batch++) if (f(set.take(places)).item() !== round * 500_000) throw new Error("wrong rows");
    `)).toBeLessThan(60);
  }, 60_000);
});
