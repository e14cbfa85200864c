import workerThreads from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import "../../../index.ts";
import { shareAll, waitUntilReady } from "../../../../testing/threads.ts";
import { exp } from "../../../ops/elementwise/exponential.ts";
import { sum } from "../../../ops/reduce/sum.ts";
import { fromData, type Tensor } from "../../../tensor.ts";
import { compile } from "../../../transform/compile.ts";
import { installEngine, type Engine, type Runtime } from "../../engine.ts";
import { createWasmEngine } from "../engine.ts";

type Create = (...args: ConstructorParameters<typeof workerThreads.Worker>) => workerThreads.Worker;

const started: workerThreads.Worker[] = [];
/** Has workers made in another way. */
function plant(create: Create): void {
  const original = process.getBuiltinModule.bind(process);
  // A class, since that is what is called with `new`.
  class Planted { constructor(...args: ConstructorParameters<typeof workerThreads.Worker>) { const worker = create(...args); started.push(worker); return worker as never; } }
  vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) => (name === "node:worker_threads" ? { ...workerThreads, Worker: Planted } : original(name as "node:os"))) as never);
}
const make: Create = (...args) => new workerThreads.Worker(...args);

let before: Engine | null = null;
let runtime: Runtime;
let warn = vi.fn<typeof console.warn>();
beforeEach(() => {
  started.length = 0;
  const engine = createWasmEngine({ ...shareAll, patience: 1500 });
  runtime = engine.runtime as Runtime;
  before = installEngine(engine);
  warn = vi.fn<typeof console.warn>();
  vi.spyOn(console, "warn").mockImplementation(warn);
});
afterEach(() => {
  runtime.setThreads(1);
  if (before !== null) installEngine(before);
  vi.restoreAllMocks();
});

const x = fromData(Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i)), [64, 64], "float32");
const [f, g] = [1, 2].map((axis) => (given: Tensor) => sum(exp(given), { axis: axis - 1 }));
const right = (h: (given: Tensor) => Tensor): readonly number[] => [...h(x).data];
const later = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 20); });
const until = async (holds: () => boolean): Promise<void> => { for (let i = 0; i < 500 && !holds(); i++) await later(); };

describe("without its helpers a program runs on one thread, and says so once", () => {
  test("where they may not be started", () => {
    plant(() => { throw new Error("workers are not allowed here"); });
    runtime.setThreads(3);
    const compiled = compile(f);
    for (let i = 0; i < 3; i++) expect([...compiled(x).data]).toEqual(right(f));
    expect(runtime.threads).toBe(1);
    expect(warn.mock.calls).toEqual([["ndgrad: helper threads cannot be started (workers are not allowed here), so programs run on one thread from here on; setThreads(n) starts new helpers."]]);
  });

  test("where one ends between runs", async () => {
    plant(make);
    runtime.setThreads(3);
    const compiled = compile(f);
    compiled(x);
    waitUntilReady(runtime);
    await started[0].terminate();
    await until(() => runtime.threads === 1);
    expect([...compiled(x).data]).toEqual(right(f));
    expect(warn.mock.calls).toEqual([["ndgrad: a helper thread has ended (the worker ended with exit code 1), so programs run on one thread from here on; setThreads(n) starts new helpers."]]);
    runtime.setThreads(2);
    // the last of the old helpers must be gone before new ones begin
    await until(() => { compiled(x); return runtime.ready; });
    expect(runtime.ready).toBe(true);
    expect([...compiled(x).data]).toEqual(right(f));
  });

  test("where one cannot take in a program", async () => {
    plant((source, options) => make((source as string).replace('if (message.kind === "load")', 'if (message.kind === "load" && message.id > 0) throw new Error("no memory for it");\n$&'), options));
    runtime.setThreads(2);
    const first = compile(f);
    expect([...first(x).data]).toEqual(right(f));
    const second = compile(g);
    expect([...second(x).data]).toEqual(right(g));
    await until(() => runtime.threads === 1);
    expect(warn).toHaveBeenCalledWith("ndgrad: a helper thread has ended (no memory for it), so programs run on one thread from here on; setThreads(n) starts new helpers.");
    expect([...first(x).data]).toEqual(right(f));
  });
});

test("a run whose helper ends meanwhile breaks off instead of waiting for ever, and the next one is right", async () => {
  plant(make);
  runtime.setThreads(2);
  const compiled = compile(f);
  compiled(x);
  waitUntilReady(runtime);
  // Not awaited: nobody hears of its end before the next run.
  void started[0].terminate();
  const ended = performance.now();
  while (performance.now() - ended < 200);
  expect(() => compiled(x)).toThrow("compile: the program broke off");
  expect([...compiled(x).data]).toEqual(right(f));
  await later();
  expect([...compiled(x).data]).toEqual(right(f));
});
